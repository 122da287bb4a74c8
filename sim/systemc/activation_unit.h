// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "sim/systemc/clocked.h"
#include "sim/systemc/machine_context.h"
#include "sim/systemc/transfer.h"

namespace nvcim::sim {

class OutputBuffer;
class PoolingUnit;
class Sequencer;

/// Activation unit of a tile: scales, rounds and activates the sums of one position, activation_lanes outputs per
/// cycle; adds, multiplies or moves the codes of one position of a digital stage, activation_lanes values per cycle.
/// Positions of a column go in order. Starts a position only when the output buffer has room for every pixel
/// that it will release behind the poolings; then the sums' slot is free again, and the tiles that fill it are told.
class ActivationUnit : public Clocked {
 public:
  ActivationUnit(Context& context, int tile);
  void connect(PoolingUnit& pooling, OutputBuffer& output) { pooling_ = &pooling, output_ = &output; }
  /// @return number of the group, the same at the pooling unit and the output buffer
  int add_group(int stage, int column_block, std::int64_t capacity_pixels);
  /// A tile whose blocks fill the group's slots.
  void add_contributor(int group, Sequencer& sequencer, int tile);

  void activate(Cycle now, Cycle cycle, int group, std::uint64_t index, std::vector<std::int64_t> sums);
  /// The codes of one position of a digital stage are read. @param codes [inputs][outputs of the column]
  void join(Cycle now, Cycle cycle, int group, std::uint64_t index, std::vector<std::vector<std::uint8_t>> codes);
  /// The output buffer takes pixels of the group below `limit`.
  void give_room(Cycle now, Cycle cycle, int group, std::uint64_t limit);

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), time_}}; }
  void tell_waits(std::vector<std::string>& sentences) const override;

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
    std::vector<std::pair<Sequencer*, int>> contributors;  ///< and their tiles
    bool ready() const { return !waiting.empty() && waiting.begin()->first == next; }
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
  std::shared_ptr<PixelData> joined(const Group& group, const Work& work);

  Context& context_;
  int tile_;
  PoolingUnit* pooling_ = nullptr;
  OutputBuffer* output_ = nullptr;
  std::vector<Group> groups_;
  Inbox<Message> work_, room_;
  int last_served_ = 0;
  Cycle free_at_ = 0;
  UnitTime time_;
};

}  // namespace nvcim::sim
