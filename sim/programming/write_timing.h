// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "arch/parameters.h"
#include "device/write_verify.h"
#include "mapping/plan.h"
#include "sim/analog/timing.h"

namespace nvcim::sim {

/// Cycles of every operation of a write controller. No SystemC: engines, report and tests use the same numbers.
///
///   load a row      access_cycles + ceil(bits / bus_bits) of the tile's buffer
///   pulses          set-up + ceil(cells / cells_per_turn) * width
///   verify read     set-up + front + back(turns) of an MVM phase + post_read_time, turns: most masked columns of an
///   ADC
///
/// Set-up by what was done to the row before: nothing: set_up_time or idle_to_read_time; a read: read_to_write_time;
/// pulses: write_to_read_time, none between pulses; and polarity_switch_time where pulses follow pulses of the other
/// polarity, whatever lies between.
class WriteTiming {
 public:
  explicit WriteTiming(const Architecture& architecture);

  /// What was done to the row last.
  struct Before {
    device::WriteAction action = device::WriteAction::done;    ///< done: nothing yet
    device::WriteAction polarity = device::WriteAction::done;  ///< of its last pulses
  };

  Cycle load(std::int64_t bits) const;
  Cycle set_up(const Before& before, device::WriteAction next) const;
  /// Without set-up. @param turns  of a read: adc_turns below; of pulses: pulse_turns
  Cycle read(int turns) const;
  Cycle pulses(const device::Pulse& pulse, int turns) const;
  int pulse_turns(const device::Pulse& pulse, int cells) const;
  /// Chip power of one turn of so many cells, every cell at g_max.
  Power turn_power(const device::Pulse& pulse, int cells) const;
  /// The pulse of an unverified write.
  device::Pulse first_pulse() const;

 private:
  const Architecture& architecture_;
  MvmTiming mvm_;
};

/// Turns of the column multiplexer for the masked columns of a block's row.
int adc_turns(const mapping::Block& block, int columns_per_adc, std::span<const std::uint16_t> columns);

/// Bits of one row's targets on their way: the level of each cell, and one bit more where a mask goes with it.
std::int64_t row_bits(const mapping::Block& block, const mapping::WeightEncoding& encoding, bool with_mask);

}  // namespace nvcim::sim
