// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/kernel/inbox.h"
#include "sim/kernel/unit.h"
#include "sim/systemc/machine_constants.h"
#include "sim/systemc/tile_ports.h"

namespace nvcim::sim {

/// External memory port: streams the images of all samples, one after the other, pixels packed on a bus of
/// external_bus_bits per cycle, as far as the global buffer has room; takes the results back. Reading and writing have
/// a channel each. external_access_cycles are waited for once per stream of images (requests run ahead) and once per
/// result transfer.
class ExternalMemory : public Unit, public RoomSink, public ResultSink {
 public:
  /// @param images  must outlive it   @param capacity_pixels  of the global buffer
  ExternalMemory(const sc_core::sc_module_name& name, Calendar& calendar, const MachineConstants& constants,
                 const std::vector<std::vector<std::uint8_t>>& images, std::uint64_t capacity_pixels);

  sc_core::sc_port<PixelSink> buffer{"buffer"};

  void give_room(Cycle now, Cycle cycle, int group, std::uint64_t limit) override;
  void write(Cycle now, Cycle cycle, int sample, std::int64_t bits) override;
  int samples_done() const { return samples_done_; }
  /// [samples] when each image left, and its result was here.
  const std::vector<Timeline::Sample>& samples() const { return samples_; }

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), time_}}; }
  void describe_blockers(std::vector<std::string>& sentences) const override;

 private:
  struct Message {
    int sample = -1;  ///< -1: room
    std::uint64_t amount = 0;
  };

  void act(Cycle now) override;
  void stream(Cycle now);
  void take_result(Cycle now, const Message& message);

  const MachineConstants& constants_;
  const std::vector<std::vector<std::uint8_t>>& images_;  ///< [samples] codes [channels][height * width]
  Inbox<Message> inbox_;
  std::uint64_t next_ = 0;  ///< pixel to stream
  std::uint64_t limit_ = 0;
  std::uint64_t bus_bit_ = 0;  ///< bits of bus time used up since cycle 0
  Cycle write_free_at_ = 0;
  std::vector<std::int64_t> bits_left_;  ///< [samples] of the result
  int samples_done_ = 0;
  std::vector<Timeline::Sample> samples_;
  UnitTime time_;
};

}  // namespace nvcim::sim
