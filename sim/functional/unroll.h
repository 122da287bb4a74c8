// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "workloads/network.h"

namespace nvcim::sim {

/// Windows of several feature maps side by side, one matrix row after the other (im2col): vector
/// image * (positions of the copy) + k is output position copy + k * copies of that image.
/// @param maps    [images][node.input.size()]
/// @param out     [node.window_rows()][stride], filled up to images * positions_of_copy(…)
void unroll_windows(const workloads::Node& node, const std::uint8_t* maps, int images, int copy, int copies,
                    std::uint8_t* out, std::size_t stride);

/// How many output positions a weight copy serves (position % copies == copy).
inline int positions_of_copy(const workloads::Node& node, int copy, int copies) {
  return (node.positions() - copy + copies - 1) / copies;
}

}  // namespace nvcim::sim
