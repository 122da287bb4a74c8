// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/tile.h"

#include <set>

namespace nvcim::sim {
namespace {

Modules<Crossbar> make_crossbars(Context& context, int tile) {
  Modules<Crossbar> crossbars;
  const mapping::Plan& plan = context.run.plan;
  const int count = std::min(plan.crossbars_per_tile, plan.crossbars_used - tile * plan.crossbars_per_tile);
  for (int number = 0; number < count; ++number)
    crossbars.push_back(std::make_unique<Crossbar>(context, fmt::format("tile{}.crossbar{}", tile, number), number));
  return crossbars;
}

std::vector<Crossbar*> pointers(const Modules<Crossbar>& crossbars) {
  std::vector<Crossbar*> list;
  for (const auto& crossbar : crossbars) list.push_back(crossbar.get());
  return list;
}

}  // namespace

Tile::Tile(const sc_core::sc_module_name& name, Context& context, int number, const std::vector<InputShare>& inputs,
           const std::vector<OutputShare>& outputs)
    : sc_module(name),
      number_(number),
      groups_(outputs),
      interface_(context.network, fmt::format("tile{}.interface", number), number, *this),
      activation_(context, number),
      pooling_(context, number),
      output_(context, number, interface_, activation_),
      accumulator_(context, number, interface_, activation_),
      crossbars_(make_crossbars(context, number)),
      sequencer_(context, number, pointers(crossbars_)) {
  for (const auto& crossbar : crossbars_) crossbar->connect(accumulator_, sequencer_);
  activation_.connect(pooling_, output_);
  pooling_.connect(output_);
  for (const OutputShare& share : outputs) {
    activation_.add_group(share.stage, share.column_block, share.capacity_pixels);
    pooling_.add_group(share.stage, share.column_block);
    output_.add_group(share.stage, share.column_block, share.capacity_pixels);
  }
  sequencer_.connect(activation_);
  for (const InputShare& share : inputs) sequencer_.add_map(share);
  const mapping::Plan& plan = context.run.plan;
  std::set<std::pair<int, int>> columns;  // of MVMs, that this tile adds up something of
  for (const StageFacts& stage : context.stages) {
    if (stage.plan == nullptr) {
      for (int column = 0; column < static_cast<int>(stage.schedule->columns.size()); ++column)
        if (stage.column(column).tile == number)
          sequencer_.add_join(stage.index, column, group_of(stage.index, column));
      continue;
    }
    for (int copy = 0; copy < stage.plan->copies; ++copy)
      for (int column_block = 0; column_block < stage.plan->column_blocks; ++column_block)
        for (int row_block = 0; row_block < stage.plan->row_blocks; ++row_block) {
          if (context.tile_of(plan.blocks[stage.plan->block(copy, column_block, row_block)]) != number) continue;
          sequencer_.add_mvm(stage.index, copy, column_block, row_block);
          columns.emplace(stage.index, column_block);
        }
    for (int column_block = 0; column_block < stage.plan->column_blocks; ++column_block)
      if (stage.column(column_block).tile == number) columns.emplace(stage.index, column_block);
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

void Tile::list_units(std::vector<Clocked*>& units) {
  units.push_back(&sequencer_);
  for (const auto& crossbar : crossbars_) units.push_back(crossbar.get());
  for (Clocked* unit : std::initializer_list<Clocked*>{&accumulator_, &activation_, &pooling_, &output_, &interface_})
    units.push_back(unit);
}

}  // namespace nvcim::sim
