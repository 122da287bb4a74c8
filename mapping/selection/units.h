// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "arch/choices.h"
#include "mapping/plan.h"
#include "workloads/network.h"

namespace nvcim::mapping {

/// What is verified or not as a whole.
enum class Granularity {
  weight,    ///< all cells of a weight, in every copy of its layer
  cell,      ///< one cell
  row,       ///< one row of a block
  crossbar,  ///< everything in one crossbar
};

}  // namespace nvcim::mapping

namespace nvcim {
template <>
struct EnumNames<mapping::Granularity> {
  using enum mapping::Granularity;
  static constexpr EnumName<mapping::Granularity> all[] = {
      {weight, "weight", "the cells of a weight"},
      {cell, "cell", "every cell by itself"},
      {row, "row", "the cells of a row of a crossbar"},
      {crossbar, "crossbar", "the cells of a crossbar"},
  };
};
}  // namespace nvcim

namespace nvcim::mapping {

/// Which unit every cell belongs to. Units are numbered by layer, output, matrix row (plane, copy), or by block and
/// row, or by crossbar; that number is the last tie-break of every order. A cell of an offset column serves all weights
/// of its row: at granularity `weight` and `cell` it is a unit of its own, numbered after all others.
struct UnitMap {
  std::uint32_t units = 0;
  std::vector<std::vector<std::uint32_t>> of_cell;  ///< [plan.blocks][rows * columns]
};
UnitMap make_units(const workloads::Network& network, const Plan& plan, Granularity granularity);

}  // namespace nvcim::mapping
