// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace nvcim::sim {

/// A cycle of /chip/clock, counted from the start of the simulation, or a number of cycles.
using Cycle = std::uint64_t;

inline constexpr Cycle kNever = ~Cycle{0};

}  // namespace nvcim::sim
