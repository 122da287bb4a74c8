// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/systemc/clocked.h"
#include "sim/systemc/machine_context.h"

namespace nvcim::sim {

class GlobalBuffer;

/// External memory port: streams the images of all samples, one after the other, pixels packed on a bus of
/// external_bus_bits per cycle, as far as the global buffer has room; takes the results back. Reading and writing have
/// a channel each. external_access_cycles are waited for once per stream of images (requests run ahead) and once per
/// result transfer.
class ExternalMemory : public Clocked {
 public:
  ExternalMemory(Context& context, const std::vector<std::vector<std::uint8_t>>& images);
  void connect(GlobalBuffer& buffer) { buffer_ = &buffer; }

  /// The global buffer has room for pixels below `limit`, counted over samples.
  void give_room(Cycle now, Cycle cycle, std::uint64_t limit);
  /// Bits of a sample's result are read from the global buffer at `cycle`.
  void write(Cycle now, Cycle cycle, int sample, std::int64_t bits);
  int samples_done() const { return samples_done_; }

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), time_}}; }
  void tell_waits(std::vector<std::string>& sentences) const override;

 private:
  struct Message {
    int sample = -1;  ///< -1: room
    std::uint64_t amount = 0;
  };

  void act(Cycle now) override;
  void stream(Cycle now);
  void take_result(Cycle now, const Message& message);

  Context& context_;
  const std::vector<std::vector<std::uint8_t>>& images_;  ///< [samples] codes [channels][height * width]
  GlobalBuffer* buffer_ = nullptr;
  Inbox<Message> inbox_;
  std::uint64_t next_ = 0;  ///< pixel to stream
  std::uint64_t limit_ = 0;
  std::uint64_t bus_bit_ = 0;  ///< bits of bus time used up since cycle 0
  bool started_ = false;
  Cycle write_free_at_ = 0;
  std::vector<std::int64_t> bits_left_;  ///< [samples] of the result
  int samples_done_ = 0;
  UnitTime time_;
};

}  // namespace nvcim::sim
