// SPDX-License-Identifier: Apache-2.0
#include "device/level_spread.h"

#include <algorithm>
#include <cmath>

#include "device/models/device_law.h"
#include "device/read_noise.h"

namespace nvcim::device {
namespace {

template <class Sigma>
LevelSpread over_levels(int max_level, Sigma sigma) {
  LevelSpread spread{sigma(0.0), 0, 0};
  double sum = 0;
  for (int level = 0; level <= max_level; ++level) {
    const double one = sigma(static_cast<double>(level) / max_level);
    spread.minimum = std::min(spread.minimum, one);
    spread.maximum = std::max(spread.maximum, one);
    sum += one;
  }
  spread.mean = sum / (max_level + 1);
  return spread;
}

}  // namespace

LevelSpread programming_spread(const DeviceParameters& parameters, int max_level) {
  return over_levels(max_level, [&](double fraction) { return programming_sigma(parameters, fraction); });
}

LevelSpread read_spread(const DeviceParameters& parameters, int max_level) {
  if (!has_read_noise(parameters)) return {};
  const double lowest = parameters.g_min.value(), range = parameters.g_max.value() - lowest;
  // In units of the range: as if it were one grid step.
  return over_levels(
      max_level, [&](double fraction) { return std::sqrt(read_variance(parameters, 1, lowest / range + fraction)); });
}

}  // namespace nvcim::device
