// SPDX-License-Identifier: Apache-2.0
#include "workloads/training_noise.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "arch/random.h"

namespace nvcim::workloads {

bool is_censored(WeightNoise kind) {
  return kind != WeightNoise::none && kind != WeightNoise::gaussian;
}

double noise_value(WeightNoise kind, double threshold, double normal) {
  switch (kind) {
    case WeightNoise::none:
      return 0;
    case WeightNoise::gaussian:
      return normal;
    case WeightNoise::trice:
      return std::min(normal, threshold);
    case WeightNoise::left_censored:
      return std::max(normal, -threshold);
    case WeightNoise::both_sides:
      return std::clamp(normal, -threshold, threshold);
  }
  return 0;
}

NoiseMoments noise_moments(WeightNoise kind, double threshold) {
  if (kind == WeightNoise::none) return {0, 0};
  if (kind == WeightNoise::gaussian) return {0, 1};
  const double tail = 0.5 * std::erfc(threshold / std::numbers::sqrt2);
  const double density = std::exp(-threshold * threshold / 2) / std::sqrt(2 * std::numbers::pi);
  // One tail takes from the mean what lies past the threshold, and from the second moment (1 for the normal itself)
  // E[ε² - th²; ε > th].
  const double mean = threshold * tail - density;
  const double lost = threshold * density + (1 - threshold * threshold) * tail;
  if (kind == WeightNoise::both_sides) return {0, 1 - 2 * lost};
  return {kind == WeightNoise::trice ? mean : -mean, 1 - lost - mean * mean};
}

double level_spread(double mid_level_factor, double level) {
  const double outer = 1 / std::sqrt(0.4 * mid_level_factor * mid_level_factor + 0.6);
  return level > 0.25 && level < 0.75 ? outer * mid_level_factor : outer;
}

void draw_noise(WeightNoise kind, double threshold, const NoiseAddress& address, std::span<float> values) {
  const DrawStream stream(address.seed, Purpose::training_noise, address.replica, address.layer, address.epoch);
  for (std::size_t i = 0; i < values.size(); i += 4) {
    const auto normals = stream.normals(address.batch, static_cast<std::uint32_t>(i / 4));
    for (std::size_t k = 0; k < std::min<std::size_t>(4, values.size() - i); ++k)
      values[i + k] = static_cast<float>(noise_value(kind, threshold, normals[k]));
  }
}

}  // namespace nvcim::workloads
