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
  const LayerFacts& layer = context_.layers[job->layer];
  const mapping::Block& block = context_.run.plan.blocks[job->block];
  const mapping::ProgrammedBlock& cells = context_.run.chip.blocks[job->block];
  const std::size_t row = static_cast<std::size_t>(block.node) + 1;
  const auto positions = static_cast<std::uint64_t>(layer.positions());
  const int dac_bits = context_.run.architecture.dac.bits;
  if (phase_ == 0) {
    context_.layer_started(block.node, job->index / positions, now);
    const MvmActivity activity = mvm_activity(context_.run.chip, block, cells, job->codes, dac_bits);
    context_.counts.add(row, Event::row_drive, activity.row_drives);
    context_.counts.add(row, Event::cell_conduction, activity.cell_conduction);
  }
  const Cycle end = now + context_.mvm.front;
  Hold& hold = hold_[next_hold_];
  hold.job = job;
  hold.phase = phase_;
  digits_.resize(block.rows);
  hold.sums.resize(block.columns);
  input_digits(job->codes, phase_, dac_bits, digits_.data());
  column_sums(block, cells, digits_.data(), hold.sums.data());
  hold.noise.clear();
  if (has_read_noise(cells)) {
    hold.noise.resize(block.columns);
    const auto sample = static_cast<std::uint32_t>(job->index / positions) + context_.options.first_sample;
    const ReadAddress address{static_cast<std::uint32_t>(job->index % positions), static_cast<std::uint32_t>(phase_),
                              sample};
    read_noise(context_.run.chip, block, cells, layer.plan->encoding, layer.node->outputs(), digits_.data(), address,
               layer.plan->phases, hold.noise.data());
  }
  context_.counts.add(row, Event::crossbar_read, 1);
  context_.counts.add(row, Event::sample_hold, static_cast<std::uint64_t>(block.columns));
  converters_->convert(now, end, hold);
  next_hold_ = (next_hold_ + 1) % kHolds;
  --holds_;
  time_.busy += context_.mvm.front;
  free_at_ = end;
  if (++phase_ == layer.plan->phases) {
    phase_ = 0;
    jobs_.pop_front();
    sequencer_->free_register(now, end, number_);
  }
}

void Crossbar::tell_waits(std::vector<std::string>& sentences) const {
  if (!jobs_.empty()) sentences.push_back(unit_name() + " waits for a free sample and hold");
}

}  // namespace nvcim::sim
