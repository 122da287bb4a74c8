// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/systemc/clocked.h"
#include "sim/systemc/machine_context.h"
#include "sim/systemc/map_sender.h"

namespace nvcim::sim {

class ActivationUnit;

/// Output buffer of a tile: takes finished pixels through its write port and keeps them until every reader has them.
class OutputBuffer : public Clocked {
 public:
  OutputBuffer(Context& context, int tile, NetworkInterface& interface, ActivationUnit& activation);
  /// Groups are added in the order of the activation unit's.
  void add_group(int stage, int column_block, std::int64_t capacity_pixels);
  MapSender& sender() { return sender_; }

  void put(Cycle now, Cycle cycle, int source, int group, std::shared_ptr<const PixelData> pixel);

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), sender_.time()}}; }
  void tell_waits(std::vector<std::string>& sentences) const override { sender_.tell_waits(unit_name(), sentences); }

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

  Context& context_;
  ActivationUnit& activation_;
  MapSender sender_;
  std::vector<Group> groups_;
  Inbox<Message> inbox_;
  Cycle write_free_at_ = 0;
};

}  // namespace nvcim::sim
