// SPDX-License-Identifier: Apache-2.0
#include "sim/report/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "arch/units.h"

namespace nvcim::sim {
namespace {

constexpr int kBar = 24;
constexpr std::size_t kNameWidth = 28;
constexpr double kWorthTelling = 0.001;  // of the conversions

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

std::string bar(double share) {
  return std::string(static_cast<std::size_t>(std::lround(share * kBar)), '#');
}

std::string value_of(const RunReport& report, std::string_view name) {
  const Metric* metric = report.find(name);
  return metric ? format_metric(metric->value, metric->info->unit) : "";
}

std::string key_figures(const RunReport& report) {
  std::vector<std::vector<std::string>> rows;
  const char* const how = report.fills_pipeline() ? "in the filled pipeline" : "with one sample at a time";
  const auto add = [&](std::string name, std::string_view metric, std::string note) {
    if (report.find(metric)) rows.push_back({"  " + std::move(name), value_of(report, metric), std::move(note)});
  };
  if (const Metric* accuracy = report.find("accuracy"))
    add("accuracy", "accuracy",
        fmt::format("{} samples, 95 % interval {} to {}", report.samples,
                    format_metric(*accuracy->low, accuracy->info->unit),
                    format_metric(*accuracy->high, accuracy->info->unit)));
  add("  reference", "accuracy.reference",
      fmt::format("quantised network, no chip; chip agrees on {}", value_of(report, "accuracy.agreement")));
  if (report.find("perturbation.largest.loose"))
    add("deviation", "perturbation.largest.loose",
        fmt::format("largest, chosen, bound {}; of verified cells {}, bound {}",
                    value_of(report, "perturbation.bound.loose"), value_of(report, "perturbation.largest"),
                    value_of(report, "perturbation.bound")));
  else
    add("deviation", "perturbation.largest",
        fmt::format("largest of a cell, chosen; bound {} checked cell by cell",
                    value_of(report, "perturbation.bound")));
  add("latency", "latency.inference",
      "first sample, first input to last output; " + value_of(report, "latency.inference.cycles") + " cycles");
  add("throughput", "throughput.inference",
      fmt::format("one inference every {} {}", value_of(report, "interval.inference"), how));
  if (report.find("energy.inference"))
    add("energy", "energy.inference", "per inference, of which static " + value_of(report, "energy.static"));
  else
    add("energy", "energy.dynamic",
        fmt::format("per inference, without the static {}: how long it is drawn needs the cycle model",
                    value_of(report, "power.static")));
  add("power", "power.average", fmt::format("average {}; peak {}", how, value_of(report, "power.peak")));
  add("area", "area.chip", "whole chip");
  add("TOPS", "tops", fmt::format("{} MACs per inference", value_of(report, "macs.inference")));
  add("TOPS/W", "tops_per_watt", "");
  add("utilisation", "utilization.crossbar",
      fmt::format("of the cells in {} crossbars used of {}, on {} tiles", value_of(report, "crossbars.used"),
                  value_of(report, "crossbars.available"), value_of(report, "tiles.used")));
  if (const Metric* full = report.find("conversions.full_scale"); full != nullptr && full->value >= kWorthTelling)
    add("ADC range", "conversions.full_scale",
        "of the conversions read full scale, sums beyond it are lost: /adc/range");
  if (!report.chip.empty()) {
    const double share = report.value("cells.verified") / std::max(1.0, report.value("cells"));
    rows.push_back({"  chip", fmt::format("{:.2f} %", 100 * share),
                    fmt::format("of {} cells verified, {} unconverged, {} unwritten", value_of(report, "cells"),
                                value_of(report, "cells.unconverged"), value_of(report, "cells.unwritten"))});
    rows.push_back({"    from", "", report.chip});
  }
  if (!report.time.empty()) rows.push_back({"  age", "", report.time});
  add("programming", "latency.programming",
      fmt::format("and {} to write {} cells once, unverified", value_of(report, "energy.programming"),
                  value_of(report, "cells")));
  return aligned_table(rows, {false, true, false});
}

std::string energy_by_component(const RunReport& report) {
  const double whole = report.known_energy().value;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::pair<std::string, double>> parts;
  for (const Metric* part : report.family("energy.*")) parts.emplace_back(part->name.substr(7), part->value);
  if (const Metric* joules = report.find("energy.static")) parts.emplace_back("static", joules->value);
  std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  for (const auto& [name, joules] : parts) {
    if (joules <= 0) continue;
    rows.push_back({"  " + shortened(name, kNameWidth), format_si_rounded(joules, "J"), percent(joules / whole),
                    bar(joules / whole)});
  }
  return aligned_table(rows, {false, true, true, false});
}

std::string by_layer(const RunReport& report) {
  const double whole = report.known_energy().value;
  std::vector<std::vector<std::string>> rows = {
      {"  layer", "kind", "MACs", "crossbars", "energy", "share", "start", "end"}};
  for (const LayerRow& layer : report.layers)
    rows.push_back({"  " + shortened(layer.name, kNameWidth), layer.kind,
                    layer.macs ? format_metric(static_cast<double>(layer.macs), "count") : "",
                    layer.crossbars ? fmt::format("{}", layer.crossbars) : "", format_si_rounded(layer.energy, "J"),
                    whole > 0 ? percent(layer.energy / whole) : "",
                    layer.start ? format_si_rounded(*layer.start, "s") : "",
                    layer.end ? format_si_rounded(*layer.end, "s") : ""});
  return aligned_table(rows, {false, false, true, true, true, true, true, true});
}

std::string busiest_units(const RunReport& report) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < std::min<std::size_t>(5, report.units.size()); ++i) {
    const UnitRow& unit = report.units[i];
    rows.push_back({"  " + unit.name, percent(unit.busy) + " busy", percent(unit.stall) + " waiting"});
  }
  return aligned_table(rows, {false, true, true});
}

}  // namespace

