// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>

#include "arch/parameters.h"

namespace nvcim {

/// The exact grid of contract C1. A cell's levels 0 … max_level lie `steps_per_level` grid steps apart.
struct ConductanceGrid {
  int max_level = 1;
  int steps_per_level = 1;
  Conductance step;  ///< of one grid step

  int span() const { return max_level * steps_per_level; }  ///< grid steps from g_min to g_max
};

/// Highest level of a cell; with ideal_signed one cell holds the whole magnitude.
constexpr int max_level(Encoding encoding, int cell_bits, int weight_bits) {
  return (1 << (encoding == Encoding::ideal_signed ? weight_bits - 1 : cell_bits)) - 1;
}

/// Largest power of two U with max_level * U <= 2^grid_bits, so that levels scale by shifts.
constexpr int grid_steps_per_level(int grid_bits, int highest_level) {
  return static_cast<int>(std::bit_floor((1U << grid_bits) / static_cast<unsigned>(highest_level)));
}

/// @param weight_bits  only ideal_signed depends on it.
inline ConductanceGrid conductance_grid(const Architecture& architecture, int weight_bits) {
  ConductanceGrid grid;
  grid.max_level = max_level(architecture.crossbar.encoding, architecture.crossbar.cell_bits, weight_bits);
  grid.steps_per_level = grid_steps_per_level(architecture.device.grid_bits, grid.max_level);
  grid.step = (architecture.device.g_max - architecture.device.g_min) / double(grid.span());
  return grid;
}

}  // namespace nvcim
