// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "arch/parameters.h"
#include "arch/random.h"
#include "device/cell_range.h"
#include "mapping/plan.h"
#include "workloads/network.h"

/// What the cells of a block should hold, and the draws that belong to them.
namespace nvcim::mapping {

using device::CellRange;
/// What the cells of one layer can hold.
CellRange cell_range(const DeviceParameters& device, const WeightEncoding& encoding);

/// Levels that the block's columns should hold in one row of it.
/// @param levels [block.columns]
void target_levels(const workloads::Node& node, const WeightEncoding& encoding, const Block& block, int row,
                   std::vector<int>& levels);

/// Deviates for the block's columns, four to a draw. `draw` gives the four values of one column group.
/// @param values [block.columns]
template <class T, class Draw>
void fill_row(const Block& block, const WeightEncoding& encoding, int layer_outputs, std::vector<T>& values,
              Draw draw) {
  std::uint32_t loaded = ~std::uint32_t{0};
  std::array<T, 4> group{};
  for (int column = 0; column < block.columns; ++column) {
    const std::uint32_t at = block.draw_column(column, encoding, layer_outputs);
    if (at / 4 != loaded) {
      loaded = at / 4;
      group = draw(loaded);
    }
    values[column] = group[at % 4];
  }
}

/// N(0, 1) draws for the block's columns in one row: those of fill_row with DrawStream::normals, all at once.
/// @param scratch  grows as needed   @param normals  [block.columns]
void fill_normals(const Block& block, const WeightEncoding& encoding, int layer_outputs, const DrawStream& stream,
                  std::uint32_t matrix_row, std::uint32_t use, std::uint32_t sample, std::vector<double>& scratch,
                  std::vector<double>& normals);

}  // namespace nvcim::mapping
