// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

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
const char* granularity_name(Granularity granularity);

/// Which unit every cell belongs to. Units are numbered by layer, output, matrix row (plane, copy), or by block and
/// row, or by crossbar; that number is the last tie-break of every order. A cell of an offset column serves all weights
/// of its row: at granularity `weight` and `cell` it is a unit of its own, numbered after all others.
struct UnitMap {
  std::uint32_t units = 0;
  std::vector<std::vector<std::uint32_t>> of_cell;  ///< [plan.blocks][rows * columns]
};
UnitMap make_units(const workloads::Network& network, const Plan& plan, Granularity granularity);

}  // namespace nvcim::mapping
