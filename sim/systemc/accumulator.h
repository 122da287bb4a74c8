// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/kernel/inbox.h"
#include "sim/kernel/unit.h"
#include "sim/network_on_chip/network_ports.h"
#include "sim/systemc/machine_constants.h"
#include "sim/systemc/tile_ports.h"

namespace nvcim::sim {

/// Accumulation unit of a tile: adds partial sums as they come, accumulate_lanes per cycle (taking in the first of a
/// position takes as long as adding the others). When all of the tile's are in, the sums go to the activation unit
/// if this is their accumulating tile, and over the mesh to that tile if it is not.
class Accumulator : public Unit, public PartialSumSink {
 public:
  Accumulator(const sc_core::sc_module_name& name, Calendar& calendar, const MachineConstants& constants, int tile);
  /// @param group  number of the column block at the activation unit; -1: its accumulating tile is another one
  void add_column(int stage, int column_block, int group);

  sc_core::sc_port<TransferSender> network{"network"};
  sc_core::sc_port<CompleteSumSink> complete_sums{"complete_sums"};

  void add(Cycle now, Cycle cycle, int source, PartialSums partial) override;

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), time_}}; }
  void describe_blockers(std::vector<std::string>& sentences) const override;

 private:
  struct Slot {
    std::uint64_t index = 0;
    int parts = 0;
    std::vector<std::int64_t> sums;
  };
  struct Column {
    int stage = 0, column_block = 0, group = -1;
    std::vector<int> expected;  ///< [copies] parts that meet here
    std::vector<Slot> slots;
  };

  void act(Cycle now) override;
  void merge(Cycle now, PartialSums partial);
  void pass_on(Cycle now, Cycle cycle, const Column& column, Slot slot);
  Column& column_of(int stage, int column_block);

  const MachineConstants& constants_;
  int tile_;
  std::vector<Column> columns_;
  Inbox<PartialSums> inbox_;
  Cycle free_at_ = 0;
  UnitTime time_;
};

}  // namespace nvcim::sim
