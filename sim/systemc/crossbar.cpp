// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/crossbar.h"

#include "sim/systemc/accumulator.h"
#include "sim/systemc/mvm_helper.h"
#include "sim/systemc/sequencer.h"

namespace nvcim::sim {

Crossbar::Crossbar(Context& context, const std::string& name, int number_in_tile)
    : Clocked(name), context_(context), number_(number_in_tile), converters_(context, name + ".adc") {}

void Crossbar::load(Cycle now, Cycle cycle, MvmJobPtr job) {
  loaded_.post(now, cycle, 0, std::move(job));
  wake_at(cycle);
}

void Crossbar::act(Cycle now) {
  while (loaded_.ready(now)) jobs_.push_back(loaded_.take());
  if (!jobs_.empty() && free_at_ <= now) {
    drive(now, *jobs_.front());
    jobs_.pop_front();
  }
  if (!jobs_.empty()) wake_at(free_at_);
}

void Crossbar::drive(Cycle now, MvmJob& job) {
  const StageFacts& stage = context_.stages[job.stage];
  const mapping::Plan& plan = context_.run.plan;
  const std::size_t row = static_cast<std::size_t>(stage.plan->node) + 1;
  const int phases = stage.plan->phases;
  std::uint64_t columns = 0;
  for (const int index : job.blocks) columns += static_cast<std::uint64_t>(plan.blocks[index].columns);
  converters_.begin(job.blocks);
  free_at_ = now;
  Cycle converted_at = now;
  for (int phase = 0; phase < phases; ++phase) {
    const Cycle begin = std::max(free_at_, hold_free_at_[next_hold_]);
    time_.stalled += begin - free_at_;
    if (phase == 0)
      context_.layer_started(stage.plan->node, job.index / static_cast<std::uint64_t>(stage.positions()), begin);
    free_at_ = begin + context_.mvm.front;
    time_.busy += context_.mvm.front;
    converted_at = hold_free_at_[next_hold_] = converters_.finish_phase(free_at_);
    next_hold_ = (next_hold_ + 1) % kHolds;
  }
  MvmValues& values = context_.mvms->values(job);
  for (const auto& [event, count] : {std::pair{Event::crossbar_read, static_cast<std::uint64_t>(phases)},
                                     {Event::sample_hold, columns * static_cast<std::uint64_t>(phases)},
                                     {Event::adc_conversion, columns * static_cast<std::uint64_t>(phases)},
                                     {Event::shift_add, columns * static_cast<std::uint64_t>(phases)},
                                     {Event::row_drive, values.row_drives},
                                     {Event::cell_conduction, values.cell_conduction}})
    context_.counts.add(row, event, count);
  context_.timeline.at_full_scale += values.at_full_scale;
  accumulator_->add(now, converted_at, number_,
                    {job.stage, plan.blocks[job.blocks.front()].column_block, job.index, std::move(values.sums)});
  sequencer_->free_register(now, free_at_, number_);
}

}  // namespace nvcim::sim
