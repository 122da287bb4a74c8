// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace nvcim::device {

/// 40 nm SONOS charge-trap memory in subthreshold. V. Agrawal et al., "Subthreshold operation of SONOS analog memory to
/// enable accurate low-power neural network inference", IEDM 2022, Fig. 10(a) and 11(b); fits of CrossSim in cell
/// current: sigma = A (1 - exp(-I / B)), I <= 1600 nA, A and B each day from programming to five days later, read noise
/// with its own A and B. Currents are taken at the 0.1 V on which 1600 nA are the model's 16 uS. The mean drift of Fig.
/// 10(b) is not included: a chip compensates it.
struct Sonos {
  static constexpr double kLowest = 0;
  static constexpr double kHighest = 16e-6;
  static constexpr double kLast = 5 * 86400.0;  ///< s

  /// Spread in siemens, `seconds` (0…kLast) after programming; A and B linear between days.
  static double sigma(double target, double seconds);
  static double read_sigma(double conductance);  ///< siemens
};

}  // namespace nvcim::device
