// SPDX-License-Identifier: Apache-2.0
#include "arch/normal_quantile.h"

#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <numbers>

namespace nvcim {
namespace {

/// Lower half only, where 2p keeps all its digits.
double lower_quantile(double p) {
  return -std::numbers::sqrt2 * boost::math::erfc_inv(2 * p);
}

double quantile(double p) {
  return p <= 0.5 ? lower_quantile(p) : -lower_quantile(1 - p);
}

/// Derivative of the quantile: 1 / density.
double slope(double q) {
  return std::sqrt(2 * std::numbers::pi) * std::exp(0.5 * q * q);
}

}  // namespace

NormalQuantile::NormalQuantile() : cubics_{} {
  const double width = 1.0 / kSegments;
  for (std::uint32_t segment = kTailSegments; segment < kSegments - kTailSegments; ++segment) {
    const double left = quantile(segment * width);
    const double right = quantile((segment + 1) * width);
    const double rise_left = slope(left) * width;
    const double rise_right = slope(right) * width;
    cubics_[segment] = {left, rise_left, 3 * (right - left) - 2 * rise_left - rise_right,
                        2 * (left - right) + rise_left + rise_right};
  }
}

double NormalQuantile::tail(std::uint32_t bits) {
  const bool upper = (bits >> 31) != 0;
  const double p = (static_cast<double>(upper ? ~bits : bits) + 0.5) * 0x1p-32;
  return upper ? -lower_quantile(p) : lower_quantile(p);
}

const NormalQuantile& NormalQuantile::instance() {
  static const NormalQuantile table;
  return table;
}

}  // namespace nvcim
