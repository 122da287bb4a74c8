// SPDX-License-Identifier: Apache-2.0
#include "sim/analog/timing.h"

#include <algorithm>

#include "arch/cycles.h"

namespace nvcim::sim {

Cycle cycles(Time time, Frequency clock) {
  return whole_cycles(time, clock);
}

Cycle transfer_cycles(std::int64_t amount, std::int64_t per_cycle) {
  return static_cast<Cycle>(std::max<std::int64_t>(1, (amount + per_cycle - 1) / per_cycle));
}

Cycle MvmTiming::back(int turns) const {
  return adc + shift_add + kOut + static_cast<Cycle>(turns - 1) * std::max(adc, shift_add + kOut);
}

Cycle MvmTiming::total(int phases, int turns) const {
  if (holds == 1) return static_cast<Cycle>(phases) * (front + back(turns));
  return front + back(turns) + static_cast<Cycle>(phases - 1) * std::max(front, back(turns));
}

MvmTiming make_mvm_timing(const Architecture& architecture) {
  const Frequency clock = architecture.chip.clock;
  MvmTiming timing;
  timing.front =
      std::max<Cycle>(1, cycles(architecture.dac.time, clock) + cycles(architecture.crossbar.read_time, clock) +
                             cycles(architecture.sample_hold.time, clock));
  timing.adc = std::max<Cycle>(1, cycles(1.0 / architecture.adc.sample_rate, clock));
  timing.shift_add = cycles(architecture.shift_add.time, clock);
  timing.holds = architecture.sample_hold.holds;
  return timing;
}

int adc_turns(const mapping::Block& block, int columns_per_adc) {
  const int begin = block.crossbar_column, end = begin + block.columns;
  int most = 1;
  for (int first = begin / columns_per_adc * columns_per_adc; first < end; first += columns_per_adc)
    most = std::max(most, std::min(end, first + columns_per_adc) - std::max(begin, first));
  return most;
}

}  // namespace nvcim::sim
