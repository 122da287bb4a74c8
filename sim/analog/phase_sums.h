// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapping/chip_instance.h"

namespace nvcim::sim {

/// column_sums (phase.h) of all phases of one vector at once: a block's cells are read once, not once a phase. For the
/// SystemC modules, which have one vector at a time; bit_serial.h is for batches.
class PhaseSums {
 public:
  /// @param codes  [block.rows]   @param phases  at most 8   @param sums  [phases][block.columns], overwritten
  /// @param soon   cells that are read next, fetched into the cache meanwhile
  void run(const mapping::Block& block, const mapping::ProgrammedBlock& cells, std::span<const std::uint8_t> codes,
           int dac_bits, int phases, std::int32_t* sums, std::span<const std::int16_t> soon = {});

 private:
  std::vector<int> rows_;             // of codes that are not 0
  std::vector<std::int32_t> digits_;  // [pairs of rows][phases, padded to 4 or 8], the first row's in the low half
};

}  // namespace nvcim::sim