std::string shape_text(const workloads::Shape& shape) {
  return fmt::format("{} x {} x {}", shape.channels, shape.height, shape.width);
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string shortened(std::string_view text, std::size_t width) {
  constexpr std::string_view kGap = "...";
  const std::size_t whole = display_width(text);
  if (whole <= width || width <= kGap.size()) return std::string(text);
  const std::size_t kept = width - kGap.size(), head = kept / 2, tail = kept - head;
  const auto start_of = [text](std::size_t character) {
    std::size_t at = 0;
    for (std::size_t seen = 0; at < text.size(); ++at)
      if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80 && seen++ == character) break;
    return at;
  };
  return std::string(text.substr(0, start_of(head))) + std::string(kGap) +
         std::string(text.substr(start_of(whole - tail)));
}

std::string aligned_table(const std::vector<std::vector<std::string>>& rows, const std::vector<bool>& right) {
  std::vector<std::size_t> widths(right.size(), 0);
  for (const auto& row : rows)
    for (std::size_t column = 0; column < row.size(); ++column)
      widths[column] = std::max(widths[column], display_width(row[column]));
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
      const std::string pad(widths[column] - display_width(row[column]), ' ');
      line += (column > 0 ? "  " : "") + (right[column] ? pad + row[column] : row[column] + pad);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

std::string terminal_report(const RunReport& report) {
  std::string text = fmt::format("\n{} running {} on {}\n\n", report.architecture, report.network, report.data);
  text += key_figures(report);
  if (report.known_energy().value > 0) text += "\nEnergy of one inference by component\n" + energy_by_component(report);
  text += "\nBy layer (energy without static; times of the first sample)\n" + by_layer(report);
  if (!report.units.empty()) text += "\nBusiest units of the cycle run\n" + busiest_units(report);
  text += '\n';
  for (const Fact& fact : report.facts)
    if (fact.name == "adc.energy_law") text += fmt::format("ADC energy law: {}\n", fact.value);
  if (report.compared)
    text += fmt::format("Checked: both engines agree bit for bit on {} samples; all parts sum to their totals.\n",
                        report.cycle_samples);
  return text;
}

}  // namespace nvcim::sim
