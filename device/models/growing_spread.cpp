// SPDX-License-Identifier: Apache-2.0
#include "device/models/growing_spread.h"

namespace nvcim::device {

std::vector<double> decades(double first, double until) {
  std::vector<double> ends;
  // A decade that ends within rounding of `until` must not leave a last stretch of nothing.
  constexpr double kRounding = 1 + 1e-12;
  for (double end = 10 * first; end * kRounding < until; end *= 10) ends.push_back(end);
  if (until > first) ends.push_back(until);
  return ends;
}

std::vector<double> days(double until) {
  constexpr double kDay = 86400;
  std::vector<double> ends;
  for (int day = 1; day * kDay < until; ++day) ends.push_back(day * kDay);
  if (until > 0) ends.push_back(until);
  return ends;
}

}  // namespace nvcim::device
