// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_explain.h"

#include <fmt/format.h>

#include <memory>
#include <set>
#include <span>
#include <string>

#include "arch/energy_keys.h"
#include "arch/events.h"
#include "arch/input_error.h"
#include "sim/cli/manifest.h"
#include "sim/cli/result_output.h"
#include "sim/report/metrics.h"
#include "sim/report/terminal.h"

namespace nvcim::cli {
namespace {

struct ExplainOptions : CommonOptions {
  std::string metric;
  bool force = false;
};

sim::Result result_of(std::span<const sim::MetricInfo> metrics) {
  sim::ResultTable table{"metrics",
                         {{"metric", "text", "name; ending in * it is a family"},
                          {"unit", "text", "of the value in result.json"},
                          {"doc", "text", "what it means"},
                          {"formula", "text", "how it is computed"},
                          {"source", "text", "what it rests on"}}};
  for (const sim::MetricInfo& info : metrics)
    table.rows.push_back({std::string(info.name), std::string(info.unit), std::string(info.doc),
                          std::string(info.formula), std::string(info.source)});
  sim::Result result{{.study = "explain", .seed = {}}};
  result.tables.push_back(std::move(table));
  return result;
}

std::string list() {
  std::vector<std::vector<std::string>> rows;
  for (const sim::MetricInfo& info : sim::metric_registry())
    rows.push_back({std::string(info.name), std::string(info.unit), std::string(info.doc)});
  return sim::aligned_table(rows, {false, false, false}) +
         "\nA name ending in * is a family: energy.adc, energy.layer.fc1, count.adc_conversion, ...\n"
         "nvcim explain METRIC shows formula and source.\n";
}

/// What the family alone cannot say: which event, which parts of a component.
std::string detail(const std::string& metric) {
  std::string text;
  for (const EventInfo& info : kEventInfo)
    if (metric == fmt::format("count.{}", info.name)) text += fmt::format("counts     {}\n", info.doc);
  for (const EnergyKey& key : kEnergyKeys)
    if (metric == fmt::format("energy.{}", key.component))
      text += fmt::format("made of    /energy/{} per {}\n", key.name, key.per);
  return text;
}

/// A family takes any name that follows it; of these the members are known.
void check_member(const std::string& metric, const sim::MetricInfo& family) {
  std::set<std::string> members;
  if (family.name == "count.*")
    for (const EventInfo& info : kEventInfo) members.insert(fmt::format("count.{}", info.name));
  if (family.name == "energy.*")
    for (const EnergyKey& key : kEnergyKeys) members.insert(fmt::format("energy.{}", key.component));
  if (!members.empty() && !members.contains(metric))
    throw InputError(
        "", "",
        fmt::format("\"{}\" is not a metric; of {} there are {}", metric, family.name, fmt::join(members, ", ")));
}

int run(const ExplainOptions& options, const std::vector<std::string>& arguments) {
  Manifest manifest(arguments, options);
  if (!options.out.empty()) sim::check_result_folder(options.out, options.force);
  std::string text;
  std::vector<std::string> words = {"nvcim", "explain"};
  std::span<const sim::MetricInfo> metrics = sim::metric_registry();
  if (options.metric.empty()) {
    text = list();
  } else {
    const sim::MetricInfo* info = sim::find_metric(options.metric);
    if (info == nullptr)
      throw InputError("", "",
                       fmt::format("\"{}\" is not a metric; similar: {}", options.metric,
                                   fmt::join(sim::similar_metrics(options.metric), ", ")));
    check_member(options.metric, *info);
    text = fmt::format("{}\n\nmeaning    {}\nunit       {}\nformula    {}\nsource     {}\n{}", options.metric,
                       info->doc, info->unit, info->formula, info->source, detail(options.metric));
    words.push_back(options.metric);
    metrics = {info, 1};
  }
  const std::string repeat = shell_command(words);
  manifest["repeat"] = repeat;
  write_and_print(options, options.out, result_of(metrics), repeat, {{"manifest.json", manifest.text()}}, options.force,
                  text);
  return kOk;
}

}  // namespace

void add_explain_command(CLI::App& program, const std::vector<std::string>& arguments, Action& action) {
  const auto options = std::make_shared<ExplainOptions>();
  CLI::App* command = add_command(
      program, *options, "explain", "Say what a metric means: unit, formula, source",
      "  nvcim explain                      every metric\n"
      "  nvcim explain energy.adc\n"
      "  nvcim explain latency.inference --json\n"
      "With --out it is written to DIR/result.json and DIR/result.csv. --seed, --threads, --set: no effect here.");
  command->add_option("METRIC", options->metric, "Name as in result.json");
  command->add_flag("--force", options->force, "Replace a former result in --out");
  command->callback(
      [options, arguments, &action] { action = [options, arguments] { return run(*options, arguments); }; });
}

}  // namespace nvcim::cli
