// SPDX-License-Identifier: Apache-2.0
#include "workloads/sensitivity_loss.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace nvcim::workloads {
namespace {

constexpr double kSmallest = 1e-20;  // its square root times weights stays clear of subnormal floats

float without_tiny(double value) {
  return std::abs(value) < kSmallest ? 0.0f : static_cast<float>(value);
}

std::vector<double> softmax(std::span<const double> logits) {
  const double top = *std::max_element(logits.begin(), logits.end());
  double total = 0;
  std::vector<double> share;
  for (double z : logits) total += share.emplace_back(std::exp(z - top));
  for (double& p : share) p /= total;
  return share;
}

/// 1 - p from the other shares: no cancellation when p is near 1.
double rest_of(const std::vector<double>& share, std::size_t k) {
  double rest = 0;
  for (std::size_t j = 0; j < share.size(); ++j)
    if (j != k) rest += share[j];
  return rest;
}

}  // namespace

void seed_recursion(SensitivityLoss loss, std::span<const double> logits, std::span<float> seed) {
  if (loss == SensitivityLoss::squared_error) {
    std::fill(seed.begin(), seed.end(), 2.0f);
    return;
  }
  const std::vector<double> share = softmax(logits);
  for (std::size_t k = 0; k < share.size(); ++k) seed[k] = without_tiny(share[k] * rest_of(share, k));
}

void seed_gauss_newton(SensitivityLoss loss, std::span<const double> logits, std::span<float> seed) {
  const std::size_t classes = logits.size();
  if (loss == SensitivityLoss::squared_error) {
    std::fill(seed.begin(), seed.end(), 0.0f);
    for (std::size_t k = 0; k < classes; ++k) seed[k * classes + k] = static_cast<float>(std::sqrt(2.0));
    return;
  }
  const std::vector<double> share = softmax(logits);
  for (std::size_t k = 0; k < classes; ++k) {
    // Var_{k~p}(J_k) = sum over k of (sqrt(p_k)·(J_k - mean J))^2, so class k's pass starts from sqrt(p_k)·(e_k - p).
    const double root = share[k] < kSmallest ? 0.0 : std::sqrt(share[k]);
    for (std::size_t j = 0; j < classes; ++j)
      seed[k * classes + j] = without_tiny(root * (j == k ? rest_of(share, k) : -share[j]));
  }
}

void seed_slope(SensitivityLoss loss, std::span<const double> logits, int label, std::span<float> seed) {
  const std::size_t truth = static_cast<std::size_t>(label);
  if (loss == SensitivityLoss::squared_error) {
    for (std::size_t k = 0; k < logits.size(); ++k) seed[k] = static_cast<float>(2 * (logits[k] - (k == truth)));
    return;
  }
  const std::vector<double> share = softmax(logits);
  for (std::size_t k = 0; k < share.size(); ++k) seed[k] = without_tiny(k == truth ? -rest_of(share, k) : share[k]);
}

}  // namespace nvcim::workloads
