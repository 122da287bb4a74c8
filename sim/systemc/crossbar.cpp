// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/crossbar.h"

#include "sim/analog/phase.h"
#include "sim/systemc/accumulator.h"
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

void Crossbar::drive(Cycle now, const MvmJob& job) {
  const StageFacts& stage = context_.stages[job.stage];
  const mapping::Plan& plan = context_.run.plan;
  const std::size_t row = static_cast<std::size_t>(stage.plan->node) + 1;
  const int phases = stage.plan->phases;
  read_ahead(job);
  converters_.begin(stage, job.blocks);
  free_at_ = now;
  for (int phase = 0; phase < phases; ++phase) {
    const Cycle begin = std::max(free_at_, hold_free_at_[next_hold_]);
    time_.stalled += begin - free_at_;
    if (phase == 0)
      context_.layer_started(stage.plan->node, job.index / static_cast<std::uint64_t>(stage.positions()), begin);
    free_at_ = begin + context_.mvm.front;
    time_.busy += context_.mvm.front;
    std::size_t first_row = 0, columns = 0;
    const std::int32_t* ahead = ahead_.data();
    for (const int index : job.blocks) {
      const mapping::Block& block = plan.blocks[index];
      const float* noise = noise_of(job, index, phase, std::span(job.codes).subspan(first_row, block.rows));
      converters_.convert(index, phase, ahead + std::size_t(phase) * block.columns, noise);
      first_row += static_cast<std::size_t>(block.rows);
      columns += static_cast<std::size_t>(block.columns);
      ahead += std::size_t(phases) * block.columns;
    }
    context_.counts.add(row, Event::crossbar_read, 1);
    context_.counts.add(row, Event::sample_hold, columns);
    hold_free_at_[next_hold_] = converters_.finish_phase(free_at_);
    if (phase + 1 == phases)
      accumulator_->add(now, hold_free_at_[next_hold_], number_,
                        {job.stage, plan.blocks[job.blocks.front()].column_block, job.index, converters_.sums()});
    next_hold_ = (next_hold_ + 1) % kHolds;
  }
  sequencer_->free_register(now, free_at_, number_);
}

/// Sums and activity of all phases: what the cells give does not change while an MVM is driven.
void Crossbar::read_ahead(const MvmJob& job) {
  const std::size_t row = static_cast<std::size_t>(context_.stages[job.stage].plan->node) + 1;
  const int dac_bits = context_.run.architecture.dac.bits, phases = context_.stages[job.stage].plan->phases;
  std::size_t size = 0, first_row = 0;
  for (const int index : job.blocks) size += std::size_t(phases) * context_.run.plan.blocks[index].columns;
  ahead_.resize(size);
  std::int32_t* sums = ahead_.data();
  for (const int index : job.blocks) {
    const mapping::Block& block = context_.run.plan.blocks[index];
    const mapping::ProgrammedBlock& cells = context_.run.chip.blocks[index];
    const std::span<const std::uint8_t> codes = std::span(job.codes).subspan(first_row, block.rows);
    phase_sums_.run(block, cells, codes, dac_bits, phases, sums);
    std::vector<std::uint64_t>& conductances = conductances_[index];
    if (conductances.empty()) conductances = row_conductances(context_.run.chip, block, cells);
    const MvmActivity activity = mvm_activity(conductances, codes, dac_bits);
    context_.counts.add(row, Event::row_drive, activity.row_drives);
    context_.counts.add(row, Event::cell_conduction, activity.cell_conduction);
    first_row += static_cast<std::size_t>(block.rows);
    sums += std::size_t(phases) * block.columns;
  }
}

/// Read noise of one phase of one block, or null without any.
const float* Crossbar::noise_of(const MvmJob& job, int index, int phase, std::span<const std::uint8_t> codes) {
  const StageFacts& stage = context_.stages[job.stage];
  const mapping::Block& block = context_.run.plan.blocks[index];
  const mapping::ProgrammedBlock& cells = context_.run.chip.blocks[index];
  if (!has_read_noise(cells)) return nullptr;
  digits_.resize(block.rows);
  input_digits(codes, phase, context_.run.architecture.dac.bits, digits_.data());
  noise_.resize(block.columns);
  const auto positions = static_cast<std::uint64_t>(stage.positions());
  const auto sample = static_cast<std::uint32_t>(job.index / positions) + context_.options.first_sample;
  const ReadAddress address{static_cast<std::uint32_t>(job.index % positions), static_cast<std::uint32_t>(phase),
                            sample};
  read_noise(context_.run.chip, block, cells, stage.plan->encoding, stage.node->outputs(), digits_.data(), address,
             stage.plan->phases, noise_.data());
  return noise_.data();
}

}  // namespace nvcim::sim
