// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "arch/units.h"

/// The one place where a time becomes cycles of the clock: the engines, the selection per time and the budgets count
/// alike. A product within kCycleRounding of a whole number of cycles, or within four roundings of a double where that
/// is more (from 2.25e9 cycles on), counts as that number: 10 ns x 1 GHz is 10.000000000000002 in binary.
namespace nvcim {

inline constexpr double kCycleRounding = 1e-6;

/// ceil(time x clock): what an operation of that length takes. 0 for times of 0 and less.
std::uint64_t whole_cycles(Time time, Frequency clock);

/// floor(time x clock): the cycles that fit into it.
std::uint64_t cycles_within(Time time, Frequency clock);

}  // namespace nvcim
