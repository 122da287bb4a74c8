// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/systemc/clocked.h"
#include "sim/systemc/machine_context.h"
#include "sim/systemc/network_interface.h"

namespace nvcim::sim {

class ActivationUnit;

/// Sums of the blocks that one MVM drives together, or of a whole tile's blocks, for one position.
struct PartialSums {
  int stage = 0, column_block = 0;
  std::uint64_t index = 0;         ///< position, counted over all samples
  std::vector<std::int64_t> sums;  ///< [outputs]
};

/// Accumulation unit of a tile: adds partial sums as they come, accumulate_lanes per cycle (taking in the first of a
/// position takes as long as adding the others). When all of the tile's are in, the sums go to the activation unit
/// if this is their home, and over the mesh if it is not.
class Accumulator : public Clocked {
 public:
  Accumulator(Context& context, int tile, NetworkInterface& interface, ActivationUnit& activation);
  /// @param home_group  number of the column block at the activation unit; -1: its home is elsewhere
  void add_column(int stage, int column_block, int home_group);

  /// @param source  number of the crossbar, or their count for the network
  void add(Cycle now, Cycle cycle, int source, PartialSums partial);

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), time_}}; }
  void tell_waits(std::vector<std::string>& sentences) const override;

 private:
  struct Slot {
    std::uint64_t index = 0;
    int parts = 0;
    std::vector<std::int64_t> sums;
  };
  struct Column {
    int stage = 0, column_block = 0, home_group = -1;
    std::vector<int> expected;  ///< [copies] parts that meet here
    std::vector<Slot> slots;
  };

  void act(Cycle now) override;
  void merge(Cycle now, PartialSums partial);
  void pass_on(Cycle now, Cycle cycle, const Column& column, Slot slot);
  Column& column_of(int stage, int column_block);

  Context& context_;
  int tile_;
  NetworkInterface& interface_;
  ActivationUnit& activation_;
  std::vector<Column> columns_;
  Inbox<PartialSums> inbox_;
  Cycle free_at_ = 0;
  UnitTime time_;
};

}  // namespace nvcim::sim
