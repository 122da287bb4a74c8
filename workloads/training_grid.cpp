// SPDX-License-Identifier: Apache-2.0
#include "workloads/training_grid.h"

#include <algorithm>
#include <limits>

namespace nvcim::workloads {
namespace {

constexpr int kCalibrationValues = 100000;  // of each map, at least: evenly spaced

}  // namespace

at::Tensor round_straight_through(const at::Tensor& x) {
  return x + (x.round() - x).detach();
}

at::Tensor round_half_up_straight_through(const at::Tensor& x) {
  return x + ((x + 0.5).floor() - x).detach();
}

at::Tensor on_activation_grid(const at::Tensor& x, double scale, int low, int high) {
  return round_straight_through(at::clamp(x / scale, low, high)) * scale;
}

ValueRange nearest_range(const at::Tensor& values, int bits) {
  const at::Tensor all = values.flatten();
  const at::Tensor some = all.slice(0, 0, all.numel(), (all.numel() / kCalibrationValues) | 1);
  const double least = std::min(all.min().item<double>(), 0.0), largest = std::max(all.max().item<double>(), 0.0);
  if (!(largest > least)) return {0, 1};  // a dead layer: any scale will do
  ValueRange best{least, largest};
  double best_error = std::numeric_limits<double>::infinity();
  constexpr int candidates = 80;
  for (int i = candidates; i >= 8; --i) {
    const ValueRange range{least * i / candidates, largest * i / candidates};
    const MapScale map = map_scale(range, bits);
    const at::Tensor rounded = on_activation_grid(some, map.scale, -map.zero_point, map.largest() - map.zero_point);
    const double error = (rounded - some).square().mean().item<double>();
    if (error < best_error) best_error = error, best = range;
  }
  return best;
}

}  // namespace nvcim::workloads
