// SPDX-License-Identifier: Apache-2.0
#include "device/reram_cmo.h"

#include <algorithm>
#include <cmath>

namespace nvcim::device {

double ReramCmo::sigma(CmoAcceptance acceptance, double target) {
  return acceptance == CmoAcceptance::fine ? 0.00106879 * target + 0.00081107e-6
                                           : 0.01129027418 * target + 0.0112185391e-6;
}

double ReramCmo::drift_mean(double seconds) {
  return -0.08900206e-6 * std::log(std::max(seconds, kFirst));
}

double ReramCmo::drift_sigma(double seconds) {
  return (0.04201137 * std::log(std::max(seconds, kFirst)) + 0.41183342) * 1e-6;
}

double ReramCmo::read_sigma(double conductance, double seconds) {
  constexpr double kReadTime = 1e-6;
  const double microsiemens = std::max(conductance, kLowest) * 1e6;
  return 0.0277316483 * std::log10(microsiemens) * std::sqrt(std::log((seconds + kReadTime) / (2 * kReadTime))) * 1e-6;
}

}  // namespace nvcim::device
