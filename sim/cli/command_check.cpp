// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_check.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <vector>

#include "arch/conductance_grid.h"
#include "arch/cost/area_table.h"
#include "arch/cost/energy_table.h"
#include "arch/cost/figure_nodes.h"
#include "arch/load.h"
#include "arch/presets.h"
#include "device/check_device.h"
#include "device/write_rules.h"
#include "mapping/plan.h"
#include "sim/cli/inputs.h"
#include "sim/cli/manifest.h"
#include "sim/cli/quantise_options.h"
#include "sim/cli/result_output.h"
#include "sim/report/metrics.h"
#include "sim/report/terminal.h"
#include "sim/report/write_notes.h"
#include "workloads/stand_in.h"

namespace nvcim::cli {
namespace {

struct CheckOptions : CommonOptions {
  std::string architecture{kDefaultPreset};
  std::optional<Duplication> duplicate;
  std::string workload;
  bool force = false;

  template <class V>
  void describe(V& v) {
    CommonOptions::describe(v, {.seed = sim::Decides::nothing});
    sim::describe_duplicate(v, duplicate);
    v.text("ARCH", architecture, sim::kArchitectureKind, sim::kArchitectureDoc, sim::kInput);
    v.text("--workload", workload, sim::kNetworkKind, "Network to place: a built-in name or an ONNX file", sim::kInput);
    sim::describe_force(v, force);
  }
};

constexpr std::size_t kWidth = 100;

/// Lines that a terminal of kWidth columns shows whole; --json has the rest.
std::string cut(const std::string& table) {
  std::string text;
  for (std::size_t start = 0, end; start < table.size(); start = end + 1) {
    end = table.find('\n', start);
    std::string line = table.substr(start, end - start);
    if (line.size() > kWidth) line = line.substr(0, kWidth - 3) + "...";
    text += line + '\n';
  }
  return text;
}

std::string area_lines(const AreaTable& table) {
  std::vector<std::vector<std::string>> rows = {{"  component", "units", "area", "peak power", "source"}};
  for (const AreaEntry& entry : table.entries) {
    if (entry.area().value() == 0 && entry.peak_power().value() == 0) continue;
    rows.push_back({"  " + entry.name, fmt::format("{}", entry.count), sim::format_metric(entry.area().value(), "m^2"),
                    sim::format_metric(entry.peak_power().value(), "W"), entry.area_source});
  }
  return cut(sim::aligned_table(rows, {false, true, true, true, false}));
}

std::string energy_lines(const EnergyTable& table) {
  std::vector<std::vector<std::string>> rows = {{"  key", "component", "energy", "per"}};
  for (const EnergyEntry& entry : table.entries)
    if (entry.per_count.value() != 0)
      rows.push_back({"  " + entry.name, entry.component, sim::format_metric(entry.per_count.value(), "J"), entry.per});
  return cut(sim::aligned_table(rows, {false, false, true, false}));
}

sim::ResultTable component_table(const AreaTable& areas) {
  sim::ResultTable table{"components",
                         {{"component", "text", "kind of component"},
                          {"count", "count", "of them on the chip"},
                          {"area", "m^2", "of all of them"},
                          {"peak_power", "W", "of all of them, busy in every cycle"},
                          {"area_formula", "text", "how the area is computed"},
                          {"area_source", "text", "what it rests on"},
                          {"peak_formula", "text", "how the power is computed"},
                          {"peak_source", "text", "what it rests on"}}};
  for (const AreaEntry& entry : areas.entries)
    table.rows.push_back({entry.name, entry.count, entry.area().value(), entry.peak_power().value(), entry.area_formula,
                          entry.area_source, entry.peak_formula, entry.peak_source});
  return table;
}

sim::ResultTable event_table(const EnergyTable& energies) {
  sim::ResultTable table{"energies",
                         {{"key", "text", "name in /energy of the architecture"},
                          {"component", "text", "that takes it"},
                          {"energy", "J", "of one event"},
                          {"per", "text", "what one event is"},
                          {"formula", "text", "how it is computed"},
                          {"source", "text", "what it rests on"}}};
  for (const EnergyEntry& entry : energies.entries)
    table.rows.push_back(
        {entry.name, entry.component, entry.per_count.value(), entry.per, entry.formula, entry.source});
  return table;
}

sim::Result summary(const Architecture& architecture, const AreaTable& areas, const EnergyTable& energies) {
  sim::Result result{{.study = "check", .seed = {}, .architecture = architecture.name}};
  result.add("power.static", areas.static_power().value());
  result.add("power.peak", areas.peak_power().value());
  result.add("area.chip", areas.area().value());
  result.add("crossbars.available", architecture.chip.tiles() * architecture.tile.crossbars);
  result.add("tiles.available", architecture.chip.tiles());
  result.tell("adc.energy_law", energies.adc_law, "where energy and area of a conversion come from");
  result.tables = {component_table(areas), event_table(energies)};
  return result;
}

/// What a reader of the figures or of a programmed chip must know.
std::vector<sim::Fact> what_to_know(const Architecture& architecture, int weight_bits, const AreaTable& areas,
                                    const EnergyTable& energies) {
  std::vector<sim::Fact> notes;
  const auto add = [&notes](const char* name, const char* about, const std::string& text) {
    if (!text.empty()) notes.push_back({name, text, about});
  };
  add("technology.figures", "Technology", figures_of_other_nodes(architecture, energies, areas));
  const device::WriteRules rules = device::make_write_rules(architecture, conductance_grid(architecture, weight_bits));
  if (rules.process == WriteProcess::measured) {
    add("write.windows", "Write-verify, windows", sim::measured_windows_text(rules));
    add("write.failures", "Write-verify, failures", sim::measured_failures_text(rules));
  } else if (rules.process != WriteProcess::fixed_mean) {
    add("write.verify_step", "Write-verify", sim::verify_step_text(rules));
  }
  return notes;
}

int run(const CheckOptions& options, const std::vector<std::string>& arguments) {
  Manifest manifest(arguments, options);
  if (!options.out.empty()) sim::check_result_folder(options.out, options.force);
  const Architecture architecture = load_architecture(
      options.architecture, sim::architecture_changes(options.set, options.duplicate), device::check_device);
  int weight_bits = 8;
  std::string plan_text, workload;
  std::optional<mapping::Plan> plan;
  if (!options.workload.empty()) {
    const workloads::Network network = load_shape(options.workload, {});
    for (const workloads::Node& node : network.nodes)
      if (node.is_mvm()) weight_bits = node.mvm.weight_bits;
    plan = mapping::make_plan(architecture, network);
    workload = network.name;
    plan_text = fmt::format("\n{} on it: {} crossbars on {} tiles, {:.1f} % of their cells in use\n{}", network.name,
                            plan->crossbars_used, plan->tiles_used, 100 * plan->utilization,
                            mapping::floor_plan(architecture, network, *plan));
  }
  const AreaTable areas = area_table(architecture, weight_bits);
  const EnergyTable energies = energy_table(architecture, weight_bits);
  sim::Result result = summary(architecture, areas, energies);
  result.head.workload = workload;
  if (plan) {
    result.add("crossbars.used", plan->crossbars_used);
    result.add("tiles.used", plan->tiles_used);
    result.add("utilization.crossbar", plan->utilization);
  }
  const std::vector<sim::Fact> notes = what_to_know(architecture, weight_bits, areas, energies);
  result.facts.insert(result.facts.end(), notes.begin(), notes.end());

  const int crossbars = architecture.chip.tiles() * architecture.tile.crossbars;
  std::string text = fmt::format("{}: no problem found\n", architecture.name);
  if (!architecture.chip.description.empty()) text += architecture.chip.description + "\n";
  text += fmt::format(
      "\n{} tiles ({} x {}), {} crossbars of {} x {} cells\narea {}, peak power {}, of which static {}\n",
      architecture.chip.tiles(), architecture.chip.mesh_rows, architecture.chip.mesh_columns, crossbars,
      architecture.crossbar.rows, architecture.crossbar.columns, sim::format_metric(areas.area().value(), "m^2"),
      sim::format_metric(areas.peak_power().value(), "W"), sim::format_metric(areas.static_power().value(), "W"));
  text += fmt::format(
      "ADC energy law: {}\n\nComponents\n{}\nEnergy of one event\n{}\nFormulas and sources in full: --json\n",
      energies.adc_law, area_lines(areas), energy_lines(energies));
  for (const sim::Fact& note : notes) text += fmt::format("\n{}: {}\n", note.doc, note.value);
  CheckOptions resolved = options;
  if (!options.out.empty()) use_resolved_architecture(resolved, resolved.architecture, resolved.duplicate, options.out);
  const std::string repeat = manifest.note("check", resolved, options.out);
  manifest["architecture"] = architecture.name;
  write_and_print(options, options.out, std::move(result), repeat,
                  {{"manifest.json", manifest.text()}, {"architecture.json", to_json(architecture).dump(2) + "\n"}},
                  options.force, text + plan_text);
  return kOk;
}

}  // namespace

void add_check_command(CLI::App& program, const std::vector<std::string>& arguments, Action& action) {
  const auto options = std::make_shared<CheckOptions>();
  CLI::App* command = add_command(
      program, *options, "check", "Check an architecture and say what it adds up to",
      "  nvcim check my_chip.json\n"
      "  nvcim check rram_1t1r_128 --workload lenet_fashion_mnist_8b     with the floor plan\n"
      "  nvcim check rram_1t1r_128 --set /adc/bits=10 --json             formulas and sources too\n"
      "All problems of the file are shown at once. With --out it is written to DIR/result.json and DIR/result.csv.\n"
      "--seed, --threads: no effect here.");
  command->callback(
      [options, arguments, &action] { action = [options, arguments] { return run(*options, arguments); }; });
}

}  // namespace nvcim::cli
