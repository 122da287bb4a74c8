// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "arch/parameters.h"

namespace nvcim {

/// How many units the architecture's structure asks for.
class Structure {
 public:
  /// `architecture` must outlive it.
  explicit Structure(const Architecture& architecture) : a_(architecture) {}

  std::int64_t tiles() const { return a_.chip.tiles(); }
  std::int64_t crossbars() const { return tiles() * a_.tile.crossbars; }
  int group_size() const;       ///< crossbars that share registers and shift-and-add units
  std::int64_t groups() const;  ///< on the chip
  std::int64_t adcs_per_crossbar() const;
  std::int64_t shift_adds_per_group() const;   ///< enough for the group's ADCs at /adc/sample_rate
  std::int64_t accumulators_per_tile() const;  ///< for /digital/accumulate_lanes

 private:
  const Architecture& a_;
};

/// What one shift-and-add unit takes in a cycle of the clock: 4 units serve 8 ADCs of 1.2 GS/s at 1.2 GHz. Shafiee et
/// al., ISCA 2016, Table I.
inline constexpr int kShiftAddsPerCycle = 2;

}  // namespace nvcim
