// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/time_multiplexed_page.h"

#include <fmt/format.h>

#include "arch/units.h"
#include "sim/report/metrics.h"
#include "sim/report/study_page.h"
#include "sim/report/terminal.h"

namespace nvcim::sim {
namespace {

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

Result result_of(const TimeMultiplexedRequest& request, const TimeMultiplexedResult& result) {
  Result all{{.study = "time_multiplexed_run",
              .seed = request.run.seed,
              .architecture = request.run.architecture.name,
              .workload = request.run.network.name}};
  if (result.accuracy) {
    all.metrics.push_back(
        {"accuracy", result.accuracy->chip, result.accuracy->interval.low, result.accuracy->interval.high});
    all.add("accuracy.samples", double(result.inference.predicted.size()));
    all.add("accuracy.reference", result.accuracy->reference);
  }
  all.add("samples.batch", request.batch);
  all.add("samples.cycle", result.cycle_samples);
  all.add("latency.batch", result.batch_seconds);
  all.add("interval.inference.batch", result.batch_seconds / request.batch);
  all.add("energy.inference", result.joules());
  all.add("energy.programming.inference", result.programming_joules);
  all.add("energy.dynamic", result.dynamic_joules);
  all.add("energy.static", result.static_joules);
  for (const auto& [component, joules] : result.components) all.add("energy." + component, joules);
  all.add("writes.batch", double(result.cells_written));
  all.add("writes.cell.mean", result.mean_writes());
  all.add("writes.cell.max", result.most_writes);
  all.add("cells.used", double(result.cells_used));
  all.add("cells.beside_groups", double(result.cells_beside_groups));
  all.tell("data", request.run.data.name, "data set or folder of the samples");
  all.tell("engine", result.compared ? "both" : "systemc",
           "both: the cycle model and the batched engine, compared and found equal in every partition");

  ResultTable partitions{"partitions",
                         {{"first_layer", "text", "first layer on crossbars"},
                          {"last_layer", "text", "last layer on crossbars"},
                          {"result", "text", "node whose map or logits leave the chip"},
                          {"crossbars", "count", "crossbars that hold weights"},
                          {"cells", "count", "cells written"},
                          {"programming_time", "s", "time to program the chip"},
                          {"programming_energy", "J", "energy of programming it"},
                          {"batch_time", "s", "time of the batch on it"},
                          {"inference_energy", "J", "dynamic energy of one inference"}}};
  ResultTable layers{
      "layers", {{"partition", "index", "row of partitions"}, {"layer", "text", "one of its layers on crossbars"}}};
  for (std::size_t at = 0; at < result.rounds.size(); ++at) {
    const RoundFigures& round = result.rounds[at];
    partitions.rows.push_back({round.layers.front(), round.layers.back(), round.result, round.crossbars, round.cells,
                               round.programming_seconds, round.programming_joules, round.inference_seconds,
                               round.dynamic_joules});
    for (const std::string& layer : round.layers) layers.rows.push_back({at, layer});
  }
  all.tables = {std::move(partitions), std::move(layers)};
  return all;
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
