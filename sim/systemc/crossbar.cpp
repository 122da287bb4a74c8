// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/crossbar.h"

#include "sim/analog/phase.h"
#include "sim/systemc/converter_bank.h"
#include "sim/systemc/sequencer.h"

namespace nvcim::sim {

Crossbar::Crossbar(Context& context, const std::string& name, int number_in_tile)
    : Clocked(name), context_(context), number_(number_in_tile) {}

void Crossbar::load(Cycle now, Cycle cycle, MvmJobPtr job) {
  loaded_.post(now, cycle, 0, std::move(job));
  wake_at(cycle);
}

void Crossbar::free_hold(Cycle now, Cycle cycle) {
  freed_.post(now, cycle, 0, 0);
  if (starved_) wake_at(cycle);
}

void Crossbar::act(Cycle now) {
  while (freed_.ready(now)) freed_.take(), ++holds_;
  while (loaded_.ready(now)) jobs_.push_back(loaded_.take());
  if (!jobs_.empty() && free_at_ <= now && holds_ > 0) drive(now);
  time_.set_stalled(!jobs_.empty() && free_at_ <= now && holds_ == 0, now);
  starved_ = !jobs_.empty() && holds_ == 0;
  if (jobs_.empty()) return;
  if (free_at_ > now) wake_at(free_at_);
  // A hold that is on its way was announced before anybody waited for it.
  if (starved_ && !freed_.empty()) wake_at(freed_.first_at());
}

void Crossbar::drive(Cycle now) {
  MvmJobPtr job = jobs_.front();
  const StageFacts& stage = context_.stages[job->stage];
  const std::size_t row = static_cast<std::size_t>(stage.plan->node) + 1;
  const auto positions = static_cast<std::uint64_t>(stage.positions());
  if (phase_ == 0) context_.layer_started(stage.plan->node, job->index / positions, now);
  const Cycle end = now + context_.mvm.front;
  Hold& hold = hold_[next_hold_];
  hold.job = job;
  hold.phase = phase_;
  hold.sums.clear();
  hold.noise.clear();
  if (phase_ == 0) read_ahead(*job, row);
  std::size_t first_row = 0;
  const std::int32_t* ahead = ahead_.data();
  for (const int index : job->blocks) {
    const mapping::Block& block = context_.run.plan.blocks[index];
    const std::size_t first = hold.sums.size();
    const std::int32_t* own = ahead + std::size_t(phase_) * block.columns;
    hold.sums.insert(hold.sums.end(), own, own + block.columns);
    add_noise(*job, index, std::span(job->codes).subspan(first_row, block.rows), first, hold);
    first_row += static_cast<std::size_t>(block.rows);
    ahead += std::size_t(stage.plan->phases) * block.columns;
  }
  context_.counts.add(row, Event::crossbar_read, 1);
  context_.counts.add(row, Event::sample_hold, hold.sums.size());
  converters_->convert(now, end, hold);
  next_hold_ = (next_hold_ + 1) % kHolds;
  --holds_;
  time_.busy += context_.mvm.front;
  free_at_ = end;
  if (++phase_ == stage.plan->phases) {
    phase_ = 0;
    jobs_.pop_front();
    sequencer_->free_register(now, end, number_);
  }
}

/// Sums and activity of all phases: what the cells give does not change while an MVM is driven.
void Crossbar::read_ahead(const MvmJob& job, std::size_t row) {
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

/// Read noise of one phase of one block, behind that of the blocks before it.
void Crossbar::add_noise(const MvmJob& job, int index, std::span<const std::uint8_t> codes, std::size_t first,
                         Hold& hold) {
  const StageFacts& stage = context_.stages[job.stage];
  const mapping::Block& block = context_.run.plan.blocks[index];
  const mapping::ProgrammedBlock& cells = context_.run.chip.blocks[index];
  if (!has_read_noise(cells)) return;
  digits_.resize(block.rows);
  input_digits(codes, phase_, context_.run.architecture.dac.bits, digits_.data());
  hold.noise.resize(first + block.columns);
  const auto positions = static_cast<std::uint64_t>(stage.positions());
  const auto sample = static_cast<std::uint32_t>(job.index / positions) + context_.options.first_sample;
  const ReadAddress address{static_cast<std::uint32_t>(job.index % positions), static_cast<std::uint32_t>(phase_),
                            sample};
  read_noise(context_.run.chip, block, cells, stage.plan->encoding, stage.node->outputs(), digits_.data(), address,
             stage.plan->phases, hold.noise.data() + first);
}

void Crossbar::tell_waits(std::vector<std::string>& sentences) const {
  if (!jobs_.empty()) sentences.push_back(unit_name() + " waits for a free sample and hold");
}

}  // namespace nvcim::sim
