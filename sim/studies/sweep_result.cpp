// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/studies/sweep.h"

namespace nvcim::sim {

double recovery(double accuracy, double nothing, double everything) {
  return everything == nothing ? 0 : (accuracy - nothing) / (everything - nothing);
}

std::string sweep_json(const SweepRequest& request, const SweepResult& result) {
  nlohmann::ordered_json json;
  json["schema_version"] = 1;
  json["study"] = "sweep";
  json["architecture"] = request.architecture.name;
  json["network"] = request.network.name;
  json["data"] = request.data.name;
  json["samples"] = request.data.samples();
  json["instances"] = request.instances;
  json["seed"] = request.seed;
  json["accuracy_reference"] = result.reference_accuracy;
  json["cells"] = result.cells;
  json["rows"] = result.rows;
  json["points"] = nlohmann::ordered_json::array();
  for (const SweepPoint& point : result.points) {
    const SweepMethod& method = request.methods[point.method];
    const Spread spread = spread_of(point.accuracy);
    json["points"].push_back({{"name", method.name()},
                              {"method", method.in_situ ? "in_situ" : mapping::method_name(method.method)},
                              {"granularity", mapping::granularity_name(method.granularity)},
                              {"order", mapping::order_name(method.order)},
                              {"budget", point.budget},
                              {"nwc", point.nwc},
                              {"latency_seconds", point.seconds},
                              {"energy_joules", point.joules},
                              {"verified_cells", point.verified_cells},
                              {"rows_touched", point.rows_touched},
                              {"accuracy",
                               {{"mean", spread.mean},
                                {"std", spread.deviation},
                                {"ci95", spread.ci95},
                                {"min", spread.minimum},
                                {"instances", point.accuracy}}}});
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string sweep_csv(const SweepRequest& request, const SweepResult& result) {
  std::string text =
      "method,granularity,order,budget,nwc,latency_s,energy_J,verified_cells,rows_touched,accuracy_mean,accuracy_std,"
      "accuracy_ci95,"
      "accuracy_min,instances\n";
  for (const SweepPoint& point : result.points) {
    const SweepMethod& method = request.methods[point.method];
    const Spread spread = spread_of(point.accuracy);
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n",
                        method.in_situ ? "in_situ" : mapping::method_name(method.method),
                        mapping::granularity_name(method.granularity), mapping::order_name(method.order), point.budget,
                        point.nwc, point.seconds, point.joules, point.verified_cells, point.rows_touched, spread.mean,
                        spread.deviation, spread.ci95, spread.minimum, point.accuracy.size());
  }
  return text;
}

}  // namespace nvcim::sim
