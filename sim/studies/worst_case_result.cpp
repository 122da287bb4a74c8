// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/report/metrics.h"
#include "sim/report/result_files.h"
#include "sim/stats/spread.h"
#include "sim/studies/worst_case.h"

namespace nvcim::sim {
namespace {

using Json = nlohmann::ordered_json;

std::vector<double> accuracies(const WorstCaseRequest& request, const std::vector<int>& correct) {
  std::vector<double> values;
  for (const int count : correct) values.push_back(double(count) / request.data.samples());
  return values;
}

Json setting_json(const WorstCaseRequest& request, const WorstCaseSetting& setting) {
  Json json = {{"network", request.networks[setting.network].name},
               {"budget", setting.budget},
               {"nwc", setting.nwc},
               {"bound", setting.bound}};
  if (setting.budget < 1) json["loose_bound"] = setting.loose_bound;
  return json;
}

}  // namespace

std::string perturbation_file_name(const WorstCaseResult& result, std::size_t index) {
  return result.found.size() == 1 ? "perturbation.txt" : fmt::format("perturbation-{}.txt", index + 1);
}

std::string worst_case_json(const WorstCaseRequest& request, const WorstCaseResult& result) {
  Json json;
  json["schema_version"] = 1;
  json["study"] = "worst_case";
  json["architecture"] = request.architecture.name;
  json["data"] = request.data.name;
  json["samples"] = request.data.samples();
  json["searched_on"] = {{"split", request.search_split}, {"samples", request.search.samples()}};
  json["seed"] = request.seed;
  json["networks"] = Json::array();
  for (std::size_t i = 0; i < request.networks.size(); ++i)
    json["networks"].push_back({{"name", request.networks[i].name}, {"accuracy_reference", result.reference[i]}});
  const WorstCaseFound& first = result.found[result.worst(0)];
  json["metrics"]["accuracy.worst_case"] =
      metric_json("accuracy.worst_case", double(first.correct) / request.data.samples());
  json["metrics"]["accuracy.reference"] = metric_json("accuracy.reference", result.reference[0]);
  json["metrics"]["perturbation.bound"] = metric_json("perturbation.bound", first.perturbation.tight);
  json["metrics"]["perturbation.largest"] = metric_json("perturbation.largest", first.extent.largest_tight);
  json["found"] = Json::array();
  for (std::size_t i = 0; i < result.found.size(); ++i) {
    const WorstCaseFound& found = result.found[i];
    const WorstCaseSetting& setting = result.settings[found.setting];
    Json entry = setting_json(request, setting);
    entry["method"] = search_name(found.method);
    entry["found_by"] = found.found_by;
    entry["iterations"] = found.iterations;
    entry["converged"] = found.converged;
    entry["accuracy_searched"] = double(found.correct_searched) / request.search.samples();
    entry["accuracy_worst_case"] = double(found.correct) / request.data.samples();
    entry["is_worst"] = result.worst(found.setting) == i;
    entry["cells"] = found.extent.cells;
    entry["cells_moved"] = found.extent.moved_cells;
    entry["largest_deviation"] = found.extent.largest_tight;
    if (setting.budget < 1) {
      entry["cells_loose"] = found.extent.loose_cells;
      entry["largest_loose_deviation"] = found.extent.largest_loose;
    }
    entry["perturbation"] = perturbation_file_name(result, i);
    json["found"].push_back(std::move(entry));
  }
  json["drawn"] = Json::array();
  for (const WorstCaseDrawn& drawn : result.drawn) {
    const std::vector<double> values = accuracies(request, drawn.correct);
    const Spread spread = spread_of(values);
    Json entry = setting_json(request, result.settings[drawn.setting]);
    entry["distribution"] = draw_name(drawn.draw);
    entry["accuracy"] = {
        {"mean", spread.mean}, {"std", spread.deviation}, {"min", spread.minimum}, {"instances", values.size()}};
    entry["correct"] = drawn.correct;
    json["drawn"].push_back(std::move(entry));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string worst_case_csv(const WorstCaseRequest& request, const WorstCaseResult& result) {
  std::string text =
      "network,budget,nwc,bound,loose_bound,method,instances,accuracy_searched,accuracy_worst_case,accuracy_mean,"
      "largest_deviation,largest_loose_deviation\n";
  const auto head = [&](const WorstCaseSetting& setting) {
    return fmt::format("{},{},{},{},{}", csv_field(request.networks[setting.network].name), setting.budget, setting.nwc,
                       setting.bound, setting.loose_bound);
  };
  for (const WorstCaseFound& found : result.found)
    text += fmt::format("{},{},1,{},{},,{},{}\n", head(result.settings[found.setting]), search_name(found.method),
                        double(found.correct_searched) / request.search.samples(),
                        double(found.correct) / request.data.samples(), found.extent.largest_tight,
                        found.extent.largest_loose);
  for (const WorstCaseDrawn& drawn : result.drawn) {
    const Spread spread = spread_of(accuracies(request, drawn.correct));
    text += fmt::format("{},{},{},,{},{},,\n", head(result.settings[drawn.setting]), draw_name(drawn.draw),
                        drawn.correct.size(), spread.minimum, spread.mean);
  }
  return text;
}

}  // namespace nvcim::sim
