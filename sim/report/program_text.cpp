// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "sim/report/program_report.h"
#include "sim/report/terminal.h"

namespace nvcim::sim {
namespace {

std::string value_of(const ProgramReport& report, std::string_view name) {
  const Metric* metric = report.find(name);
  return metric ? format_metric(metric->value, metric->info->unit) : "";
}

std::string key_figures(const ProgramReport& report) {
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](std::string name, std::string_view metric, std::string note) {
    if (report.find(metric)) rows.push_back({"  " + std::move(name), value_of(report, metric), std::move(note)});
  };
  const auto some = [&](std::string_view metric) { return report.find(metric) && report.value(metric) > 0; };
  add("latency", "latency.programming", value_of(report, "latency.programming.cycles") + " cycles");
  add("  first write", "latency.programming.first_write", "until every cell had its unverified write");
  add("energy", "energy.programming", "without static power");
  add("power", "power.programming", "mean; controllers work " + value_of(report, "busy.programming") + " of the time");
  add("NWC", "nwc", "write cycles, of those of verifying every cell");
  add("cells", "cells", value_of(report, "cells.planned") + " to be verified");
  add("  verified", "cells.verified", "");
  add("  unconverged", "cells.unconverged", "given up at the attempt limit");
  add("  written once", "cells.written_once", "");
  if (some("cells.unfinished")) add("  unfinished", "cells.unfinished", "the budget ended their write-verify");
  if (some("cells.unwritten")) add("  unwritten", "cells.unwritten", "the budget ended before their first write");
  const auto spread = [&](const std::string& of) {
    return fmt::format("mean; p50 {}, p95 {}, p99 {}, max {}", value_of(report, of + ".p50"),
                       value_of(report, of + ".p95"), value_of(report, of + ".p99"), value_of(report, of + ".max"));
  };
  add("attempts, cell", "attempts.cell.mean", spread("attempts.cell"));
  add("attempts, row", "attempts.row.mean", spread("attempts.row"));
  add("row-parallel", "efficiency.row_parallel", "of a row's attempts a verified cell needed itself");
  add("residual, verified", "residual.verified",
      fmt::format("of g_max - g_min; p99 {}, max {}", value_of(report, "residual.verified.p99"),
                  value_of(report, "residual.verified.max")));
  add("residual, written once", "residual.unverified",
      fmt::format("of g_max - g_min; p99 {}, max {}", value_of(report, "residual.unverified.p99"),
                  value_of(report, "residual.unverified.max")));
  add("endurance used", "endurance.used", "by the most used cell");
  return aligned_table(rows, {false, true, false});
}

std::string energy_parts(const ProgramReport& report) {
  const double whole = report.value("energy.programming");
  std::vector<std::vector<std::string>> rows;
  for (const Metric* part : report.family("energy.programming.*")) {
    if (part->value <= 0) continue;
    const double share = part->value / whole;
    rows.push_back({"  " + part->name.substr(19), format_si_rounded(part->value, "J"),
                    fmt::format("{:.1f} %", 100 * share),
                    std::string(static_cast<std::size_t>(24 * share + 0.5), '#')});
  }
  return aligned_table(rows, {false, true, true, false});
}

std::string by_layer(const ProgramReport& report) {
  std::vector<std::vector<std::string>> rows = {
      {"  layer", "cells", "to verify", "verified", "unconverged", "attempts", "energy", "sigma verified", "once"}};
  const auto percent = [](double share) { return share > 0 ? fmt::format("{:.2f} %", 100 * share) : std::string(); };
  for (const ProgramLayerRow& layer : report.layers)
    rows.push_back({"  " + layer.name, format_metric(static_cast<double>(layer.cells), "count"),
                    format_metric(static_cast<double>(layer.marked), "count"),
                    format_metric(static_cast<double>(layer.verified), "count"),
                    format_metric(static_cast<double>(layer.unconverged), "count"),
                    layer.attempts > 0 ? fmt::format("{:.2f}", layer.attempts) : "",
                    format_si_rounded(layer.energy, "J"), percent(layer.sigma_verified),
                    percent(layer.sigma_unverified)});
  return aligned_table(rows, {false, true, true, true, true, true, true, true, true});
}

ResultTable layer_result(const ProgramReport& report) {
  ResultTable table{
      "layers",
      {{"layer", "text", "name of a layer on crossbars"},
       {"cells", "count", "cells that hold a weight or an offset"},
       {"planned", "count", "cells that the plan wants verified"},
       {"verified", "count", "cells that passed their verify read"},
       {"unconverged", "count", "cells given up at the attempt limit"},
       {"attempts_mean", "count", "mean attempts of the cells whose write-verify began"},
       {"energy", "J", "energy of programming"},
       {"residual_verified", "fraction",
        "root mean square deviation of verified cells from their targets, of g_max - g_min; 0 where there are none"},
       {"residual_unverified", "fraction", "the same of the cells written once"}}};
  for (const ProgramLayerRow& row : report.layers)
    table.rows.push_back({row.name, row.cells, row.marked, row.verified, row.unconverged, row.attempts, row.energy,
                          row.sigma_verified, row.sigma_unverified});
  return table;
}

ResultTable histogram_table(const char* name, const char* what, const char* doc,
                            const std::vector<std::uint64_t>& histogram) {
  ResultTable table{name, {{"attempts", "count", "pulse and verify read"}, {what, "count", doc}}};
  for (std::size_t attempts = 0; attempts < histogram.size(); ++attempts)
    table.rows.push_back({attempts, histogram[attempts]});
  return table;
}

ResultTable controller_table(const ProgramReport& report) {
  ResultTable table{"controllers",
                    {{"controller", "text", "write controller of a tile"},
                     {"busy", "fraction", "share of the programming time in which it writes and verifies"},
                     {"waited_for_power", "fraction", "share in which the power limit held it back"},
                     {"waited_for_targets", "fraction", "share in which its targets were on their way"},
                     {"waited_to_reverify", "fraction", "share of the wait before cells are verified again"}}};
  for (const ProgramReport::Controller& one : report.controllers)
    table.rows.push_back({one.name, one.busy, one.power, one.targets, one.reverify});
  return table;
}

}  // namespace

std::string program_terminal(const ProgramReport& report) {
  std::string text =
      fmt::format("\nprogramming {} with {}, verifying {}\n\n", report.architecture, report.network, report.plan);
  text += key_figures(report);
  text += "\nEnergy of programming\n" + energy_parts(report);
  text += "\nBy layer (sigma: deviation from the target, of g_max - g_min)\n" + by_layer(report) + "\n";
  for (const Fact& fact : report.facts) {
    if (fact.name == "budget.spent") text += fmt::format("Budget spent: {}\n", fact.value);
    if (fact.name == "device.warning") text += fmt::format("Note: {}.\n", fact.value);
    if (fact.name == "engine" && fact.value == "both")
      text += "Checked: both engines agree in every cell, count and cycle; all parts sum to their totals.\n";
  }
  return text;
}

Result result_of(const ProgramReport& report) {
  Result result{
      {.study = "program", .seed = report.seed, .architecture = report.architecture, .workload = report.network}};
  for (const Metric& metric : report.metrics) result.add(metric.name, metric.value);
  result.tables = {
      layer_result(report),
      histogram_table("cell_attempts", "cells", "cells whose write-verify took so many", report.cell_attempts),
      histogram_table("row_attempts", "rows", "rows that took so many", report.row_attempts), controller_table(report)};
  result.facts = report.facts;
  return result;
}

}  // namespace nvcim::sim
