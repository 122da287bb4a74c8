// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/converter_bank.h"

#include <algorithm>

namespace nvcim::sim {

ConverterBank::ConverterBank(Context& context, const std::string& unit_name)
    : sc_module(sc_core::sc_module_name("adc")), context_(context), unit_name_(unit_name) {}

void ConverterBank::begin(std::span<const int> blocks) {
  const mapping::Plan& plan = context_.run.plan;
  mapping::Block all = plan.blocks[blocks.front()];
  all.columns = 0;
  for (const int index : blocks) all.columns += plan.blocks[index].columns;
  length_ = context_.mvm.back(adc_turns(all, context_.run.architecture.adc.columns_per_adc));
}

Cycle ConverterBank::finish_phase(Cycle held) {
  time_.busy += length_;
  return free_at_ = std::max(held, free_at_) + length_;
}

}  // namespace nvcim::sim
