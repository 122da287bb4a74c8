// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "arch/parameters.h"
#include "mapping/plan.h"
#include "sim/kernel/cycle.h"

/// Cycles of chip.clock that each operation takes. No SystemC here: the report and the tests use the same numbers.
namespace nvcim::sim {

/// whole_cycles of arch/cycles.h.
Cycle cycles(Time time, Frequency clock);

/// ceil(amount / per_cycle), at least 1.
Cycle transfer_cycles(std::int64_t amount, std::int64_t per_cycle);

/// One phase of one MVM. Law of PIMSIM-NN (tests/NUMBERS.md N6) with as many DACs as rows (D = 1), I = phases, A =
/// turns:
///   front = dac + crossbar read + sample and hold
///   back  = adc + shift_add + out + (turns - 1) * max(adc, shift_add + out)
///   total = front + back + (phases - 1) * max(front, back)
/// With one hold (/sample_hold/holds) a phase is sampled only when the one before is converted, so
///   total = phases * (front + back)
/// `out`, handing the shifted sum to its register, is one cycle.
struct MvmTiming {
  static constexpr Cycle kOut = 1;
  Cycle front = 1;      ///< ceil of each part, the sum at least 1
  Cycle adc = 1;        ///< one conversion, at least 1
  Cycle shift_add = 1;  ///< 0 when /shift_add/time is 0
  int holds = 2;        ///< sampled phases that a crossbar holds at a time

  Cycle back(int turns) const;
  /// Start of the first phase until the last sum is in its register, the crossbar idle before.
  Cycle total(int phases, int turns) const;
};
MvmTiming make_mvm_timing(const Architecture& architecture);

/// Turns of the column multiplexer: the most used columns of any ADC. ADC a serves the crossbar's columns
/// [a * columns_per_adc, (a + 1) * columns_per_adc).
int adc_turns(const mapping::Block& block, int columns_per_adc);

}  // namespace nvcim::sim
