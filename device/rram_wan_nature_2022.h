// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace nvcim::device {

/// RRAM of the NeuRRAM chip, spread left by its write-verify and the relaxation since. W. Wan et al., "A
/// compute-in-memory chip based on resistive random-access memory", Nature 2022, Extended Data Fig. 3; quartics of
/// aihwkit in g = G / 40 uS at 1 s, 1 day and 2 days after programming, 0 <= G <= 40 uS. CrossSim's own cubic for 1 day
/// agrees within 15 % except near zero.
struct RramWan {
  static constexpr double kLowest = 0;
  static constexpr double kHighest = 40e-6;
  static constexpr double kFirst = 1;           ///< s
  static constexpr double kLast = 2 * 86400.0;  ///< s

  /// Spread in siemens `seconds` (kFirst…kLast) after programming, linear in log time between the three fits. Targets
  /// outside the range take the value at its end.
  static double sigma(double target, double seconds);
};

}  // namespace nvcim::device
