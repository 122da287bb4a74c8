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
  const StageFacts& stage = context_.stages[job.stage];
  const mapping::Plan& plan = context_.run.plan;
  const std::size_t row = static_cast<std::size_t>(stage.plan->node) + 1;
  const int dac_bits = context_.run.architecture.dac.bits;
  const std::size_t columns = hold.sums.size();
  // Blocks that are driven together lie side by side.
  mapping::Block all = plan.blocks[job.blocks.front()];
  all.columns = static_cast<int>(columns);
  const Cycle length = context_.mvm.back(adc_turns(all, context_.run.architecture.adc.columns_per_adc));
  const Cycle end = now + length;
  codes_.resize(columns);
  std::size_t first = 0;
  for (const int index : job.blocks) {
    const int own = plan.blocks[index].columns;
    convert_columns(stage.conversion, context_.run.chip.blocks[index].converters, hold.sums.data() + first,
                    hold.noise.empty() ? nullptr : hold.noise.data() + first, own, codes_.data() + first);
    first += static_cast<std::size_t>(own);
  }
  if (!stage.conversion.ideal)
    for (const std::int32_t code : codes_)
      context_.timeline.at_full_scale +=
          code == stage.conversion.code_max || (code == stage.conversion.code_min && code < 0);
  if (hold.phase == 0) job.registers.assign(columns, 0);
  shift_add(codes_.data(), static_cast<int>(columns), hold.phase, dac_bits, job.registers.data());
  for (Event event : {Event::adc_conversion, Event::shift_add}) context_.counts.add(row, event, columns);
  if (hold.phase + 1 == stage.plan->phases) {
    const mapping::Block& front = plan.blocks[job.blocks.front()];
    std::vector<std::int64_t> sums(stage.plan->outputs_of(front.column_block));
    std::size_t column = 0, output = 0;
    for (const int index : job.blocks) {
      combine_planes(stage.plan->encoding, job.registers.data() + column, plan.blocks[index].outputs,
                     sums.data() + output);
      column += static_cast<std::size_t>(plan.blocks[index].columns);
      output += static_cast<std::size_t>(plan.blocks[index].outputs);
    }
    accumulator_->add(now, end, number_, {job.stage, front.column_block, job.index, std::move(sums)});
  }
  hold.job.reset();
  crossbar_.free_hold(now, end);
  free_at_ = end;
  time_.busy += length;
}

}  // namespace nvcim::sim
