// SPDX-License-Identifier: Apache-2.0
#include "device/rram_wan_nature_2022.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace nvcim::device {
namespace {

struct FitAtAge {
  double seconds;
  std::array<double, 5> coefficients;  ///< uS, rising powers of g
};
constexpr std::array<FitAtAge, 3> kFitsByAge = {{
    {1, {0.348, 16.030, -43.853, 45.393, -16.815}},
    {86400, {0.701, 22.086, -50.773, 47.095, -16.458}},
    {2 * 86400.0, {0.782, 20.274, -43.507, 37.062, -11.934}},
}};

double evaluate(const FitAtAge& fit, double g) {
  double sum = 0;
  for (auto c = fit.coefficients.rbegin(); c != fit.coefficients.rend(); ++c) sum = sum * g + *c;
  return sum * 1e-6;
}

}  // namespace

double RramWan::sigma(double target, double seconds) {
  const double g = std::clamp(target, kLowest, kHighest) / kHighest;
  const double t = std::clamp(seconds, kFirst, kLast);
  const FitAtAge& from = t < kFitsByAge[1].seconds ? kFitsByAge[0] : kFitsByAge[1];
  const FitAtAge& to = t < kFitsByAge[1].seconds ? kFitsByAge[1] : kFitsByAge[2];
  const double part = std::log(t / from.seconds) / std::log(to.seconds / from.seconds);
  return (1 - part) * evaluate(from, g) + part * evaluate(to, g);
}

}  // namespace nvcim::device
