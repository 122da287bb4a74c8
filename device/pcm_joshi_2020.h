// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/choices.h"

namespace nvcim::device {

/// Phase-change memory, spread left by its write-verify, power-law drift, 1/f read noise. V. Joshi et al., "Accurate
/// deep neural network inference using computational phase-change memory", Nat. Commun. 2020, Fig. 3(b); the fits are
/// those of aihwkit (PCMLikeNoiseModel, Hermes) and CrossSim. g = G / largest conductance of the fit, 0 <= g <= 1.
///   spread of programming: polynomial in G, PcmFit chooses it
///   drift:      G(t) = G (t / t0)^-nu, nu ~ N(mean, sigma) per cell,
///               mean = -0.0155 ln g + 0.0244 within 0.049…0.1, sigma = -0.0125 ln g - 0.0059 within 0.008…0.045
///   read noise: sigma = G Q sqrt(ln((t + t_r) / (2 t_r))), Q = min(0.0088 / g^0.65, 0.2)
/// t counts from programming; t0 is when the spread was measured. Drift exponents and read noise of the Hermes cells
/// are taken from the same laws.
struct PcmJoshi {
  static double highest(PcmFit fit);    ///< siemens
  static double t0(PcmFit fit);         ///< s
  static double read_time(PcmFit fit);  ///< s, t_r

  static double sigma(PcmFit fit, double target);  ///< siemens
  static double nu_mean(PcmFit fit, double target);
  static double nu_sigma(PcmFit fit, double target);
  /// @param target      siemens; fixes the exponent's distribution
  /// @param programmed  siemens, at t0   @param seconds  since programming, >= t0   @param normal  the cell's N(0, 1)
  /// draw
  static double drifted(PcmFit fit, double target, double programmed, double seconds, double normal);
  static double read_sigma(PcmFit fit, double conductance, double seconds);  ///< siemens
};

}  // namespace nvcim::device
