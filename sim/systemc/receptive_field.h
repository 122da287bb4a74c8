// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "workloads/network.h"

/// Which pixels a window needs, when feature maps arrive pixel by pixel in raster order. No SystemC here.
namespace nvcim::sim {

/// How far the input must have arrived before an output position can be worked on, and how far it can be let go.
struct WindowTable {
  std::vector<std::int64_t> arrived;  ///< [positions] pixels that must have arrived (0: the window lies in the padding)
  std::vector<std::int64_t> needed;   ///< [positions + 1] first pixel that this or any later position reads
  std::int64_t live = 1;              ///< most pixels that must be held at the same time, at least 1
};
WindowTable make_window_table(const workloads::Shape& input, const workloads::Shape& output,
                              const workloads::Window& window);

/// Pixels of a pooled map that are complete, in raster order, once input pixels [0, n) have arrived; index n = 0 …
/// size.
std::vector<std::int64_t> make_pooling_table(const workloads::Node& node);

/// Matrix rows [row_begin, row_begin + rows) of one window, as workloads::gather_window gives them.
/// @param map  [channels from channel_begin][height][width]
void gather_rows(const workloads::Node& node, const std::uint8_t* map, int channel_begin, int row_begin, int rows,
                 int position, std::uint8_t* out);

/// One pixel of workloads::pool for a slice of channels. @param map [channels][height][width]  @param out [channels]
void pool_pixel(const workloads::Node& node, const std::uint8_t* map, int channels, int position, std::uint8_t* out);

}  // namespace nvcim::sim
