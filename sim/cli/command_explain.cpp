// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_explain.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "arch/energy_keys.h"
#include "arch/events.h"
#include "arch/input_error.h"
#include "arch/output_file.h"
#include "sim/report/metrics.h"
#include "sim/report/terminal.h"

namespace nvcim::cli {
namespace {

using Json = nlohmann::ordered_json;

struct ExplainOptions : CommonOptions {
  std::string metric;
};

Json entry(const sim::MetricInfo& info) {
  return {
      {"name", info.name}, {"unit", info.unit}, {"doc", info.doc}, {"formula", info.formula}, {"source", info.source}};
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

int run(const ExplainOptions& options) {
  std::string text;
  if (options.metric.empty()) {
    Json all = Json::array();
    for (const sim::MetricInfo& info : sim::metric_registry()) all.push_back(entry(info));
    text = options.json || !options.out.empty() ? all.dump(2) + "\n" : list();
  } else {
    const sim::MetricInfo* info = sim::find_metric(options.metric);
    if (info == nullptr)
      throw InputError("", "",
                       fmt::format("\"{}\" is not a metric; similar: {}", options.metric,
                                   fmt::join(sim::similar_metrics(options.metric), ", ")));
    check_member(options.metric, *info);
    text = options.json || !options.out.empty()
               ? entry(*info).dump(2) + "\n"
               : fmt::format("{}\n\nmeaning    {}\nunit       {}\nformula    {}\nsource     {}\n{}", options.metric,
                             info->doc, info->unit, info->formula, info->source, detail(options.metric));
  }
  if (!options.out.empty())
    write_file(options.out / "metrics.json", text);
  else if (!options.quiet || options.json)
    print_out(text);
  return kOk;
}

}  // namespace

void add_explain_command(CLI::App& program, Action& action) {
  const auto options = std::make_shared<ExplainOptions>();
  CLI::App* command =
      add_command(program, *options, "explain", "Say what a metric means: unit, formula, source",
                  "  nvcim explain                      every metric\n"
                  "  nvcim explain energy.adc\n"
                  "  nvcim explain latency.inference --json\n"
                  "With --out the JSON is written to DIR/metrics.json. --seed, --threads, --set: no effect here.");
  command->add_option("METRIC", options->metric, "Name as in result.json");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace nvcim::cli
