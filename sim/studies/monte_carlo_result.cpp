// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "arch/check.h"
#include "sim/report/metrics.h"
#include "sim/studies/monte_carlo.h"

namespace nvcim::sim {

std::vector<MonteCarloFigure> monte_carlo_figures(const MonteCarloResult& result) {
  std::vector<MonteCarloFigure> figures;
  const Spread& accuracy = result.accuracy;
  const bool several = result.correct.size() > 1;
  figures.push_back({"accuracy.reference", result.reference_accuracy});
  figures.push_back({"accuracy.mean", accuracy.mean});
  if (several) {
    figures.back().low = accuracy.mean - accuracy.ci95;
    figures.back().high = accuracy.mean + accuracy.ci95;
    figures.push_back({"accuracy.std", accuracy.deviation});
  }
  figures.push_back({"accuracy.min", accuracy.minimum});
  figures.push_back({"accuracy.median", result.median.value, result.median.low, result.median.high});
  for (const Kpp& kpp : result.kpp) {
    MonteCarloFigure& figure = figures.emplace_back();
    figure.name = fmt::format("accuracy.kpp.{:.6g}", 100 * kpp.share);
    if (kpp.accuracy.resolved())
      figure.value = kpp.accuracy.value;
    else
      figure.instances_needed = draws_to_resolve(kpp.share);
    figure.low = kpp.accuracy.low;
    figure.high = kpp.accuracy.high;
  }
  for (const Yield& yield : result.yields)
    figures.push_back({fmt::format("accuracy.yield.{:.6g}", 100 * yield.target),
                       double(yield.passed) / double(result.correct.size()), yield.share.low, yield.share.high});
  return figures;
}

std::string monte_carlo_json(const MonteCarloRequest& request, const MonteCarloResult& result) {
  using Json = nlohmann::ordered_json;
  const auto number_or_null = [](const std::optional<double>& value) { return value ? Json(*value) : Json(); };
  Json json;
  json["schema_version"] = 1;
  json["study"] = "monte_carlo";
  json["architecture"] = request.architecture.name;
  json["network"] = request.network.name;
  json["data"] = request.data.name;
  json["samples"] = result.samples;
  json["instances"] = result.correct.size();
  json["seed"] = request.seed;
  Json plan;
  if (request.verify) {
    plan["method"] = mapping::method_name(request.chosen_by());
    plan["granularity"] = mapping::granularity_name(request.how.granularity);
    plan["budget"] = *request.verify;
  } else {
    plan["method"] = request.plan == "none" || request.plan == "all" ? request.plan : "file";
  }
  plan["nwc"] = number_or_null(result.nwc);
  plan["verified_share"] = result.verified_share;
  json["write_plan"] = plan;
  json["precision"] = nullptr;
  if (request.precision)
    json["precision"] = {
        {"half_width", *request.precision}, {"quantiles", request.precise_quantiles()}, {"reached", result.precise}};
  json["metrics"] = Json::object();
  for (const MonteCarloFigure& figure : monte_carlo_figures(result)) {
    const MetricInfo* info = find_metric(figure.name);
    NVCIM_CHECK(info != nullptr, "{} is not registered", figure.name);
    Json entry = {{"value", number_or_null(figure.value)}};
    if (figure.low || figure.high || figure.instances_needed > 0) {
      entry["low"] = number_or_null(figure.low);
      entry["high"] = number_or_null(figure.high);
    }
    if (figure.instances_needed > 0) entry["instances_needed"] = figure.instances_needed;
    entry["unit"] = info->unit;
    entry["doc"] = info->doc;
    json["metrics"][figure.name] = entry;
  }
  json["correct"] = result.correct;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string monte_carlo_csv(const MonteCarloResult& result) {
  const auto number = [](const std::optional<double>& value) { return value ? fmt::format("{}", *value) : ""; };
  std::string text = "metric,value,low,high,unit\n";
  for (const MonteCarloFigure& figure : monte_carlo_figures(result))
    text += fmt::format("{},{},{},{},fraction\n", figure.name, number(figure.value), number(figure.low),
                        number(figure.high));
  return text;
}

std::string instances_csv(const MonteCarloResult& result) {
  std::string text = "instance,correct,accuracy\n";
  for (std::size_t i = 0; i < result.correct.size(); ++i)
    text += fmt::format("{},{},{}\n", i, result.correct[i], double(result.correct[i]) / result.samples);
  return text;
}

}  // namespace nvcim::sim
