// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/crossbar.h"

namespace nvcim::sim {

Crossbar::Crossbar(const sc_core::sc_module_name& name, Calendar& calendar, const MachineConstants& constants,
                   MvmEvaluator& mvms, int number_in_tile)
    : Unit(name, calendar),
      constants_(constants),
      mvms_(mvms),
      number_(number_in_tile),
      converters_(constants, unit_name() + ".adc"),
      hold_free_at_(static_cast<std::size_t>(constants.mvm.holds), 0) {}

void Crossbar::load(Cycle now, Cycle cycle, MvmJobPtr job) {
  mvms_.issue(job);
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
  const StageFacts& stage = constants_.stages[job.stage];
  const mapping::Plan& plan = constants_.run.plan;
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
      statistics_.layer_started(stage.plan->node, job.index / static_cast<std::uint64_t>(stage.positions()), begin);
    free_at_ = begin + constants_.mvm.front;
    time_.busy += constants_.mvm.front;
    converted_at = hold_free_at_[next_hold_] = converters_.finish_phase(free_at_);
    next_hold_ = next_hold_ + 1 == hold_free_at_.size() ? 0 : next_hold_ + 1;
  }
  MvmValues& values = mvms_.values(job);
  for (const auto& [event, count] : {std::pair{Event::crossbar_read, static_cast<std::uint64_t>(phases)},
                                     {Event::sample_hold, columns * static_cast<std::uint64_t>(phases)},
                                     {Event::adc_conversion, columns * static_cast<std::uint64_t>(phases)},
                                     {Event::shift_add, columns * static_cast<std::uint64_t>(phases)},
                                     {Event::row_drive, values.row_drives},
                                     {Event::cell_conduction, values.cell_conduction}})
    statistics_.count(row, event, count);
  statistics_.count_full_scale(values.at_full_scale);
  sums->add(now, converted_at, number_,
            {job.stage, plan.blocks[job.blocks.front()].column_block, job.index, std::move(values.sums)});
  registers->free_register(now, free_at_, number_);
}

}  // namespace nvcim::sim
