// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/converter_bank.h"

#include "sim/analog/phase.h"
#include "sim/systemc/accumulator.h"

namespace nvcim::sim {

ConverterBank::ConverterBank(Context& context, const std::string& name, int number_in_tile, Crossbar& crossbar)
    : Clocked(name), context_(context), number_(number_in_tile), crossbar_(crossbar) {}

void ConverterBank::convert(Cycle now, Cycle cycle, Hold& hold) {
  held_.post(now, cycle, 0, &hold);
  if (idle_) wake_at(std::max(cycle, free_at_));
}

void ConverterBank::act(Cycle now) {
  if (free_at_ <= now && held_.ready(now)) start(now, *held_.take());
  idle_ = held_.empty();
  if (!idle_) wake_at(std::max(held_.first_at(), free_at_));
}

void ConverterBank::start(Cycle now, Hold& hold) {
  MvmJob& job = *hold.job;
  const LayerFacts& layer = context_.layers[job.layer];
  const mapping::Block& block = context_.run.plan.blocks[job.block];
  const std::size_t row = static_cast<std::size_t>(block.node) + 1;
  const int dac_bits = context_.run.architecture.dac.bits;
  const Cycle length = context_.mvm.back(adc_turns(block, context_.run.architecture.adc.columns_per_adc));
  const Cycle end = now + length;
  codes_.resize(block.columns);
  convert_columns(layer.conversion, context_.run.chip.blocks[job.block].converters, hold.sums.data(),
                  hold.noise.empty() ? nullptr : hold.noise.data(), block.columns, codes_.data());
  if (!layer.conversion.ideal)
    for (const std::int32_t code : codes_)
      context_.timeline.at_full_scale +=
          code == layer.conversion.code_max || (code == layer.conversion.code_min && code < 0);
  if (hold.phase == 0) job.registers.assign(block.columns, 0);
  shift_add(codes_.data(), block.columns, hold.phase, dac_bits, job.registers.data());
  for (Event event : {Event::adc_conversion, Event::shift_add})
    context_.counts.add(row, event, static_cast<std::uint64_t>(block.columns));
  if (hold.phase + 1 == layer.plan->phases) {
    std::vector<std::int64_t> sums(block.outputs);
    combine_planes(layer.plan->encoding, job.registers.data(), block.outputs, sums.data());
    accumulator_->add(now, end, number_, {job.layer, block.column_block, job.index, std::move(sums)});
  }
  hold.job.reset();
  crossbar_.free_hold(now, end);
  free_at_ = end;
  time_.busy += length;
}

}  // namespace nvcim::sim
