// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "mapping/plan.h"
#include "mapping/selection/units.h"

namespace nvcim::mapping {

/// The order that removes most per unit of programming time, all rows written one after the other. A row's time does
/// not grow in proportion to its verified cells, so what counts is the time a cell adds to its own row: per row the
/// units are taken by falling value, the upper concave hull of value over time cuts them into segments, and segments of
/// all rows follow each other by falling slope. That is optimal at every prefix that ends with a segment. Units of
/// value 0 come last, by magnitude, then number.
/// @param value, magnitude [units]
/// @param row_time  time of a row with n verified cells, n >= 0, not falling
/// @return [units] units in order. Copies of a layer count as if written one after the other too.
std::vector<std::uint32_t> order_by_time(const Plan& plan, const UnitMap& units, Granularity granularity,
                                         const std::vector<double>& value, const std::vector<double>& magnitude,
                                         const std::function<double(int verified_cells)>& row_time);

}  // namespace nvcim::mapping
