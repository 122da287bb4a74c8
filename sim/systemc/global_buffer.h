// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/kernel/inbox.h"
#include "sim/kernel/unit.h"
#include "sim/network_on_chip/network_ports.h"
#include "sim/systemc/machine_constants.h"
#include "sim/systemc/map_sender.h"
#include "sim/systemc/tile_ports.h"

namespace nvcim::sim {

/// Global buffer: holds image pixels until every tile that reads them has them, and passes results on to external
/// memory. Image writes, result writes and reads have a port each, of global_bus_bits per cycle. The space of one
/// result per sample in flight is set aside; of a result that is a feature map, which passes pixel by pixel, one pixel.
class GlobalBuffer : public Unit, public PixelSink, public PixelCreditSink, public TransferSink {
 public:
  /// What the network gives: one of them, the other empty.
  struct Outputs {
    std::vector<double> logits;       ///< [samples][classes]
    std::vector<std::uint8_t> codes;  ///< [samples][outputs]
  };

  /// Errors: InputError when not even one pixel fits beside a result.
  GlobalBuffer(const sc_core::sc_module_name& name, Calendar& calendar, const MachineConstants& constants);
  /// @return number of the reader of the image
  int add_reader(const MapSender::Reader& reader) { return sender_.add_reader(0, reader); }
  std::uint64_t capacity_pixels() const { return capacity_pixels_; }
  Outputs& outputs() { return outputs_; }

  sc_core::sc_port<TransferSender> network{"network"};
  sc_core::sc_port<RoomSink> room{"room"};
  sc_core::sc_port<ResultSink> results{"results"};

  /// A pixel of the image, on the memory's bus until `cycle`.
  void put(Cycle now, Cycle cycle, int source, int group, std::shared_ptr<PixelData> pixel) override;
  void give_credit(Cycle now, Cycle cycle, int group, int reader, std::uint64_t limit) override {
    sender_.give_credit(now, cycle, group, reader, limit);
  }
  void deliver(Cycle now, TransferPtr result) override;

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), sender_.time()}}; }
  void describe_blockers(std::vector<std::string>& sentences) const override {
    sender_.describe_blockers(unit_name(), sentences);
  }

 private:
  struct Message {
    std::shared_ptr<const PixelData> pixel;  ///< of the image
    TransferPtr result;
  };

  void act(Cycle now) override;
  void collect(Cycle now, const Transfer& result);

  const MachineConstants& constants_;
  MapSender sender_;
  std::uint64_t capacity_pixels_ = 0;
  Inbox<Message> inbox_;
  Outputs outputs_;
  Cycle image_free_at_ = 0, result_free_at_ = 0, read_free_at_ = 0;
};

}  // namespace nvcim::sim
