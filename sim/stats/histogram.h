// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace nvcim::sim {

/// How often whole numbers fall into bins of equal width.
struct Histogram {
  std::int64_t first = 0;            ///< lowest number of the first bin
  std::int64_t width = 1;            ///< numbers per bin; whole, so that no bin holds more of them than its neighbour
  std::vector<std::int64_t> counts;  ///< [bins]
  std::int64_t begin(std::size_t bin) const { return first + std::int64_t(bin) * width; }
};

/// Bins from the smallest to the largest value, as wide as D. Freedman and P. Diaconis advise (2 IQR n^(-1/3), Z.
/// Wahrscheinlichkeitstheorie 57, 1981), at most `most_bins`.
/// @param sorted  ascending, at least one
Histogram histogram_of(std::span<const std::int64_t> sorted, int most_bins = 80);

}  // namespace nvcim::sim
