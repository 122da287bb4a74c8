// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/accumulator.h"

#include <set>

namespace nvcim::sim {

Accumulator::Accumulator(const sc_core::sc_module_name& name, Calendar& calendar, const MachineConstants& constants,
                         int tile)
    : Unit(name, calendar), constants_(constants), tile_(tile) {}

void Accumulator::add_column(int stage, int column_block, int group) {
  const mapping::LayerPlan& plan = *constants_.stages[stage].plan;
  Column column{stage, column_block, group, {}, {}};
  for (int copy = 0; copy < plan.copies; ++copy) {
    int parts = 0;  // of this tile
    std::set<int> others;
    for (int row_block = 0; row_block < plan.row_blocks; ++row_block) {
      const int tile = constants_.tile_of(constants_.run.plan.blocks[plan.block(copy, column_block, row_block)]);
      if (tile == tile_)
        ++parts;
      else
        others.insert(tile);
    }
    column.expected.push_back(parts + (group >= 0 ? static_cast<int>(others.size()) : 0));
  }
  columns_.push_back(std::move(column));
}

void Accumulator::add(Cycle now, Cycle cycle, int source, PartialSums partial) {
  inbox_.post(now, cycle, source, std::move(partial));
  wake_at(cycle);
}

Accumulator::Column& Accumulator::column_of(int stage, int column_block) {
  for (Column& column : columns_)
    if (column.stage == stage && column.column_block == column_block) return column;
  NVCIM_CHECK(false, "tile {} adds nothing of layer {}, column block {}", tile_, stage, column_block);
  return columns_.front();
}

void Accumulator::act(Cycle now) {
  while (inbox_.ready(now)) merge(now, inbox_.take());
}

void Accumulator::merge(Cycle now, PartialSums partial) {
  Column& column = column_of(partial.stage, partial.column_block);
  const StageFacts& stage = constants_.stages[partial.stage];
  const auto outputs = static_cast<std::int64_t>(partial.sums.size());
  const Cycle length = transfer_cycles(outputs, constants_.run.architecture.digital.accumulate_lanes);
  free_at_ = std::max(now, free_at_) + length;
  time_.busy += length;
  auto slot =
      std::find_if(column.slots.begin(), column.slots.end(), [&](const Slot& s) { return s.index == partial.index; });
  if (slot == column.slots.end()) {
    column.slots.push_back({partial.index, 0, std::move(partial.sums)});
    slot = column.slots.end() - 1;
    NVCIM_CHECK(column.slots.size() <= constants_.sum_slots(stage), "{}: {} sums of layer {}", unit_name(),
                column.slots.size(), stage.node->name);
  } else {
    for (std::size_t i = 0; i < partial.sums.size(); ++i) slot->sums[i] += partial.sums[i];
    statistics_.count(static_cast<std::size_t>(stage.plan->node) + 1, Event::accumulate,
                      static_cast<std::uint64_t>(outputs));
  }
  const auto position = partial.index % static_cast<std::uint64_t>(stage.positions());
  if (++slot->parts < column.expected[stage.plan->copy_of_position(static_cast<int>(position))]) return;
  Slot done = std::move(*slot);
  if (slot != column.slots.end() - 1) *slot = std::move(column.slots.back());
  column.slots.pop_back();
  pass_on(now, free_at_, column, std::move(done));
}

void Accumulator::pass_on(Cycle now, Cycle cycle, const Column& column, Slot slot) {
  if (column.group >= 0) {
    complete_sums->activate(now, cycle, column.group, slot.index, std::move(slot.sums));
    return;
  }
  const mapping::LayerPlan& plan = *constants_.stages[column.stage].plan;
  auto transfer = std::make_unique<Transfer>();
  transfer->kind = Transfer::Kind::partial_sums;
  transfer->from = tile_;
  transfer->to = plan.home_tile[column.column_block];
  transfer->row = static_cast<std::size_t>(plan.node) + 1;
  transfer->bits = static_cast<std::int64_t>(slot.sums.size()) * mapping::kSumBits;
  transfer->stage = column.stage;
  transfer->column_block = column.column_block;
  transfer->index = slot.index;
  transfer->sums = std::move(slot.sums);
  network->send(now, cycle, from_accumulator, std::move(transfer));
}

void Accumulator::describe_blockers(std::vector<std::string>& sentences) const {
  for (const Column& column : columns_)
    for (const Slot& slot : column.slots)
      sentences.push_back(fmt::format("{} waits for partial sums of {} position {}, has {}", unit_name(),
                                      constants_.stages[column.stage].node->name, slot.index, slot.parts));
}

}  // namespace nvcim::sim
