// SPDX-License-Identifier: Apache-2.0
#include "device/rram_wan_nature_2022.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace nvcim::device {
namespace {

struct Fit {
  double seconds;
  std::array<double, 5> coefficients;  ///< uS, rising powers of g
};
constexpr std::array<Fit, 3> kFits = {{
    {1, {0.348, 16.030, -43.853, 45.393, -16.815}},
    {86400, {0.701, 22.086, -50.773, 47.095, -16.458}},
    {2 * 86400.0, {0.782, 20.274, -43.507, 37.062, -11.934}},
}};

double evaluate(const Fit& fit, double g) {
  double sum = 0;
  for (auto c = fit.coefficients.rbegin(); c != fit.coefficients.rend(); ++c) sum = sum * g + *c;
  return sum * 1e-6;
}

}  // namespace

double RramWan::sigma(double target, double seconds) {
  const double g = std::clamp(target, kLowest, kHighest) / kHighest;
  const double t = std::clamp(seconds, kFirst, kLast);
  const Fit& from = t < kFits[1].seconds ? kFits[0] : kFits[1];
  const Fit& to = t < kFits[1].seconds ? kFits[1] : kFits[2];
  const double part = std::log(t / from.seconds) / std::log(to.seconds / from.seconds);
  return (1 - part) * evaluate(from, g) + part * evaluate(to, g);
}

}  // namespace nvcim::device
