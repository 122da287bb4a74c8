// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_check.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "arch/conductance_grid.h"
#include "arch/cost/area_table.h"
#include "arch/cost/energy_table.h"
#include "arch/cost/figure_nodes.h"
#include "arch/load.h"
#include "arch/output_file.h"
#include "arch/presets.h"
#include "device/check_device.h"
#include "device/write_rules.h"
#include "mapping/plan.h"
#include "sim/cli/inputs.h"
#include "sim/cli/quantise_options.h"
#include "sim/report/metrics.h"
#include "sim/report/terminal.h"
#include "sim/report/write_notes.h"

namespace nvcim::cli {
namespace {

using Json = nlohmann::ordered_json;

struct CheckOptions : CommonOptions {
  std::string architecture{kDefaultPreset};
  std::optional<Duplication> duplicate;
  std::string workload;

  template <class V>
  void describe(V& v) {
    CommonOptions::describe(v);
    sim::describe_duplicate(v, duplicate);
    v.text("ARCH", architecture, sim::kArchitectureKind, sim::kArchitectureDoc, sim::kInput);
    v.text("--workload", workload, sim::kNetworkKind, "Network to place: a built-in name or an ONNX file", sim::kInput);
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

Json summary(const Architecture& architecture, const AreaTable& areas, const EnergyTable& energies) {
  Json json;
  json["architecture"] = architecture.name;
  json["tiles"] = architecture.chip.tiles();
  json["crossbars"] = architecture.chip.tiles() * architecture.tile.crossbars;
  json["area_m2"] = areas.area().value();
  json["peak_power_w"] = areas.peak_power().value();
  json["static_power_w"] = areas.static_power().value();
  json["adc_energy_law"] = energies.adc_law;
  json["components"] = Json::array();
  for (const AreaEntry& entry : areas.entries)
    json["components"].push_back({{"name", entry.name},
                                  {"count", entry.count},
                                  {"area_m2", entry.area().value()},
                                  {"peak_power_w", entry.peak_power().value()},
                                  {"area_formula", entry.area_formula},
                                  {"area_source", entry.area_source},
                                  {"peak_formula", entry.peak_formula},
                                  {"peak_source", entry.peak_source}});
  json["energies"] = Json::array();
  for (const EnergyEntry& entry : energies.entries)
    json["energies"].push_back({{"name", entry.name},
                                {"component", entry.component},
                                {"joules", entry.per_count.value()},
                                {"per", entry.per},
                                {"formula", entry.formula},
                                {"source", entry.source}});
  return json;
}

/// What a reader of the figures or of a programmed chip must know.
std::vector<std::string> what_to_know(const Architecture& architecture, int weight_bits, const AreaTable& areas,
                                      const EnergyTable& energies) {
  std::vector<std::string> notes;
  const auto add = [&notes](const char* about, const std::string& text) {
    if (!text.empty()) notes.push_back(fmt::format("{}: {}", about, text));
  };
  add("Technology", figures_of_other_nodes(architecture, energies, areas));
  const device::WriteRules rules = device::make_write_rules(architecture, conductance_grid(architecture, weight_bits));
  if (rules.process == WriteProcess::measured) {
    add("Write-verify, windows", sim::measured_windows_text(rules));
    add("Write-verify, failures", sim::measured_failures_text(rules));
  } else if (rules.process != WriteProcess::fixed_mean) {
    add("Write-verify", sim::verify_step_text(rules));
  }
  return notes;
}

int run(const CheckOptions& options) {
  const Architecture architecture = load_architecture(
      options.architecture, sim::architecture_changes(options.set, options.duplicate), device::check_device);
  int weight_bits = 8;
  std::string plan_text;
  Json plan_json;
  if (!options.workload.empty()) {
    const workloads::Network network = load_shape(options.workload, {});
    for (const workloads::Node& node : network.nodes)
      if (node.kind == workloads::Node::Kind::mvm) weight_bits = node.mvm.weight_bits;
    const mapping::Plan plan = mapping::make_plan(architecture, network);
    plan_text = fmt::format("\n{} on it: {} crossbars on {} tiles, {:.1f} % of their cells in use\n{}", network.name,
                            plan.crossbars_used, plan.tiles_used, 100 * plan.utilization,
                            mapping::floor_plan(architecture, network, plan));
    plan_json = {{"network", network.name},
                 {"crossbars_used", plan.crossbars_used},
                 {"tiles_used", plan.tiles_used},
                 {"utilization", plan.utilization}};
  }
  const AreaTable areas = area_table(architecture, weight_bits);
  const EnergyTable energies = energy_table(architecture, weight_bits);
  Json json = summary(architecture, areas, energies);
  const std::vector<std::string> notes = what_to_know(architecture, weight_bits, areas, energies);
  if (!notes.empty()) json["notes"] = notes;
  if (!plan_json.is_null()) json["plan"] = plan_json;
  const std::string json_text = json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  // Printed first: what cannot be printed leaves no file.
  const auto write = [&] {
    if (!options.out.empty()) write_file(options.out / "check.json", json_text);
    return kOk;
  };
  if (options.json) print_out(json_text);
  if (options.json || options.quiet) return write();

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
  for (const std::string& note : notes) text += "\n" + note + "\n";
  print_out(text + plan_text);
  return write();
}

}  // namespace

void add_check_command(CLI::App& program, Action& action) {
  const auto options = std::make_shared<CheckOptions>();
  CLI::App* command =
      add_command(program, *options, "check", "Check an architecture and say what it adds up to",
                  "  nvcim check my_chip.json\n"
                  "  nvcim check rram_1t1r_128 --workload lenet_fashion_mnist_8b     with the floor plan\n"
                  "  nvcim check rram_1t1r_128 --set /adc/bits=10 --json             formulas and sources too\n"
                  "All problems of the file are shown at once. With --out the JSON is written to DIR/check.json.\n"
                  "--seed, --threads: no effect here.");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace nvcim::cli
