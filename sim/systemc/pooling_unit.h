// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/kernel/inbox.h"
#include "sim/kernel/unit.h"
#include "sim/systemc/machine_constants.h"
#include "sim/systemc/tile_ports.h"

namespace nvcim::sim {

/// Pooling unit of a tile: keeps the pixels of each column block, and when a window is complete works through it with
/// pooling_lanes comparisons or additions per cycle; looks codes up in tables, activation_lanes per cycle; a chain of
/// poolings and tables passes its pixels on inside. Pixels leave in raster order. Never waits: the output buffer's room
/// was reserved before the activation.
class PoolingUnit : public Unit, public PixelSink {
 public:
  PoolingUnit(const sc_core::sc_module_name& name, Calendar& calendar, const MachineConstants& constants);
  /// Groups are added in the order of the activation unit's.
  void add_group(int stage, int column_block);

  sc_core::sc_port<PixelSink> output{"output"};
  TracePort trace{"trace"};

  void put(Cycle now, Cycle cycle, int source, int group, std::shared_ptr<PixelData> pixel) override;

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), time_}}; }
  void describe_blockers(std::vector<std::string>&) const override {}

 private:
  struct Level {
    std::uint64_t arrived = 0;      ///< pixels, counted over samples
    std::vector<std::uint8_t> map;  ///< [outputs of the group][height * width] of the current sample; tables: empty
  };
  struct Group {
    int stage = 0, outputs = 0;
    std::vector<Level> levels;  ///< [epilogue of the stage]
  };
  struct Message {
    int group = 0;
    std::shared_ptr<PixelData> pixel;
  };

  void act(Cycle now) override;
  void take(Cycle now, Cycle cycle, int number, std::size_t level, std::shared_ptr<PixelData> pixel);
  /// @return when the unit is through with it
  Cycle work(const EpilogueStep& step, std::uint64_t sample, Cycle cycle, Cycle length);
  void keep(const EpilogueStep& step, std::uint64_t sample, std::size_t position, const PixelData& pixel);

  const MachineConstants& constants_;
  std::vector<Group> groups_;
  Inbox<Message> inbox_;
  Cycle free_at_ = 0;
  UnitTime time_;
};

}  // namespace nvcim::sim
