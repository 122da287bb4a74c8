// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "sim/kernel/inbox.h"
#include "sim/kernel/unit.h"
#include "sim/systemc/machine_constants.h"
#include "sim/systemc/tile_ports.h"

namespace nvcim::sim {

/// Activation unit of a tile: scales, rounds and activates the sums of one position, activation_lanes outputs per
/// cycle; adds, multiplies or permutes the codes of one position of a digital stage, activation_lanes values per cycle.
/// Positions of a column go in order. Starts a position only when the output buffer has room for every pixel
/// that it will release behind the poolings; then the sums' slot is free again, and the tiles that fill it are told.
class ActivationUnit : public Unit, public CompleteSumSink, public OperandSink, public RoomSink {
 public:
  ActivationUnit(const sc_core::sc_module_name& name, Calendar& calendar, const MachineConstants& constants, int tile);
  /// @return number of the group, the same at the pooling unit and the output buffer
  int add_group(int stage, int column_block, std::int64_t capacity_pixels);
  /// A tile whose blocks fill the group's slots. Binds `slots` to it once. @param sequencer  of that tile
  void add_contributor(int group, SlotSink& sequencer, int tile);

  sc_core::sc_port<PixelSink> pooling{"pooling"};  ///< of groups with an epilogue
  sc_core::sc_port<PixelSink> output{"output"};    ///< of the others
  sc_core::sc_port<SlotSink, 0, sc_core::SC_ZERO_OR_MORE_BOUND> slots{"slots"};
  TracePort trace{"trace"};

  void activate(Cycle now, Cycle cycle, int group, std::uint64_t index, std::vector<std::int64_t> sums) override;
  void combine(Cycle now, Cycle cycle, int group, std::uint64_t index,
               std::vector<std::vector<std::uint8_t>> codes) override;
  void give_room(Cycle now, Cycle cycle, int group, std::uint64_t limit) override;

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), time_}}; }
  void describe_blockers(std::vector<std::string>& sentences) const override;

 private:
  /// What is to be made into one pixel: sums of an MVM, or codes of a digital stage's inputs.
  struct Work {
    std::vector<std::int64_t> sums;
    std::vector<std::vector<std::uint8_t>> codes;
  };
  struct Group {
    int stage = 0, column_block = 0;
    std::uint64_t next = 0;        ///< position, counted over all samples
    std::uint64_t room_limit = 0;  ///< pixels of the stage's map below it may be made
    std::map<std::uint64_t, Work> waiting;
    std::vector<int> contributors;  ///< in contributors_
    bool ready() const { return !waiting.empty() && waiting.begin()->first == next; }
  };
  struct Contributor {
    int tile = 0;
    Cycle latency = 1;  ///< of messages to it
  };
  struct Message {
    int group = 0;
    std::uint64_t index = 0;  ///< position, or the new limit
    Work work;
  };

  void act(Cycle now) override;
  bool has_room(const Group& group) const;
  void start(Cycle now, int number);
  std::shared_ptr<PixelData> activated(const Group& group, const std::vector<std::int64_t>& sums);
  std::shared_ptr<PixelData> combined(const Group& group, const Work& work);

  const MachineConstants& constants_;
  int tile_;
  std::vector<Group> groups_;
  std::vector<Contributor> contributors_;  ///< those behind `slots`
  Inbox<Message> work_, room_;
  int last_served_ = 0;
  Cycle free_at_ = 0;
  UnitTime time_;
};

}  // namespace nvcim::sim
