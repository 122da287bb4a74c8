// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/sensitivity.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "sim/studies/run.h"
#include "workloads/sensitivity_statistics.h"

namespace nvcim::sim {
namespace {

using workloads::LayerSensitivity;
using workloads::Sensitivity;
using workloads::SensitivityMethod;

/// Shares of the samples after which the ranking is looked at.
constexpr double kCheckpoints[] = {0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1};
constexpr double kTop = 0.1;

SensitivityMethod other_than(SensitivityMethod method) {
  return method == SensitivityMethod::recursion ? SensitivityMethod::gauss_newton : SensitivityMethod::recursion;
}

Sensitivity measure(const SensitivityRequest& request, SensitivityMethod method, bool convergence) {
  workloads::SensitivityOptions options;
  options.method = method;
  options.threads = request.threads;
  options.progress = request.progress;
  if (convergence)
    for (double share : kCheckpoints)
      options.checkpoints.push_back(std::max(1, static_cast<int>(share * request.data.samples())));
  if (request.begin) request.begin(fmt::format("sensitivity, {}", choice_text(method)));
  return workloads::measure_sensitivity(request.network, request.data.pixels, request.data.samples(), options);
}

/// The value that the smallest of the largest tenth has, and how many above it there are, is not enough where values
/// tie: so the chosen themselves, [weights of the network].
std::vector<bool> largest_tenth(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto count = static_cast<std::ptrdiff_t>(kTop * double(values.size()));
  std::nth_element(order.begin(), order.begin() + count, order.end(), [&](std::size_t a, std::size_t b) {
    return values[a] != values[b] ? values[a] > values[b] : a < b;
  });
  std::vector<bool> chosen(values.size(), false);
  for (std::ptrdiff_t i = 0; i < count; ++i) chosen[order[i]] = true;
  return chosen;
}

SensitivityRow row_of(const SensitivityRequest& request, const std::vector<double>& values,
                      const std::vector<double>* others) {
  SensitivityRow row;
  row.weights = static_cast<std::int64_t>(values.size());
  row.mean = std::accumulate(values.begin(), values.end(), 0.0) / double(values.size());
  row.largest = *std::max_element(values.begin(), values.end());
  row.zero_share = workloads::zero_share(values);
  if (others == nullptr) return row;
  const bool recursion = request.method == SensitivityMethod::recursion;
  const std::vector<double>&approximate = recursion ? values : *others, &exact = recursion ? *others : values;
  row.spearman = workloads::spearman(approximate, exact);
  row.top_overlap = workloads::top_overlap(approximate, exact, kTop);
  row.median_ratio = workloads::median_ratio(approximate, exact);
  return row;
}

}  // namespace

std::string sensitivity_origin(const SensitivityRequest& request) {
  return fmt::format("second derivatives of the cross entropy to the normalised weights, {}, {} training samples of {}",
                     choice_text(request.method), request.data.samples(), request.data.name);
}

SensitivityStudy run_sensitivity(const SensitivityRequest& request) {
  check_data(request.network, request.data);
  SensitivityStudy study;
  study.measured = measure(request, request.method, true);
  if (request.compare) study.other = measure(request, other_than(request.method), false);
  return study;
}

mapping::WeightValues curvature_of(const workloads::Network& network, const Sensitivity& sensitivity) {
  mapping::WeightValues values(network.nodes.size());
  for (const LayerSensitivity& layer : sensitivity.layers) values[layer.node] = layer.curvature;
  return values;
}

std::vector<SensitivityRow> sensitivity_rows(const SensitivityRequest& request, const SensitivityStudy& study) {
  const std::vector<double> all = study.measured.all();
  const std::vector<bool> chosen = largest_tenth(all);
  std::vector<SensitivityRow> rows;
  auto begin = chosen.begin();
  for (std::size_t l = 0; l < study.measured.layers.size(); ++l) {
    const LayerSensitivity& layer = study.measured.layers[l];
    SensitivityRow& row =
        rows.emplace_back(row_of(request, layer.curvature, study.other ? &study.other->layers[l].curvature : nullptr));
    row.name = request.network.nodes[layer.node].name;
    row.full_scale = layer.full_scale;
    const auto end = begin + row.weights;
    row.picked_share = double(std::count(begin, end, true)) / double(row.weights);
    begin = end;
  }
  const std::vector<double> others = study.other ? study.other->all() : std::vector<double>{};
  SensitivityRow& whole = rows.emplace_back(row_of(request, all, study.other ? &others : nullptr));
  whole.name = "all";
  whole.picked_share = double(std::count(chosen.begin(), chosen.end(), true)) / double(whole.weights);
  return rows;
}

Result result_of(const SensitivityRequest& request, const SensitivityStudy& study) {
  Result result{{.study = "sensitivity", .seed = {}, .workload = request.network.name}};
  result.add("samples.training", study.measured.samples);
  result.tell("data", request.data.name, "data set or folder of the samples");
  result.tell("method", choice_text(request.method), "how second derivatives are measured");
  ResultTable layers{"layers",
                     {{"layer", "text", "name of a layer on crossbars; the last row, all: the whole network"},
                      {"weights", "count", "weights of it"},
                      {"full_scale", "number", "largest magnitude of its weights, before quantisation"},
                      {"curvature_mean", "curvature", "mean second derivative of the loss to a normalised weight"},
                      {"curvature_max", "curvature", "largest of them"},
                      {"zero_share", "fraction", "weights without any curvature"},
                      {"share_in_top_10_percent", "fraction", "weights among the largest tenth of the network"},
                      {"spearman", "number", "rank correlation of recursion and gauss_newton"},
                      {"top_10_overlap", "fraction", "shared part of the largest tenths of both"},
                      {"median_ratio", "ratio", "median of recursion / gauss_newton"}}};
  for (const SensitivityRow& row : sensitivity_rows(request, study))
    layers.rows.push_back({row.name, row.weights, row.full_scale > 0 ? Cell(row.full_scale) : Cell(), row.mean,
                           row.largest, row.zero_share, row.picked_share, row.spearman, row.top_overlap,
                           row.median_ratio});
  ResultTable convergence{"convergence",
                          {{"samples", "count", "samples measured so far"},
                           {"spearman", "number", "rank correlation with the ranking of all samples"},
                           {"top_10_overlap", "fraction", "shared part of the largest tenths of both"}}};
  for (const workloads::RankingCheckpoint& at : study.measured.convergence)
    convergence.rows.push_back({at.samples, at.spearman, at.top_overlap});
  result.tables = {std::move(layers), std::move(convergence)};
  return result;
}

}  // namespace nvcim::sim
