// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "arch/choices.h"

/// The deviations that training adds to weights so that a network learns to live with those of its cells. Sources:
/// TRICE, Yan et al., ICCAD 2023, for the right-censored kind and the spread of value-dependent devices.
namespace nvcim::workloads {

/// f(ε) of a standard normal ε. Censored values are moved to the threshold, not drawn again.
enum class WeightNoise {
  none,           ///< 0
  gaussian,       ///< ε
  trice,          ///< min(ε, th): the right tail is censored
  left_censored,  ///< max(ε, -th)
  both_sides,     ///< both
};

}  // namespace nvcim::workloads

namespace nvcim {
template <>
struct EnumNames<workloads::WeightNoise> {
  using enum workloads::WeightNoise;
  static constexpr EnumName<workloads::WeightNoise> all[] = {
      {none, "none", "no noise"},
      {gaussian, "gaussian", "normal"},
      {trice, "trice", "normal, right tail censored"},
      {left_censored, "left_censored", "normal, left tail censored"},
      {both_sides, "both_sides", "normal, both tails censored"},
  };
};
}  // namespace nvcim

namespace nvcim::workloads {

/// Whether the threshold takes part.
bool is_censored(WeightNoise kind);

double noise_value(WeightNoise kind, double threshold, double normal);

struct NoiseMoments {
  double mean = 0;
  double variance = 0;
};
/// Of f(ε), in closed form. With th = 1, trice has mean th (1 - Φ(th)) - φ(th) = -0.0833.
NoiseMoments noise_moments(WeightNoise kind, double threshold);

/// Spread of a weight on a device whose middle levels are harder to hold, over the spread of one that treats all levels
/// alike: 1 / sqrt(0.4 s^2 + 0.6), times s for 0.25 < level < 0.75. The same law as the device model fefet.
/// @param mid_level_factor  s: 1 RRAM1, 2 FeFET2, 4 RRAM4, 6 FeFET6   @param level  |w| / max|W|
double level_spread(double mid_level_factor, double level);

/// Which values: all of one layer in one mini-batch.
struct NoiseAddress {
  std::uint64_t seed = 1;
  std::uint32_t layer = 0;
  std::uint32_t replica = 0;
  std::uint32_t epoch = 0;
  std::uint32_t batch = 0;
};

/// f(ε) for every weight of a layer, each from its own addressed draw: the same ε for every kind. About 5 ns each.
void draw_noise(WeightNoise kind, double threshold, const NoiseAddress& address, std::span<float> values);

}  // namespace nvcim::workloads
