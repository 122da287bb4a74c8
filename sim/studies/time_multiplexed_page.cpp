// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/time_multiplexed_page.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "arch/units.h"
#include "sim/report/metrics.h"
#include "sim/report/result_files.h"
#include "sim/report/study_page.h"
#include "sim/report/terminal.h"

namespace nvcim::sim {
namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

std::string layers_of(const RoundFigures& round) {
  if (round.layers.size() == 1) return round.layers.front();
  return fmt::format("{} to {}", round.layers.front(), round.layers.back());
}

std::string whole(double value) {
  return format_metric(value, "count");
}

Rows round_rows(const TimeMultiplexedRequest& request, const TimeMultiplexedResult& result) {
  Rows rows = {{"round", "layers", "crossbars", "cells", "programming", "energy", "batch", "energy"}};
  for (std::size_t number = 0; number < result.rounds.size(); ++number) {
    const RoundFigures& round = result.rounds[number];
    rows.push_back({fmt::format("{}", number + 1), layers_of(round), fmt::format("{}", round.crossbars),
                    whole(static_cast<double>(round.cells)), format_si_rounded(round.programming_seconds, "s"),
                    format_si_rounded(round.programming_joules, "J"), format_si_rounded(round.inference_seconds, "s"),
                    format_si_rounded(round.dynamic_joules * request.batch, "J")});
  }
  return rows;
}

Rows total_rows(const TimeMultiplexedRequest& request, const TimeMultiplexedResult& result) {
  Rows rows;
  if (result.accuracy)
    rows.push_back(
        {"accuracy", format_metric(result.accuracy->chip, "fraction"),
         fmt::format("{} samples, 95 % interval {} to {}; without a chip {}", result.inference.predicted.size(),
                     format_metric(result.accuracy->interval.low, "fraction"),
                     format_metric(result.accuracy->interval.high, "fraction"),
                     format_metric(result.accuracy->reference, "fraction"))});
  double programming = 0;
  for (const RoundFigures& round : result.rounds) programming += round.programming_seconds;
  rows.push_back(
      {"batch", format_si_rounded(result.batch_seconds, "s"),
       fmt::format("for {} samples, of which programming {}", request.batch, format_si_rounded(programming, "s"))});
  rows.push_back({"time", format_si_rounded(result.batch_seconds / request.batch, "s"), "per inference"});
  rows.push_back(
      {"energy", format_si_rounded(result.joules(), "J"),
       fmt::format("per inference: programming {}, dynamic {}, static {}",
                   format_si_rounded(result.programming_joules, "J"), format_si_rounded(result.dynamic_joules, "J"),
                   format_si_rounded(result.static_joules, "J"))});
  rows.push_back(
      {"writes", fmt::format("{:.2f}", result.mean_writes()),
       fmt::format("per batch and cell that is used, mean; {} at most; {} writes of {} cells", result.most_writes,
                   whole(static_cast<double>(result.cells_written)), whole(static_cast<double>(result.cells_used)))});
  if (result.cells_beside_groups > 0)
    rows.push_back({"unformed", whole(static_cast<double>(result.cells_beside_groups)),
                    "cells beside groups of a convolution are taken as unformed, though another round writes them"});
  return rows;
}

std::string checked(const TimeMultiplexedResult& result) {
  if (!result.compared) return "Checked: parts sum to their totals.";
  return fmt::format("Checked: both engines agree bit for bit on {} samples in every round; parts sum to their totals.",
                     result.cycle_samples);
}

}  // namespace

