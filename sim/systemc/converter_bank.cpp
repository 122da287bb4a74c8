// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/converter_bank.h"

#include <algorithm>
#include <utility>

namespace nvcim::sim {

ConverterBank::ConverterBank(const MachineConstants& constants, std::string unit_name)
    : constants_(constants), unit_name_(std::move(unit_name)) {}

void ConverterBank::begin(std::span<const int> blocks) {
  const mapping::Plan& plan = constants_.run.plan;
  mapping::Block all = plan.blocks[blocks.front()];
  all.columns = 0;
  for (const int index : blocks) all.columns += plan.blocks[index].columns;
  length_ = constants_.mvm.back(adc_turns(all, constants_.run.architecture.adc.columns_per_adc));
}

Cycle ConverterBank::finish_phase(Cycle held) {
  time_.busy += length_;
  return free_at_ = std::max(held, free_at_) + length_;
}

}  // namespace nvcim::sim
