// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/choices.h"

namespace nvcim::device {

/// Conductive-metal-oxide/HfOx ReRAM, spread left by its write-verify, logarithmic drift, 1/f read noise. Fits of
/// aihwkit (ReRamCMONoiseModel; IBM, D. F. Falcone et al.), 8 uS <= G <= 90 uS.
///   spread of programming: 0.00106879 G + 0.00081107 uS at 0.2 % acceptance, 0.01129027 G + 0.01121854 uS at 2 %
///   drift:      mean -0.089 ln t uS, spread 0.042 ln t + 0.4118 uS, t in seconds >= 1
///   read noise: 0.0277 log10(G / uS) sqrt(ln((t + t_r) / (2 t_r))) uS, t_r = 1 us
/// The drift's 0.4118 uS is there from t = 1 s on; nothing was measured before.
struct ReramCmo {
  static constexpr double kLowest = 8e-6;
  static constexpr double kHighest = 90e-6;
  static constexpr double kFirst = 1;  ///< s

  static double sigma(CmoAcceptance acceptance, double target);  ///< siemens
  static double drift_mean(double seconds);                      ///< siemens
  static double drift_sigma(double seconds);                     ///< siemens
  static double read_sigma(double conductance, double seconds);  ///< siemens
};

}  // namespace nvcim::device
