// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace nvcim::sim {

struct Interval {
  double low = 0;
  double high = 1;
};

/// Wilson score interval of a proportion: stays inside 0…1 and holds near 0 and 1, where the normal approximation does
/// not. Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
/// @param successes  0 … trials
/// @param trials     >= 1
/// @param z          quantile of the normal distribution; the default is two-sided 95 %
Interval wilson_interval(std::int64_t successes, std::int64_t trials, double z = 1.959963984540054);

}  // namespace nvcim::sim
