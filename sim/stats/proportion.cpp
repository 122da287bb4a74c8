// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/proportion.h"

#include <algorithm>
#include <cmath>

#include "arch/check.h"

namespace nvcim::sim {

Interval wilson_interval(std::int64_t successes, std::int64_t trials, double z) {
  NVCIM_CHECK(trials >= 1 && successes >= 0 && successes <= trials, "{} of {}", successes, trials);
  const double n = static_cast<double>(trials);
  const double p = static_cast<double>(successes) / n;
  const double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  // The ends are exactly 0 and 1 for all failures and all successes; rounding may miss them by one ulp.
  return {successes == 0 ? 0.0 : std::max(0.0, centre - half),
          successes == trials ? 1.0 : std::min(1.0, centre + half)};
}

}  // namespace nvcim::sim
