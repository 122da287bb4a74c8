// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/sweep.h"

namespace nvcim::sim {

double recovery(double accuracy, double nothing, double everything) {
  return everything == nothing ? 0 : (accuracy - nothing) / (everything - nothing);
}

Result result_of(const SweepRequest& request, const SweepResult& result) {
  Result all{{.study = "sweep",
              .seed = request.seed,
              .architecture = request.architecture.name,
              .workload = request.network.name}};
  all.add("accuracy.reference", result.reference_accuracy);
  all.add("accuracy.samples", request.data.samples());
  all.add("instances", request.instances);
  all.add("cells", double(result.cells));
  all.add("rows.used", double(result.rows));
  all.tell("data", request.data.name, "data set or folder of the samples");

  ResultTable points{"points",
                     {{"name", "text", "how the cells to verify are chosen, in short"},
                      {"method", "text", "what cells are ranked by, or in_situ: training on the chip"},
                      {"granularity", "text", "what is verified as a whole"},
                      {"order", "text", "gain per write cycle, or per time"},
                      {"budget", "fraction", "write cycles that are allowed, of those of verifying every cell"},
                      {"nwc", "fraction", "write cycles spent, of those of verifying every cell; mean"},
                      {"latency", "s", "time to program the chip, its unverified pass included; mean"},
                      {"energy", "J", "energy of programming it; mean"},
                      {"verified_cells", "count", "cells that are verified; mean"},
                      {"rows_touched", "count", "rows with at least one of them; mean"},
                      {"accuracy_mean", "fraction", "mean accuracy of the instances"},
                      {"accuracy_std", "fraction", "its standard deviation over the instances"},
                      {"accuracy_ci95", "fraction", "half width of the mean's 95 % interval (Student's t)"},
                      {"accuracy_min", "fraction", "lowest of the instances"}}};
  ResultTable instances{"instances",
                        {{"point", "index", "row of points"},
                         {"instance", "index", "which programmed chip"},
                         {"accuracy", "fraction", "share of the samples that it classifies correctly"}}};
  for (std::size_t at = 0; at < result.points.size(); ++at) {
    const SweepPoint& point = result.points[at];
    const SweepMethod& method = request.methods[point.method];
    const Spread spread = spread_of(point.accuracy);
    points.rows.push_back({method.name(), method.in_situ ? "in_situ" : mapping::method_name(method.method),
                           choice_text(method.granularity), choice_text(method.order), point.budget, point.nwc,
                           point.seconds, point.joules, point.verified_cells, point.rows_touched, spread.mean,
                           spread.deviation, spread.ci95, spread.minimum});
    for (std::size_t i = 0; i < point.accuracy.size(); ++i) instances.rows.push_back({at, i, point.accuracy[i]});
  }
  all.tables = {std::move(points), std::move(instances)};
  return all;
}

}  // namespace nvcim::sim
