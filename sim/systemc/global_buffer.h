// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/systemc/clocked.h"
#include "sim/systemc/map_sender.h"

namespace nvcim::sim {

class ExternalMemory;

/// Global buffer: holds image pixels until every tile that reads them has them, and passes results on to external
/// memory. Image writes, result writes and reads have a port each, of global_bus_bits per cycle. The space of one
/// result per sample in flight is set aside; of a result that is a feature map, which passes pixel by pixel, one pixel.
class GlobalBuffer : public Clocked, public TransferSink {
 public:
  /// Errors: InputError when not even one pixel fits beside a result.
  GlobalBuffer(Context& context, NetworkInterface& interface);
  void connect(ExternalMemory& memory) { memory_ = &memory; }
  MapSender& sender() { return sender_; }
  std::uint64_t capacity_pixels() const { return capacity_pixels_; }

  void take_pixel(Cycle now, Cycle cycle, std::shared_ptr<const PixelData> pixel);
  void deliver(Cycle now, TransferPtr result) override;

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), sender_.time()}}; }
  void tell_waits(std::vector<std::string>& sentences) const override { sender_.tell_waits(unit_name(), sentences); }

 private:
  struct Message {
    std::shared_ptr<const PixelData> pixel;  ///< of the image
    TransferPtr result;
  };

  void act(Cycle now) override;
  void collect(Cycle now, const Transfer& result);

  Context& context_;
  ExternalMemory* memory_ = nullptr;
  MapSender sender_;
  std::uint64_t capacity_pixels_ = 0;
  Inbox<Message> inbox_;
  Cycle image_free_at_ = 0, result_free_at_ = 0, read_free_at_ = 0;
};

}  // namespace nvcim::sim
