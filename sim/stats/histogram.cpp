// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/histogram.h"

#include <algorithm>
#include <cmath>

#include "arch/check.h"

namespace nvcim::sim {

Histogram histogram_of(std::span<const std::int64_t> sorted, int most_bins) {
  NVCIM_CHECK(!sorted.empty() && most_bins >= 1, "{} values, {} bins", sorted.size(), most_bins);
  const std::size_t n = sorted.size();
  const std::int64_t numbers = sorted.back() - sorted.front() + 1;
  const double between_quartiles = double(sorted[3 * (n - 1) / 4] - sorted[(n - 1) / 4]);
  Histogram histogram;
  histogram.first = sorted.front();
  histogram.width = std::max({std::int64_t{1}, std::int64_t(std::llround(2 * between_quartiles / std::cbrt(double(n)))),
                              (numbers + most_bins - 1) / most_bins});
  histogram.counts.resize(std::size_t((numbers + histogram.width - 1) / histogram.width));
  for (std::int64_t value : sorted) ++histogram.counts[std::size_t((value - histogram.first) / histogram.width)];
  return histogram;
}

}  // namespace nvcim::sim
