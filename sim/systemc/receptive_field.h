// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workloads/network.h"

/// Which pixels a window needs, when feature maps arrive pixel by pixel in raster order. No SystemC here.
namespace nvcim::sim {

/// How far the input must have arrived before an output position can be worked on, and how far it can be released.
struct WindowTable {
  std::vector<std::int64_t> arrived;  ///< [positions] pixels that must have arrived (0: the window lies in the padding)
  std::vector<std::int64_t> needed;   ///< [positions + 1] first pixel that this or any later position reads
  std::int64_t live = 1;              ///< most pixels that must be held at the same time, at least 1
};
WindowTable make_window_table(const workloads::Shape& input, const workloads::Shape& output,
                              const workloads::Window& window, int dilation_h = 1, int dilation_w = 1);

/// The same where each position reads one pixel, or none. @param pixels [positions], -1: none
WindowTable make_pixel_table(const std::vector<std::int64_t>& pixels, std::int64_t input_pixels);

/// Pixels that the positions of a digital stage read of one of its inputs; see workloads::JoinLayer, RearrangeLayer.
/// @param node  the sum, product or permutation; null: nothing but a way to the poolings and tables behind
/// @param map   of the input   @param positions  of the stage
std::vector<std::int64_t> pixels_read(const workloads::Node* node, const workloads::Shape& map, int positions);

/// Pixels of a pooled map that are complete, in raster order, once input pixels [0, n) have arrived; index n = 0 …
/// size.
std::vector<std::int64_t> make_pooling_table(const workloads::Node& node);

/// Matrix rows [row_begin, row_begin + rows) of one window, as workloads::gather_window gives them.
/// @param map  [channels from channel_begin][height][width]
void gather_rows(const workloads::Node& node, const std::uint8_t* map, int channel_begin, int row_begin, int rows,
                 int position, std::uint8_t* out);

/// What a column of a digital stage reads of one input for one position, in the order of its outputs.
/// @param node           as for pixels_read; the zero point stands where a permutation fills
/// @param output_begin   of the column; `out` has its size
/// @param map            [channels from channel_begin][pixels], null when nothing of the input is read
/// @param pixel          -1: none
void gather_codes(const workloads::Node* node, int output_begin, const std::uint8_t* map, int channel_begin,
                  std::int64_t pixels, std::int64_t pixel, std::span<std::uint8_t> out);

/// One pixel of workloads::pool for a slice of channels. @param map [channels][height][width]  @param out [channels]
void pool_pixel(const workloads::Node& node, const std::uint8_t* map, int channels, int position, std::uint8_t* out);

}  // namespace nvcim::sim
