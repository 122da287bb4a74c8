// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace nvcim::device {

/// HfO2 1T1R RRAM, spread left by the IGVVA write-verify with a gate step of 100 mV. V. Milo et al., "Optimized
/// programming algorithms for multilevel RRAM in hardware neural networks", IRPS 2021, Fig. 4; linear fit of CrossSim:
/// sigma = 4.782321 - 0.009107 G, both in uS, 50 uS <= G <= 225 uS.
struct RramMilo {
  static constexpr double kLowest = 50e-6;
  static constexpr double kHighest = 225e-6;
  /// In siemens.
  static double sigma(double target);
};

}  // namespace nvcim::device