std::string time_multiplexed_json(const TimeMultiplexedRequest& request, const TimeMultiplexedResult& result) {
  Json json;
  json["schema_version"] = 1;
  json["architecture"] = request.run.architecture.name;
  json["network"] = request.run.network.name;
  json["data"] = request.run.data.name;
  json["batch"] = request.batch;
  json["cycle_samples"] = result.cycle_samples;
  json["engines_compared"] = result.compared;
  json["batch_seconds"] = result.batch_seconds;
  json["seconds_per_inference"] = result.batch_seconds / request.batch;
  json["energy_per_inference_joules"] = result.joules();
  json["programming_joules"] = result.programming_joules;
  json["dynamic_joules"] = result.dynamic_joules;
  json["static_joules"] = result.static_joules;
  json["cells_written_per_batch"] = result.cells_written;
  json["cells_used"] = result.cells_used;
  json["writes_per_cell_mean"] = result.mean_writes();
  json["writes_per_cell_most"] = result.most_writes;
  json["cells_beside_groups"] = result.cells_beside_groups;
  if (result.accuracy)
    json["accuracy"] = {{"chip", result.accuracy->chip},
                        {"low", result.accuracy->interval.low},
                        {"high", result.accuracy->interval.high},
                        {"reference", result.accuracy->reference},
                        {"samples", result.inference.predicted.size()}};
  json["dynamic_joules_by_component"] = result.components;
  json["rounds"] = Json::array();
  for (const RoundFigures& round : result.rounds)
    json["rounds"].push_back({{"layers", round.layers},
                              {"result", round.result},
                              {"crossbars", round.crossbars},
                              {"cells", round.cells},
                              {"programming_seconds", round.programming_seconds},
                              {"programming_joules", round.programming_joules},
                              {"batch_seconds", round.inference_seconds},
                              {"dynamic_joules_per_inference", round.dynamic_joules}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string time_multiplexed_csv(const TimeMultiplexedResult& result) {
  std::string text =
      "round,first_layer,last_layer,crossbars,cells,programming_seconds,programming_joules,batch_seconds,"
      "dynamic_joules_per_inference\n";
  for (std::size_t number = 0; number < result.rounds.size(); ++number) {
    const RoundFigures& round = result.rounds[number];
    text += fmt::format("{},{},{},{},{},{},{},{},{}\n", number + 1, csv_field(round.layers.front()),
                        csv_field(round.layers.back()), round.crossbars, round.cells, round.programming_seconds,
                        round.programming_joules, round.inference_seconds, round.dynamic_joules);
  }
  return text;
}

std::string time_multiplexed_table(const TimeMultiplexedRequest& request, const TimeMultiplexedResult& result) {
  return fmt::format("\n{} running {} on {} in {} rounds, {} samples a batch\n\n", request.run.architecture.name,
                     request.run.network.name, request.run.data.name, result.rounds.size(), request.batch) +
         aligned_table(total_rows(request, result), {false, true, false}) + "\nRounds (programming; then the batch)\n" +
         aligned_table(round_rows(request, result), {true, false, true, true, true, true, true, true}) + "\n" +
         checked(result) + "\n";
}

std::string time_multiplexed_page(const TimeMultiplexedRequest& request, const TimeMultiplexedResult& result,
                                  const PageTexts& texts) {
  Rows totals = total_rows(request, result);
  totals.insert(totals.begin(), {"figure", "value", "meaning"});
  BarChart energy{
      .title = "energy of a batch", .unit = "J", .labels = {}, .series = {{"programming", {}}, {"inference", {}}}};
  for (std::size_t number = 0; number < result.rounds.size(); ++number) {
    energy.labels.push_back(fmt::format("round {}", number + 1));
    energy.series[0].values.push_back(result.rounds[number].programming_joules);
    energy.series[1].values.push_back(result.rounds[number].dynamic_joules * request.batch);
  }
  return study_page(
      {.kind = "time-multiplexed run",
       .network = request.run.network.name,
       .architecture = request.run.architecture.name,
       .lead = fmt::format("{} rounds, {} samples a batch. {}", result.rounds.size(), request.batch, checked(result)),
       .sections = {{"Totals", "", {PageTable{totals, 3}}},
                    {"Rounds",
                     "The chip is programmed, the batch runs through it, and the map that crosses the cut "
                     "waits in external memory for the next round.",
                     {PageTable{round_rows(request, result), 2}, energy}}}},
      texts);
}

}  // namespace nvcim::sim
