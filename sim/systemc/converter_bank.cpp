// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/converter_bank.h"

#include "sim/analog/phase.h"

namespace nvcim::sim {

ConverterBank::ConverterBank(Context& context, const std::string& unit_name)
    : sc_module(sc_core::sc_module_name("adc")), context_(context), unit_name_(unit_name) {}

void ConverterBank::begin(const StageFacts& stage, std::span<const int> blocks) {
  stage_ = &stage;
  blocks_ = blocks;
  const mapping::Plan& plan = context_.run.plan;
  mapping::Block all = plan.blocks[blocks.front()];
  all.columns = 0;
  for (const int index : blocks) all.columns += plan.blocks[index].columns;
  length_ = context_.mvm.back(adc_turns(all, context_.run.architecture.adc.columns_per_adc));
  registers_.assign(all.columns, 0);
  column_ = 0;
}

void ConverterBank::convert(int index, int phase, const std::int32_t* sums, const float* noise) {
  const int columns = context_.run.plan.blocks[index].columns;
  const LayerConversion& conversion = stage_->conversion;
  codes_.resize(columns);
  convert_columns(conversion, context_.run.chip.blocks[index].converters, sums, noise, columns, codes_.data());
  if (!conversion.ideal) {
    int at_full_scale = 0;
    for (const std::int32_t code : codes_)
      at_full_scale += (code == conversion.code_max) | ((code == conversion.code_min) & (code < 0));
    context_.timeline.at_full_scale += static_cast<std::uint64_t>(at_full_scale);
  }
  shift_add(codes_.data(), columns, phase, context_.run.architecture.dac.bits, registers_.data() + column_);
  column_ += static_cast<std::size_t>(columns);
}

Cycle ConverterBank::finish_phase(Cycle held) {
  const std::size_t row = static_cast<std::size_t>(stage_->plan->node) + 1;
  for (Event event : {Event::adc_conversion, Event::shift_add}) context_.counts.add(row, event, column_);
  column_ = 0;
  time_.busy += length_;
  return free_at_ = std::max(held, free_at_) + length_;
}

std::vector<std::int64_t> ConverterBank::sums() const {
  const mapping::Plan& plan = context_.run.plan;
  std::vector<std::int64_t> sums(stage_->plan->outputs_of(plan.blocks[blocks_.front()].column_block));
  std::size_t column = 0, output = 0;
  for (const int index : blocks_) {
    combine_planes(stage_->plan->encoding, registers_.data() + column, plan.blocks[index].outputs,
                   sums.data() + output);
    column += static_cast<std::size_t>(plan.blocks[index].columns);
    output += static_cast<std::size_t>(plan.blocks[index].outputs);
  }
  return sums;
}

}  // namespace nvcim::sim
