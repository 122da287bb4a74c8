// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/sweep_figures.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace nvcim::sim {

std::optional<double> cost_at(std::vector<CostPoint> curve, double accuracy) {
  std::stable_sort(curve.begin(), curve.end(), [](const CostPoint& a, const CostPoint& b) { return a.cost < b.cost; });
  for (std::size_t i = 0; i < curve.size(); ++i) {
    if (curve[i].accuracy < accuracy) continue;
    if (i == 0) return curve[0].cost;
    const CostPoint &below = curve[i - 1], &above = curve[i];
    const double part = (accuracy - below.accuracy) / (above.accuracy - below.accuracy);
    return below.cost + part * (above.cost - below.cost);
  }
  return std::nullopt;
}

std::vector<std::size_t> pareto_front(const std::vector<CostPoint>& points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (points[a].cost != points[b].cost) return points[a].cost < points[b].cost;
    return points[a].accuracy != points[b].accuracy ? points[a].accuracy > points[b].accuracy : a < b;
  });
  std::vector<std::size_t> front;
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t i : order) {
    if (points[i].accuracy <= best) continue;
    best = points[i].accuracy;
    front.push_back(i);
  }
  return front;
}

}  // namespace nvcim::sim
