// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>

#include "sim/kernel/unit.h"
#include "sim/network_on_chip/network_ports.h"

namespace nvcim::sim {

/// The sending side of feature maps, in a tile's output buffer and in the global buffer: pixels wait here until every
/// reader has room for them (end-to-end credits: a reader says up to which pixel it has room), are read once per reader
/// through the buffer's port, and leave through the network. Part of a module, which it wakes.
class MapSender {
 public:
  /// What a group sends to one reader.
  struct Reader {
    int tile = 0;
    int stage = 0;  ///< that reads
    int input = 0, source = 0;
    Transfer::Kind kind = Transfer::Kind::pixel;
    int channel_begin = 0, channel_end = 0;
    bool needs_credits = true;
  };
  struct Port {
    int end_point = 0;
    std::int64_t bus_bits = 1;
    Cycle access_cycles = 0;
    int source = 0;  ///< number at the network interface
  };
  /// Called when the readers are done with pixels below `limit`; `cycle` is when the last one was read.
  using Released = std::function<void(int group, Cycle cycle, std::uint64_t limit)>;

  /// @param owner  the module that it is a part of, with its statistics and its port to the network
  MapSender(Clocked& owner, UnitStatistics& statistics, sc_core::sc_port<TransferSender>& network, Port port,
            Released released);

  /// @param what  map in words; row, read_event: where a read is counted; code_bits: bits of one value
  int add_group(std::string what, int column_block, std::size_t row, Event read_event, std::size_t read_row,
                int code_bits);
  /// @return number of the reader within its group
  int add_reader(int group, const Reader& reader);

  /// The next pixel of a group is in the buffer. Called by the owner while it acts.
  void put(int group, std::shared_ptr<const PixelData> pixel);
  /// Room at the reader for pixels below `limit`, known here from `cycle` on. Called by other modules.
  void give_credit(Cycle now, Cycle cycle, int group, int reader, std::uint64_t limit);
  /// Sends what can go; round-robin over groups. Called by the owner in every activation.
  void act(Cycle now);

  UnitTime time() const { return time_; }
  bool empty() const;
  void describe_blockers(const std::string& who, std::vector<std::string>& sentences) const;

 private:
  struct ReaderState {
    Reader reader;
    std::uint64_t next = 0;   ///< pixel
    std::uint64_t limit = 0;  ///< pixels below it may go
    bool starved = false;
    std::deque<std::pair<Cycle, std::uint64_t>> credits;
  };
  struct Group {
    std::string what;
    int column_block = 0;
    std::size_t row = 0, read_row = 0;
    Event read_event = Event::output_buffer_read;
    int code_bits = 8;
    std::uint64_t base = 0;  ///< number of the first pixel held
    std::deque<std::shared_ptr<const PixelData>> pixels;
    std::vector<ReaderState> readers;
  };

  /// @return whether anything was sent
  bool serve(Cycle now, Group& group, ReaderState& reader);
  void release(Cycle now, int index, Group& group);

  Clocked& owner_;
  UnitStatistics& statistics_;
  sc_core::sc_port<TransferSender>& network_;
  Port port_;
  Released released_;
  std::vector<Group> groups_;
  std::size_t first_served_ = 0;
  Cycle free_at_ = 0;    ///< of the read port
  Cycle last_read_ = 0;  ///< when the last read booked will be through
  UnitTime time_;
};

}  // namespace nvcim::sim
