// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace nvcim::sim {

/// N(0, 1) from 16 bits: entry i is the quantile of the midpoint probability (i + 0.5) / 2^16, scaled to unit variance.
/// Odd about the middle, so the mean is exactly 0; the largest magnitude is 4.33. Made once, on the first call; 256
/// KiB.
/// @return [65536]
const float* normal_quantiles();

/// deviates[i] = normal_quantiles()[words[i]]. Plain loads, which beat the gather instructions of today's processors.
void look_up_normals(const std::uint16_t* words, int count, float* deviates);

}  // namespace nvcim::sim
