// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/tile.h"

#include <set>

namespace nvcim::sim {
namespace {

Modules<Crossbar> make_crossbars(const TileSupplies& supplies, int tile) {
  Modules<Crossbar> crossbars;
  const mapping::Plan& plan = supplies.constants.run.plan;
  const int count = std::min(plan.crossbars_per_tile, plan.crossbars_used - tile * plan.crossbars_per_tile);
  for (int number = 0; number < count; ++number)
    crossbars.push_back(std::make_unique<Crossbar>(fmt::format("crossbar{}", number).c_str(), supplies.calendar,
                                                   supplies.constants, supplies.mvms, number));
  return crossbars;
}

}  // namespace

Tile::Tile(const sc_core::sc_module_name& name, const TileSupplies& supplies, int number,
           const std::vector<InputShare>& inputs, const std::vector<OutputShare>& outputs)
    : sc_module(name),
      number_(number),
      groups_(outputs),
      interface_("interface", supplies.calendar, supplies.constants.network, number),
      activation_("activation", supplies.calendar, supplies.constants, number),
      pooling_("pooling", supplies.calendar, supplies.constants),
      output_("output_buffer", supplies.calendar, supplies.constants, number),
      accumulator_("accumulation", supplies.calendar, supplies.constants, number),
      crossbars_(make_crossbars(supplies, number)),
      sequencer_("input_buffer", supplies.calendar, supplies.constants, number, static_cast<int>(crossbars_.size())) {
  bind(supplies);
  for (const OutputShare& share : outputs) {
    activation_.add_group(share.stage, share.column_block, share.capacity_pixels);
    pooling_.add_group(share.stage, share.column_block);
    output_.add_group(share.stage, share.column_block, share.capacity_pixels);
  }
  for (const InputShare& share : inputs) sequencer_.add_map(share);
  add_tasks(supplies.constants);
}

/// Every wire of the tile.
void Tile::bind(const TileSupplies& supplies) {
  interface_.router.bind(to_router);
  interface_.sink.bind(*this);
  from_router.bind(interface_);
  credits.bind(output_);
  slots.bind(sequencer_);
  for (const auto& crossbar : crossbars_) {
    sequencer_.crossbars.bind(*crossbar);
    crossbar->sums.bind(accumulator_);
    crossbar->registers.bind(sequencer_);
  }
  sequencer_.operands.bind(activation_);
  accumulator_.network.bind(interface_);
  accumulator_.complete_sums.bind(activation_);
  activation_.pooling.bind(pooling_);
  activation_.output.bind(output_);
  pooling_.output.bind(output_);
  output_.network.bind(interface_);
  output_.room.bind(activation_);
  if (supplies.trace == nullptr) return;
  activation_.trace.bind(*supplies.trace);
  pooling_.trace.bind(*supplies.trace);
}

/// What the sequencer issues and the accumulator adds up.
void Tile::add_tasks(const MachineConstants& constants) {
  const mapping::Plan& plan = constants.run.plan;
  std::set<std::pair<int, int>> columns;  // of MVMs, that this tile adds up something of
  for (const StageFacts& stage : constants.stages) {
    if (stage.plan == nullptr) {
      for (int column = 0; column < static_cast<int>(stage.schedule->columns.size()); ++column)
        if (stage.column(column).tile == number_)
          sequencer_.add_digital_stage(stage.index, column, group_of(stage.index, column));
      continue;
    }
    for (int copy = 0; copy < stage.plan->copies; ++copy)
      for (int column_block = 0; column_block < stage.plan->column_blocks; ++column_block)
        for (int row_block = 0; row_block < stage.plan->row_blocks; ++row_block) {
          if (constants.tile_of(plan.blocks[stage.plan->block(copy, column_block, row_block)]) != number_) continue;
          sequencer_.add_mvm(stage.index, copy, column_block, row_block);
          columns.emplace(stage.index, column_block);
        }
    for (int column_block = 0; column_block < stage.plan->column_blocks; ++column_block)
      if (stage.column(column_block).tile == number_) columns.emplace(stage.index, column_block);
  }
  for (const auto& [stage, column_block] : columns)
    accumulator_.add_column(stage, column_block, group_of(stage, column_block));
}

int Tile::group_of(int stage, int column_block) const {
  for (std::size_t group = 0; group < groups_.size(); ++group)
    if (groups_[group].stage == stage && groups_[group].column_block == column_block) return static_cast<int>(group);
  return -1;
}

void Tile::deliver(Cycle now, TransferPtr transfer) {
  if (transfer->kind == Transfer::Kind::pixel) {
    sequencer_.deliver(now, std::move(transfer));
    return;
  }
  NVCIM_CHECK(transfer->kind == Transfer::Kind::partial_sums, "tile {} got a result", number_);
  accumulator_.add(now, now + 1, static_cast<int>(crossbars_.size()),
                   {transfer->stage, transfer->column_block, transfer->index, std::move(transfer->sums)});
}

void Tile::list_units(std::vector<Unit*>& units) {
  units.push_back(&sequencer_);
  for (const auto& crossbar : crossbars_) units.push_back(crossbar.get());
  for (Unit* unit : std::initializer_list<Unit*>{&accumulator_, &activation_, &pooling_, &output_, &interface_})
    units.push_back(unit);
}

}  // namespace nvcim::sim
