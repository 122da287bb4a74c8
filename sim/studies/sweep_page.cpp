// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/sweep_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "arch/conductance_grid.h"
#include "arch/units.h"
#include "mapping/plan.h"
#include "sim/report/study_page.h"
#include "sim/report/terminal.h"
#include "sim/report/write_notes.h"
#include "sim/studies/sweep_breakdown.h"
#include "sim/studies/sweep_figures.h"
#include "sim/studies/verified_map.h"

namespace nvcim::sim {
namespace {

using Rows = std::vector<std::vector<std::string>>;

double mean_of(const SweepPoint& point) {
  return spread_of(point.accuracy).mean;
}

/// The point at which everything is verified, if the sweep has one: the same for all methods.
const SweepPoint* everything(const SweepResult& result) {
  for (const SweepPoint& point : result.points)
    if (point.verified_cells == double(result.cells)) return &point;
  return nullptr;
}

const SweepPoint* nothing(const SweepResult& result) {
  for (const SweepPoint& point : result.points)
    if (point.nwc == 0) return &point;
  return nullptr;
}

Rows point_rows(const SweepRequest& request, const SweepResult& result) {
  Rows rows = {{"method", "NWC", "accuracy %", "std", "95 % ±", "min", "gap closed %", "latency", "energy",
                "verified cells", "rows touched"}};
  const SweepPoint *first = nothing(result), *last = everything(result);
  for (const SweepPoint& point : result.points) {
    const Spread spread = spread_of(point.accuracy);
    rows.push_back(
        {request.methods[point.method].name(), fmt::format("{:.3f}", point.nwc), percent_figure(spread.mean),
         percent_figure(spread.deviation), percent_figure(spread.ci95), percent_figure(spread.minimum),
         first && last ? fmt::format("{:.0f}", 100 * recovery(spread.mean, mean_of(*first), mean_of(*last))) : "",
         format_si_rounded(point.seconds, "s"), format_si_rounded(point.joules, "J"),
         fmt::format("{:.0f}", point.verified_cells), fmt::format("{:.0f}", point.rows_touched)});
  }
  return rows;
}

/// What each method needs to come within SweepRequest::within of verifying everything.
struct EqualAccuracy {
  std::string heading;
  Rows rows;             ///< empty where they would say nothing
  std::string footnote;  ///< may be empty
};

/// The figures of one method; sets `between` where they lie between nothing verified and its smallest budget.
std::vector<std::string> equal_accuracy_row(const SweepResult& result, std::size_t method, const SweepPoint& last,
                                            double target, bool& between) {
  std::vector<CostPoint> cycles, time, energy;
  double smallest = last.nwc;
  for (const SweepPoint& point : result.points) {
    if (point.method != int(method)) continue;
    cycles.push_back({point.nwc, mean_of(point)});
    time.push_back({point.seconds, mean_of(point)});
    energy.push_back({point.joules, mean_of(point)});
    if (point.nwc > 0) smallest = std::min(smallest, point.nwc);
  }
  const auto nwc = cost_at(cycles, target), seconds = cost_at(time, target), joules = cost_at(energy, target);
  if (!nwc || !seconds || !joules) return {"not reached", "", "", "", "", ""};
  const auto times = [](double ratio) { return fmt::format("{:.1f} x", ratio); };
  const bool unmeasured = *nwc < smallest;
  between = between || unmeasured;
  return {fmt::format("{:.3f}{}", *nwc, unmeasured ? " *" : ""),
          *nwc > 0 ? times(last.nwc / *nwc) : "all",
          format_si_rounded(*seconds, "s"),
          times(last.seconds / *seconds),
          format_si_rounded(*joules, "J"),
          times(last.joules / *joules)};
}

/// Nothing without a point at which everything is verified.
std::optional<EqualAccuracy> equal_accuracy(const SweepRequest& request, const SweepResult& result) {
  const SweepPoint *first = nothing(result), *last = everything(result);
  if (!last) return std::nullopt;
  const double target = mean_of(*last) - request.within;
  const std::string points = fmt::format("{:.4g} points", 100 * request.within);
  if (first && mean_of(*first) >= target) {
    const std::string none = percent_figure(mean_of(*first)), all = percent_figure(mean_of(*last));
    if (mean_of(*first) > mean_of(*last))
      return EqualAccuracy{
          fmt::format("Verifying nothing ({} %) is better than verifying everything ({} %): there is no cost of equal "
                      "accuracy.",
                      none, all),
          {},
          ""};
    return EqualAccuracy{
        fmt::format("Verifying nothing ({} %) is already within {} of verifying everything ({} %): what a method saves "
                    "cannot be told here. A smaller --within, or cells that spread more, would tell.",
                    none, points, all),
        {},
        ""};
  }
  EqualAccuracy equal{fmt::format("Within {} of verifying everything", points), {}, ""};
  if (first)
    equal.heading +=
        fmt::format("; verifying nothing is {:.2f} points below", 100 * (mean_of(*last) - mean_of(*first)));
  equal.rows = {{"method", "NWC", "fewer cycles", "latency", "faster", "energy", "less energy"}};
  bool between = false;
  for (std::size_t m = 0; m < request.methods.size(); ++m) {
    std::vector<std::string> row = equal_accuracy_row(result, m, *last, target, between);
    row.insert(row.begin(), request.methods[m].name());
    equal.rows.push_back(std::move(row));
  }
  if (between)
    equal.footnote =
        "* below the smallest budget of the sweep, on a line from nothing verified: not measured; a smaller one in "
        "--budgets would be";
  return equal;
}

LineChart accuracy_over(const SweepRequest& request, const SweepResult& result, ChartAxis axis,
                        double SweepPoint::*cost, bool with_front) {
  LineChart chart{std::move(axis), {.title = "accuracy", .unit = "%"}, {}};
  std::vector<CostPoint> all;
  double largest = 0;
  for (std::size_t m = 0; m < request.methods.size(); ++m) {
    ChartSeries series{.name = request.methods[m].name(), .hue = int(m)};
    for (const SweepPoint& point : result.points) {
      all.push_back({point.*cost, mean_of(point)});
      largest = std::max(largest, point.*cost);
      if (point.method == int(m))
        series.points.push_back({point.*cost, mean_of(point), with_front ? 0 : spread_of(point.accuracy).deviation});
    }
    std::stable_sort(series.points.begin(), series.points.end(),
                     [](const ChartPoint& a, const ChartPoint& b) { return a.x < b.x; });
    chart.series.push_back(series);
  }
  if (with_front) {
    ChartSeries front{.name = "Pareto front", .plain = true, .dashed = true, .stepped = true};
    for (const std::size_t i : pareto_front(all)) front.points.push_back({all[i].cost, all[i].accuracy});
    chart.series.push_back(front);
  }
  chart.series.push_back({.name = "no chip",
                          .points = {{0, result.reference_accuracy}, {largest, result.reference_accuracy}},
                          .plain = true});
  return chart;
}

std::string lead_of(const SweepRequest& request, const SweepResult& result) {
  const Architecture& a = request.architecture;
  int weight_bits = 8;
  for (const workloads::Node& node : request.network.nodes)
    if (node.is_mvm()) weight_bits = node.mvm.weight_bits;
  const ConductanceGrid grid = conductance_grid(a, weight_bits);
  const WriteProcess process = a.write_controller.process;
  const std::string limits = process == WriteProcess::measured
                                 ? fmt::format("{}, cell by cell", a.device.table)
                                 : fmt::format("simulated pulse by pulse, tolerance {:.4g} of the range",
                                               a.write_controller.tolerance * a.device.sigma_scale);
  return fmt::format("{} samples of {}, {} instances; {} % without a chip; {}, {}; write-verify: {}, {}",
                     request.data.samples(), request.data.name, request.instances,
                     percent_figure(result.reference_accuracy), choice_text(a.device.model),
                     programming_spread_text(a.device, grid.max_level), choice_text(process), limits);
}

/// The first method that verifies, at its smallest budget above nothing: what the page looks into.
std::optional<std::pair<SweepMethod, double>> shown_choice(const SweepRequest& request) {
  double budget = 1;
  for (const double b : request.budgets)
    if (b > 0) budget = std::min(budget, b);
  for (const SweepMethod& method : request.methods)
    if (!method.in_situ && budget < 1) return std::pair(method, budget);
  return std::nullopt;
}

}  // namespace

std::string sweep_table(const SweepRequest& request, const SweepResult& result) {
  const auto table = [](const Rows& rows) {
    std::vector<bool> right(rows.front().size(), true);
    right[0] = false;
    return aligned_table(rows, right);
  };
  std::string text =
      fmt::format("{} on {}: {}\n\n", request.network.name, request.architecture.name, lead_of(request, result)) +
      table(point_rows(request, result));
  if (const auto equal = equal_accuracy(request, result)) {
    text += "\n" + equal->heading + "\n";
    if (!equal->rows.empty()) text += table(equal->rows);
    if (!equal->footnote.empty()) text += equal->footnote + "\n";
  }
  return text;
}

std::string sweep_page(const SweepRequest& request, const SweepResult& result, const PageTexts& texts) {
  StudyPage page{"write-verify sweep", request.network.name, request.architecture.name, lead_of(request, result), {}};
  page.sections.push_back(
      {"Accuracy over write cycles",
       "Mean over the instances; the band is one standard deviation to either side. NWC: write cycles, 1 = everything "
       "verified; the first, unverified write is not counted.",
       {accuracy_over(request, result, {.title = "NWC", .unit = "", .min = 0}, &SweepPoint::nwc, false)}});
  page.sections.push_back(
      {"Accuracy over programming latency",
       "The same chips. A row waits for its slowest cell, so few cycles are not little time. The unverified pass is "
       "included.",
       {accuracy_over(request, result, {.title = "latency", .unit = "s", .min = 0}, &SweepPoint::seconds, true)}});
  page.sections.push_back(
      {"Accuracy over programming energy",
       "The same chips; without static power, the unverified pass included.",
       {accuracy_over(request, result, {.title = "energy", .unit = "J", .min = 0}, &SweepPoint::joules, true)}});
  if (const auto equal = equal_accuracy(request, result)) {
    PageSection section{"Cost of equal accuracy",
                        equal->heading + (equal->rows.empty() ? "" : ". Between the points of the sweep linearly."),
                        {}};
    if (!equal->footnote.empty()) section.note += " " + equal->footnote + ".";
    if (!equal->rows.empty()) section.items.push_back(PageTable{equal->rows});
    page.sections.push_back(std::move(section));
  }
  if (const auto shown = shown_choice(request)) {
    const mapping::Plan plan = mapping::make_plan(request.architecture, request.network);
    const mapping::WritePlan write_plan = sweep_plan(request, plan, shown->first, shown->second);
    page.sections.push_back({"Where the verified cells lie",
                             fmt::format("{} at a budget of {:.3g}: share of verified cells in every row.",
                                         shown->first.name(), shown->second),
                             {verified_map(request.network, plan, write_plan),
                              PageTable{verified_rows(verified_by_layer(request.network, plan, write_plan))}}});
    for (PageSection& section : breakdown_sections(request, plan, write_plan, shown->first.name()))
      page.sections.push_back(std::move(section));
  }
  page.sections.push_back({"All points", "", {PageTable{point_rows(request, result)}}});
  return study_page(page, texts);
}

}  // namespace nvcim::sim
