// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

/// What can be said about curves of accuracy over cost.
namespace nvcim::sim {

/// One point of a curve.
struct CostPoint {
  double cost = 0;
  double accuracy = 0;
};

/// Least cost at which a curve reaches `accuracy`, linear between its points in order of cost; nothing where it does
/// not.
std::optional<double> cost_at(std::vector<CostPoint> curve, double accuracy);

/// Indices of the points that no other beats: none has at most the cost and more accuracy, or less cost and at least
/// the accuracy. In order of cost; of equal points the first.
std::vector<std::size_t> pareto_front(const std::vector<CostPoint>& points);

}  // namespace nvcim::sim
