// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/stats/spread.h"
#include "sim/studies/worst_case.h"

namespace nvcim::sim {
namespace {

double share_of(int correct, const workloads::Dataset& data) {
  return double(correct) / data.samples();
}

std::vector<ResultColumn> with_setting(std::vector<ResultColumn> columns) {
  std::vector<ResultColumn> all = {
      {"network", "text", "name"},
      {"budget", "fraction", "write cycles that are allowed, of those of verifying every cell"},
      {"nwc", "fraction", "write cycles of the cells that are verified, likewise"},
      {"bound", "fraction", "largest deviation of a verified cell, of g_max - g_min"},
      {"loose_bound", "fraction", "the same of the other cells, where there are any"}};
  all.insert(all.end(), columns.begin(), columns.end());
  return all;
}

std::vector<Cell> with_setting(const WorstCaseRequest& request, const WorstCaseSetting& setting,
                               std::vector<Cell> cells) {
  std::vector<Cell> row = {request.networks[setting.network].name, setting.budget, setting.nwc, setting.bound,
                           setting.budget < 1 ? Cell(setting.loose_bound) : Cell()};
  row.insert(row.end(), cells.begin(), cells.end());
  return row;
}

ResultTable network_table(const WorstCaseRequest& request, const WorstCaseResult& result) {
  ResultTable table{"networks",
                    {{"network", "text", "name"},
                     {"accuracy_reference", "fraction", "accuracy of the quantised network without a chip"}}};
  for (std::size_t i = 0; i < request.networks.size(); ++i)
    table.rows.push_back({request.networks[i].name, result.reference[i]});
  return table;
}

ResultTable found_table(const WorstCaseRequest& request, const WorstCaseResult& result) {
  ResultTable table{
      "found",
      with_setting({{"method", "text", "of the search"},
                    {"found_by", "text", "which of its starts or steps found it"},
                    {"iterations", "count", "of the search"},
                    {"converged", "flag", "whether the search ended by itself"},
                    {"accuracy_searched", "fraction", "of the samples that the search saw, by its own arithmetic"},
                    {"accuracy_worst_case", "fraction", "of the reported samples, by the chip"},
                    {"is_worst", "flag", "the least accuracy_searched of its setting"},
                    {"cells", "count", "cells of the chip that hold a weight or an offset"},
                    {"cells_moved", "count", "cells off their targets"},
                    {"largest_deviation", "fraction", "of a verified cell, of g_max - g_min"},
                    {"cells_loose", "count", "cells with the loose bound, where there are any"},
                    {"largest_loose_deviation", "fraction", "largest deviation of one of them"},
                    {"perturbation", "text", "file in the result's folder"}})};
  for (std::size_t i = 0; i < result.found.size(); ++i) {
    const WorstCaseFound& found = result.found[i];
    const WorstCaseSetting& setting = result.settings[found.setting];
    const bool loose = setting.budget < 1;
    table.rows.push_back(
        with_setting(request, setting,
                     {search_name(found.method), found.found_by, found.iterations, found.converged,
                      share_of(found.correct_searched, request.search), share_of(found.correct, request.data),
                      result.worst(found.setting) == i, found.extent.cells, found.extent.moved_cells,
                      found.extent.largest_tight, loose ? Cell(found.extent.loose_cells) : Cell(),
                      loose ? Cell(found.extent.largest_loose) : Cell(), perturbation_file_name(result, i)}));
  }
  return table;
}

void add_draws(const WorstCaseRequest& request, const WorstCaseResult& result, Result& all) {
  ResultTable drawn{"drawn",
                    with_setting({{"distribution", "text", "that deviations within the bounds are drawn from"},
                                  {"accuracy_mean", "fraction", "mean accuracy of the draws"},
                                  {"accuracy_std", "fraction", "standard deviation of accuracy over the draws"},
                                  {"accuracy_min", "fraction", "lowest of the draws"},
                                  {"instances", "count", "draws, each a chip of its own"}})};
  ResultTable draws{"draws",
                    {{"drawn", "index", "row of drawn"},
                     {"instance", "index", "which draw"},
                     {"correct", "count", "samples that it classifies correctly"}}};
  for (std::size_t at = 0; at < result.drawn.size(); ++at) {
    const WorstCaseDrawn& of = result.drawn[at];
    std::vector<double> values;
    for (std::size_t i = 0; i < of.correct.size(); ++i) {
      values.push_back(share_of(of.correct[i], request.data));
      draws.rows.push_back({at, i, of.correct[i]});
    }
    const Spread spread = spread_of(values);
    drawn.rows.push_back(
        with_setting(request, result.settings[of.setting],
                     {draw_name(of.draw), spread.mean, spread.deviation, spread.minimum, values.size()}));
  }
  all.tables.push_back(std::move(drawn));
  all.tables.push_back(std::move(draws));
}

}  // namespace

std::string perturbation_file_name(const WorstCaseResult& result, std::size_t index) {
  return result.found.size() == 1 ? "perturbation.txt" : fmt::format("perturbation-{}.txt", index + 1);
}

Result result_of(const WorstCaseRequest& request, const WorstCaseResult& result) {
  std::vector<std::string> names;
  for (const workloads::Network& network : request.networks) names.push_back(network.name);
  Result all{{.study = "worst_case",
              .seed = request.seed,
              .architecture = request.architecture.name,
              .workload = fmt::format("{}", fmt::join(names, ", "))}};
  const WorstCaseFound& first = result.found[result.worst(0)];
  all.add("accuracy.worst_case", share_of(first.correct, request.data));
  all.add("accuracy.reference", result.reference[0]);
  all.add("accuracy.samples", request.data.samples());
  all.add("perturbation.bound", first.perturbation.tight);
  all.add("perturbation.largest", first.extent.largest_tight);
  all.add("samples.search", request.search.samples());
  all.tell("data", request.data.name, "data set or folder of the samples");
  all.tell("searched_on", request.search_split, "part of the data that the searches see");
  all.tables = {network_table(request, result), found_table(request, result)};
  add_draws(request, result, all);
  return all;
}

}  // namespace nvcim::sim
