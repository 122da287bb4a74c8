// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/kernel/inbox.h"
#include "sim/kernel/unit.h"
#include "sim/systemc/machine_constants.h"
#include "sim/systemc/map_sender.h"
#include "sim/systemc/tile_ports.h"

namespace nvcim::sim {

/// Output buffer of a tile: takes finished pixels through its write port and keeps them until every reader has them.
class OutputBuffer : public Unit, public PixelSink, public PixelCreditSink {
 public:
  OutputBuffer(const sc_core::sc_module_name& name, Calendar& calendar, const MachineConstants& constants, int tile);
  /// Groups are added in the order of the activation unit's.
  void add_group(int stage, int column_block, std::int64_t capacity_pixels);
  /// @return number of the reader within its group
  int add_reader(int group, const MapSender::Reader& reader) { return sender_.add_reader(group, reader); }

  sc_core::sc_port<TransferSender> network{"network"};
  sc_core::sc_port<RoomSink> room{"room"};

  void put(Cycle now, Cycle cycle, int source, int group, std::shared_ptr<PixelData> pixel) override;
  void give_credit(Cycle now, Cycle cycle, int group, int reader, std::uint64_t limit) override {
    sender_.give_credit(now, cycle, group, reader, limit);
  }

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), sender_.time()}}; }
  void describe_blockers(std::vector<std::string>& sentences) const override {
    sender_.describe_blockers(unit_name(), sentences);
  }

 private:
  struct Message {
    int group = 0;
    bool written = false;
    std::shared_ptr<const PixelData> pixel;
  };
  struct Group {
    std::int64_t pixel_bits = 0;
    std::uint64_t capacity = 0;
    std::size_t row = 0;
  };

  void act(Cycle now) override;

  const MachineConstants& constants_;
  MapSender sender_;
  std::vector<Group> groups_;
  Inbox<Message> inbox_;
  Cycle write_free_at_ = 0;
};

}  // namespace nvcim::sim
