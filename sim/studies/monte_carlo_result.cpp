// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "sim/studies/monte_carlo.h"

namespace nvcim::sim {

std::vector<Figure> monte_carlo_figures(const MonteCarloResult& result) {
  std::vector<Figure> figures;
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
    Figure& figure = figures.emplace_back();
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

Result result_of(const MonteCarloRequest& request, const MonteCarloResult& result) {
  Result all{{.study = "monte_carlo",
              .seed = request.seed,
              .architecture = request.architecture.name,
              .workload = request.network.name},
             monte_carlo_figures(result)};
  all.add("instances", double(result.correct.size()));
  all.add("accuracy.samples", result.samples);
  all.add("cells.verified.share", result.verified_share);
  if (result.nwc) all.add("nwc", *result.nwc);
  if (request.verify) all.add("nwc.budget", *request.verify);
  if (request.precision) all.add("precision.half_width", *request.precision);

  all.tell("data", request.data.name, "data set or folder of the samples");
  const bool named = request.plan == "none" || request.plan == "all";
  all.tell("write_plan.method",
           request.verify ? mapping::method_name(request.chosen_by())
           : named        ? request.plan
                          : "file",
           "how the cells to verify are chosen");
  if (request.verify)
    all.tell("write_plan.granularity", choice_text(request.how.granularity), "what is verified as a whole");
  if (request.precision) {
    all.tell("precision.reached", result.precise ? "yes" : "no",
             "whether the quantiles of precision are known so well");
    ResultTable precision{"precision", {{"quantile", "fraction", "k / 100 of a KPP that is to be known so well"}}};
    for (const double share : request.precise_quantiles()) precision.rows.push_back({share});
    all.tables.push_back(std::move(precision));
  }

  ResultTable instances{"instances",
                        {{"instance", "index", "which programmed chip"},
                         {"correct", "count", "samples that it classifies correctly"},
                         {"accuracy", "fraction", "share of the samples"}}};
  for (std::size_t i = 0; i < result.correct.size(); ++i)
    instances.rows.push_back({i, result.correct[i], double(result.correct[i]) / result.samples});
  all.tables.push_back(std::move(instances));
  return all;
}

}  // namespace nvcim::sim
