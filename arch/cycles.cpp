// SPDX-License-Identifier: Apache-2.0
#include "arch/cycles.h"

#include <algorithm>
#include <cmath>

namespace nvcim {
namespace {

/// time x clock with what counts as a whole number made one.
double settled(Time time, Frequency clock) {
  constexpr double kMost = 0x1p63;  // a clock of 10 GHz gets there in 29 years
  const double cycles = std::clamp(time.value() * clock.value(), 0.0, kMost);
  const double whole = std::round(cycles);
  const double allowance = std::max(kCycleRounding, 4 * 0x1p-53 * cycles);
  return std::abs(cycles - whole) <= allowance ? whole : cycles;
}

}  // namespace

std::uint64_t whole_cycles(Time time, Frequency clock) {
  return static_cast<std::uint64_t>(std::ceil(settled(time, clock)));
}

std::uint64_t cycles_within(Time time, Frequency clock) {
  return static_cast<std::uint64_t>(std::floor(settled(time, clock)));
}

}  // namespace nvcim
