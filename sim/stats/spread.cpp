// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/spread.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "arch/check.h"

namespace nvcim::sim {

Spread spread_of(std::span<const double> values) {
  NVCIM_CHECK(!values.empty(), "no values");
  const double n = double(values.size());
  Spread spread;
  spread.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  spread.minimum = *std::min_element(values.begin(), values.end());
  if (values.size() < 2) return spread;
  double squares = 0;
  for (double value : values) squares += (value - spread.mean) * (value - spread.mean);
  spread.deviation = std::sqrt(squares / (n - 1));
  const boost::math::students_t distribution(n - 1);
  spread.ci95 = boost::math::quantile(distribution, 0.975) * spread.deviation / std::sqrt(n);
  return spread;
}

}  // namespace nvcim::sim
