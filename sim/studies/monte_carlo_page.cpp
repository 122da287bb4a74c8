// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/monte_carlo_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sim/report/metrics.h"
#include "sim/report/study_page.h"
#include "sim/report/terminal.h"
#include "sim/stats/histogram.h"

namespace nvcim::sim {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string percent_text(double share) {
  return percent_figure(share) + " %";
}

std::string grouped(std::size_t count) {
  return format_metric(double(count), "count");
}

std::string plan_text(const MonteCarloRequest& request, const MonteCarloResult& result) {
  if (result.verified_share == 0) return "every cell written once, unverified";
  if (result.verified_share == 1) return "every cell verified";
  std::string text = fmt::format("{:.4g} % of the cells verified, chosen by {}", 100 * result.verified_share,
                                 request.verify ? mapping::method_name(request.chosen_by()) : "a write plan");
  if (result.nwc) text += fmt::format(" (NWC {:.3f})", *result.nwc);
  return text;
}

std::string lead_of(const MonteCarloRequest& request, const MonteCarloResult& result) {
  return fmt::format("{} instances, each on {} samples of {}; {}; seed {}", grouped(result.correct.size()),
                     grouped(std::size_t(result.samples)), request.data.name, plan_text(request, result), request.seed);
}

/// "1 %" of accuracy.kpp.1 and accuracy.yield.1.
std::string label_of(const std::string& name) {
  constexpr std::string_view kKpp = "accuracy.kpp.", kYield = "accuracy.yield.";
  if (name.starts_with(kKpp)) return name.substr(kKpp.size()) + " % KPP";
  if (name.starts_with(kYield)) return "yield at " + name.substr(kYield.size()) + " %";
  if (name == "accuracy.reference") return "no chip";
  return name.substr(name.rfind('.') + 1);
}

/// What stands where an interval would, for a quantile out of reach.
std::string shortage(const Figure& figure) {
  std::string text = fmt::format("needs {} instances or more", grouped(std::size_t(figure.instances_needed)));
  if (figure.high) text += fmt::format("; at most {}", percent_text(*figure.high));
  if (figure.low) text += fmt::format("; at least {}", percent_text(*figure.low));
  return text;
}

Rows rows_of(const MonteCarloResult& result) {
  Rows rows = {{"accuracy", "value", "95 % interval"}};
  for (const Figure& figure : monte_carlo_figures(result)) {
    std::string interval;
    if (figure.instances_needed > 0)
      interval = shortage(figure);
    else if (figure.low && figure.high)
      interval = percent_text(*figure.low) + " to " + percent_text(*figure.high);
    rows.push_back({label_of(figure.name), figure.value ? percent_text(*figure.value) : "not resolved", interval});
  }
  return rows;
}

std::string precision_text(const MonteCarloRequest& request, const MonteCarloResult& result) {
  if (!request.precision) return "";
  std::vector<std::string> names;
  for (double share : request.precise_quantiles()) names.push_back(fmt::format("{:.6g} %", 100 * share));
  const std::string what =
      fmt::format("{} KPP within +-{:.6g} points", fmt::join(names, ", "), 100 * *request.precision);
  return result.precise ? fmt::format("Known: {}, after {} instances.", what, grouped(result.correct.size()))
                        : fmt::format("Not reached with {} instances: {}.", grouped(result.correct.size()), what);
}

LineChart histogram_chart(const std::vector<std::int64_t>& sorted, const MonteCarloResult& result) {
  const auto share = [&](std::int64_t correct) { return double(correct) / result.samples; };
  const Histogram histogram = histogram_of(sorted);
  ChartSeries bins{.name = "instances", .hue = 0, .stepped = true};
  for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin)
    bins.points.push_back({share(histogram.begin(bin)), double(histogram.counts[bin])});
  bins.points.push_back({share(histogram.begin(histogram.counts.size())), 0});
  return {{.title = "accuracy", .unit = "%"}, {.title = "instances", .unit = "", .min = 0}, {bins}};
}

LineChart distribution_chart(const std::vector<std::int64_t>& sorted, const MonteCarloResult& result) {
  const auto share = [&](std::int64_t correct) { return double(correct) / result.samples; };
  const double n = double(sorted.size()), lowest = 0.5 / n;
  LineChart chart{{.title = "accuracy", .unit = "%"},
                  {.title = "instances at or below", .unit = "%", .min = lowest, .max = 1, .logarithmic = true},
                  {}};
  ChartSeries steps{.name = "instances", .hue = 0, .stepped = true};
  for (std::size_t i = 0; i < sorted.size(); ++i)
    if (i + 1 == sorted.size() || sorted[i + 1] != sorted[i])
      steps.points.push_back({share(sorted[i]), double(i + 1) / n});
  chart.series.push_back(steps);
  for (const Kpp& kpp : result.kpp)
    if (kpp.accuracy.resolved())
      chart.series.push_back(
          {.name = fmt::format("{:.6g} % KPP, 95 % interval", 100 * kpp.share),
           .points = {{*kpp.accuracy.low, kpp.share}, {kpp.accuracy.value, kpp.share}, {*kpp.accuracy.high, kpp.share}},
           .hue = 4});
  chart.series.push_back({.name = "no chip",
                          .points = {{result.reference_accuracy, lowest}, {result.reference_accuracy, 1}},
                          .plain = true,
                          .dashed = true});
  return chart;
}

}  // namespace

std::string monte_carlo_table(const MonteCarloRequest& request, const MonteCarloResult& result) {
  std::string text =
      fmt::format("{} on {}: {}\n\n", request.network.name, request.architecture.name, lead_of(request, result));
  text += aligned_table(rows_of(result), {false, true, false});
  const std::string precision = precision_text(request, result);
  return precision.empty() ? text : text + "\n" + precision + "\n";
}

std::string monte_carlo_page(const MonteCarloRequest& request, const MonteCarloResult& result, const PageTexts& texts) {
  std::vector<std::int64_t> sorted(result.correct.begin(), result.correct.end());
  std::sort(sorted.begin(), sorted.end());
  PageTable figures;
  for (const auto& row : rows_of(result)) figures.rows.push_back({row[0], row[2], row[1]});
  figures.left = 2;
  return study_page(
      {.kind = "Monte Carlo",
       .network = request.network.name,
       .architecture = request.architecture.name,
       .lead = lead_of(request, result),
       .sections = {{"Accuracy of the instances",
                     "How many programmed chips reach which accuracy on these samples.",
                     {histogram_chart(sorted, result)}},
                    {"Empirical distribution",
                     "Share of the instances at or below an accuracy. The axis is logarithmic: the tail is "
                     "what makes the difference between an average and a promise.",
                     {distribution_chart(sorted, result)}},
                    {"Figures", precision_text(request, result), {figures}}}},
      texts);
}

}  // namespace nvcim::sim
