// SPDX-License-Identifier: Apache-2.0
#include "sim/report/program_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "sim/report/study_page.h"

namespace nvcim::sim {
namespace {

constexpr std::size_t kControllersShown = 24;

std::string shown(const Metric& metric) {
  return format_metric(metric.value, metric.info->unit);
}

/// (n, share with more than n attempts), as far as something is left: where the tail is, a row waits.
std::vector<ChartPoint> exceedance(const std::vector<std::uint64_t>& histogram) {
  const double all = static_cast<double>(std::accumulate(histogram.begin(), histogram.end(), std::uint64_t{0}));
  std::vector<ChartPoint> points;
  double left = all;
  for (std::size_t attempts = 0; attempts < histogram.size(); ++attempts) {
    left -= static_cast<double>(histogram[attempts]);
    if (left > 0) points.push_back({static_cast<double>(attempts), left / all});
  }
  return points;
}

PageSection attempts(const ProgramReport& report) {
  LineChart chart{
      {.title = "attempts", .unit = "", .min = 0}, {.title = "need more", .unit = "%", .logarithmic = true}, {}};
  chart.series.push_back({.name = "cells", .points = exceedance(report.cell_attempts), .hue = 0, .stepped = true});
  chart.series.push_back({.name = "rows", .points = exceedance(report.row_attempts), .hue = 4, .stepped = true});
  const bool any = !chart.series[0].points.empty() && !chart.series[1].points.empty();
  return {"Attempts", "Share of the cells and of the rows that need more attempts: a row waits for its slowest cell.",
          any ? std::vector<PageItem>{chart} : std::vector<PageItem>{}};
}

PageSection energy(const ProgramReport& report) {
  BarChart chart{"energy", "J", {}, {{"energy", {}}}};
  for (const Metric* part : report.family("energy.programming.*")) {
    if (part->value <= 0) continue;
    chart.labels.push_back(part->name.substr(std::string_view("energy.programming.").size()));
    chart.series[0].values.push_back(part->value);
  }
  return {"Energy of programming", "Without static power.", {chart}};
}

PageSection controllers(const ProgramReport& report) {
  BarChart chart{
      "of the programming time",
      "%",
      {},
      {{"writes and verifies", {}}, {"waits for power", {}}, {"waits for targets", {}}, {"waits to verify again", {}}}};
  const std::size_t shown_count = std::min(kControllersShown, report.controllers.size());
  for (std::size_t i = 0; i < shown_count; ++i) {
    const ProgramReport::Controller& one = report.controllers[i];
    chart.labels.push_back(one.name);
    const double parts[] = {one.busy, one.power, one.targets, one.reverify};
    for (std::size_t part = 0; part < 4; ++part) chart.series[part].values.push_back(parts[part]);
  }
  return {"Write controllers",
          shown_count < report.controllers.size()
              ? fmt::format("The first {} of {}.", shown_count, report.controllers.size())
              : "What is left to 100 %: done.",
          {chart}};
}

PageSection layers(const ProgramReport& report) {
  PageTable table;
  table.rows = {{"layer", "cells", "to verify", "verified", "unconverged", "attempts per cell", "energy",
                 "residual, verified", "residual, written once"}};
  const auto count = [](std::int64_t n) { return format_metric(static_cast<double>(n), "count"); };
  const auto share = [](double value) { return value > 0 ? fmt::format("{:.2f} %", 100 * value) : std::string(); };
  for (const ProgramLayerRow& layer : report.layers)
    table.rows.push_back({layer.name, count(layer.cells), count(layer.marked), count(layer.verified),
                          count(layer.unconverged), layer.attempts > 0 ? fmt::format("{:.2f}", layer.attempts) : "",
                          format_metric(layer.energy, "J"), share(layer.sigma_verified),
                          share(layer.sigma_unverified)});
  return {"Layers", "Residual: root mean square deviation from the target, of g_max - g_min.", {table}};
}

PageSection facts(const ProgramReport& report) {
  PageTable table{{{"fact", "value", "meaning"}}, 3};
  for (const Fact& fact : report.facts) table.rows.push_back({fact.name, fact.value, fact.doc});
  return {"Model and laws", "", {table}};
}

PageSection metrics(const ProgramReport& report) {
  PageTable table{{{"metric", "meaning", "value"}}, 2};
  for (const Metric& metric : report.metrics)
    table.rows.push_back({metric.name, std::string(metric.info->doc), shown(metric)});
  return {"All metrics", "Unrounded values are in result.json; nvcim explain NAME gives formula and source.", {table}};
}

}  // namespace

std::string program_page(const ProgramReport& report, const PageTexts& texts) {
  std::string lead = fmt::format("{}: {} and {}; {} of {} cells verified",
                                 report.plan == "all" ? "Everything to be verified" : "Plan: " + report.plan,
                                 shown(*report.find("latency.programming")), shown(*report.find("energy.programming")),
                                 shown(*report.find("cells.verified")), shown(*report.find("cells")));
  for (const Fact& fact : report.facts) {
    if (fact.name == "budget.spent") lead += "; budget spent: " + fact.value;
    if (fact.name == "device.warning") lead += ". Note: " + fact.value;
  }
  return study_page({.kind = "programming",
                     .network = report.network,
                     .architecture = report.architecture,
                     .lead = lead,
                     .sections = {attempts(report), energy(report), controllers(report), layers(report), facts(report),
                                  metrics(report)}},
                    texts);
}

}  // namespace nvcim::sim
