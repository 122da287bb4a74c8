// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/worst_case_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/report/study_page.h"
#include "sim/report/terminal.h"
#include "sim/stats/spread.h"

namespace nvcim::sim {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string bound_text(const WorstCaseSetting& setting) {
  return setting.budget < 1 ? fmt::format("{} / {}", setting.bound, setting.loose_bound)
                            : fmt::format("{}", setting.bound);
}

std::string verified_text(const WorstCaseSetting& setting) {
  return setting.budget >= 1 ? "all" : setting.nwc == 0 ? "none" : fmt::format("{:.1f} %", 100 * setting.nwc);
}

std::string lead_of(const WorstCaseRequest& request) {
  std::string text =
      fmt::format("searched on {} {} samples, reported on {} test samples of {}; seed {}", request.search.samples(),
                  request.search_split, request.data.samples(), request.data.name, request.seed);
  if (request.search_split == "test") text += " (the searches saw the samples that are reported on)";
  return text;
}

std::string chart_name(const WorstCaseRequest& request, const WorstCaseSetting& setting, const std::string& what) {
  std::string name = what;
  if (request.networks.size() > 1) name = request.networks[setting.network].name + ", " + name;
  if (request.budgets.size() > 1) name += ", verified: " + verified_text(setting);
  return name;
}

/// @param with_seconds  times differ from run to run, so no file holds them
Rows found_rows(const WorstCaseRequest& request, const WorstCaseResult& result, bool with_seconds) {
  Rows rows = {
      {"network", "verified", "bound", "method", "searched %", "worst case %", "no chip %", "largest", "found by"}};
  if (with_seconds) rows[0].insert(rows[0].end() - 1, "s");
  for (std::size_t i = 0; i < result.found.size(); ++i) {
    const WorstCaseFound& found = result.found[i];
    const WorstCaseSetting& setting = result.settings[found.setting];
    const double largest = std::max(found.extent.largest_tight, found.extent.largest_loose);
    rows.push_back({request.networks[setting.network].name, verified_text(setting), bound_text(setting),
                    search_name(found.method),
                    percent_figure(double(found.correct_searched) / request.search.samples()),
                    percent_figure(double(found.correct) / request.data.samples()),
                    percent_figure(result.reference[setting.network]), fmt::format("{:.4f}", largest),
                    found.found_by + (found.converged || found.method == SearchMethod::sign ? "" : ", not converged")});
    if (with_seconds)
      rows.back().insert(rows.back().end() - 1, found.seconds ? fmt::format("{:.0f}", *found.seconds) : "");
  }
  return rows;
}

Rows drawn_rows(const WorstCaseRequest& request, const WorstCaseResult& result) {
  Rows rows = {{"network", "verified", "bound", "drawn", "instances", "mean %", "std", "min %"}};
  for (const WorstCaseDrawn& drawn : result.drawn) {
    const WorstCaseSetting& setting = result.settings[drawn.setting];
    std::vector<double> values;
    for (const int count : drawn.correct) values.push_back(double(count) / request.data.samples());
    const Spread spread = spread_of(values);
    rows.push_back({request.networks[setting.network].name, verified_text(setting), bound_text(setting),
                    draw_name(drawn.draw), fmt::format("{}", values.size()), percent_figure(spread.mean),
                    percent_figure(spread.deviation), percent_figure(spread.minimum)});
  }
  return rows;
}

/// Over the bound of all cells or, where some are loose, of the verified ones.
LineChart bound_chart(const WorstCaseRequest& request, const WorstCaseResult& result) {
  LineChart chart{{.title = "bound, share of the conductance range", .unit = "", .min = 0},
                  {.title = "accuracy", .unit = "%", .min = 0, .max = 1},
                  {}};
  std::map<std::string, std::size_t> series;
  const auto add = [&](const WorstCaseSetting& setting, const std::string& what, double accuracy, bool dashed) {
    const std::string name = chart_name(request, setting, what);
    const auto [at, fresh] = series.emplace(name, chart.series.size());
    if (fresh) chart.series.push_back({.name = name, .hue = static_cast<int>(chart.series.size()), .dashed = dashed});
    chart.series[at->second].points.push_back({setting.bound, accuracy});
  };
  for (const WorstCaseFound& found : result.found)
    add(result.settings[found.setting], search_name(found.method), double(found.correct) / request.data.samples(),
        false);
  for (const WorstCaseDrawn& drawn : result.drawn)
    add(result.settings[drawn.setting],
        fmt::format("lowest of {} {} draws", drawn.correct.size(), draw_name(drawn.draw)),
        double(*std::min_element(drawn.correct.begin(), drawn.correct.end())) / request.data.samples(), true);
  for (ChartSeries& one : chart.series)
    std::sort(one.points.begin(), one.points.end(), [](const ChartPoint& a, const ChartPoint& b) { return a.x < b.x; });
  return chart;
}

constexpr const char* kMeaning =
    "Every perturbation was checked cell by cell against its bound and run through the chip. Searches give upper "
    "bounds "
    "of the worst case: a better search may find worse. Two bounds: of verified / other cells.";

}  // namespace

std::string worst_case_table(const WorstCaseRequest& request, const WorstCaseResult& result) {
  std::string text = fmt::format("Worst case on {}: {}\n\n", request.architecture.name, lead_of(request));
  text +=
      aligned_table(found_rows(request, result, true), {false, true, true, false, true, true, true, true, true, false});
  if (!result.drawn.empty())
    text += "\nDraws within the same bounds\n\n" +
            aligned_table(drawn_rows(request, result), {false, true, true, false, true, true, true, true});
  return text;
}

std::string worst_case_page(const WorstCaseRequest& request, const WorstCaseResult& result, const PageTexts& texts) {
  std::vector<PageSection> sections;
  if (request.bounds.size() > 1)
    sections.push_back({"Accuracy over the bound",
                        "What the worst deviations found within a bound leave of the accuracy.",
                        {bound_chart(request, result)}});
  sections.push_back({"Searches", kMeaning, {PageTable{found_rows(request, result, false), 4}}});
  if (!result.drawn.empty())
    sections.push_back({"Draws within the same bounds",
                        "What sampling sees of the same guarantee.",
                        {PageTable{drawn_rows(request, result), 4}}});
  std::string network = request.networks.front().name;
  if (request.networks.size() > 1) network += fmt::format(" and {} more", request.networks.size() - 1);
  return study_page({.kind = "worst case",
                     .network = network,
                     .architecture = request.architecture.name,
                     .lead = lead_of(request),
                     .sections = sections},
                    texts);
}

}  // namespace nvcim::sim
