// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/sample_size.h"

#include <algorithm>
#include <cmath>

#include "arch/check.h"

namespace nvcim::sim {

std::int64_t next_sample_size(std::int64_t n, double half_width, double asked) {
  NVCIM_CHECK(n >= 1 && half_width >= 0 && asked > 0, "{} draws, {} of {}", n, half_width, asked);
  const double ratio = half_width / asked;
  return static_cast<std::int64_t>(std::ceil(double(n) * std::clamp(1.1 * ratio * ratio, 1.1, 4.0)));
}

}  // namespace nvcim::sim
