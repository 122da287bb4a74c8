// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/dynamic_bitset.hpp>
#include <deque>

#include "sim/kernel/inbox.h"
#include "sim/kernel/unit.h"
#include "sim/network_on_chip/network_ports.h"
#include "sim/systemc/buffer_shares.h"
#include "sim/systemc/machine_constants.h"
#include "sim/systemc/tile_ports.h"

namespace nvcim::sim {

/// Input buffer and sequencer of a tile. Pixels of each map that a stage reads here arrive in raster order from one or
/// several senders; the MVM of a position is issued to a crossbar when its window is in, an input register of the
/// crossbar is free, and the accumulating tile has a slot for its sums. A position of a digital stage is issued to the
/// activation unit when the pixels of all its maps are in and there is a slot. Its rows or codes are then read through
/// the buffer's one port, access_cycles plus bits / bus_bits; pixels that nothing later needs are released when the
/// last task has read them, and the senders told so. Positions of a task go in order; tasks that share a crossbar take
/// turns.
class Sequencer : public Unit, public TransferSink, public RegisterSink, public SlotSink {
 public:
  /// @param crossbar_count  of the tile
  Sequencer(const sc_core::sc_module_name& name, Calendar& calendar, const MachineConstants& constants, int tile,
            int crossbar_count);

  sc_core::sc_port<MvmSink, 0, sc_core::SC_ZERO_OR_MORE_BOUND> crossbars{"crossbars"};  ///< in order
  sc_core::sc_port<OperandSink> operands{"operands"};
  sc_core::sc_port<PixelCreditSink, 0, sc_core::SC_ZERO_OR_MORE_BOUND> senders{"senders"};  ///< see add_part

  void add_map(const InputShare& share);
  /// Blocks that one MVM drives together.
  void add_mvm(int stage, int copy, int column_block, int row_block);
  /// A column of a digital stage. @param group  at the activation unit
  void add_digital_stage(int stage, int column, int group);
  /// Who sends channels of a map; after all tasks are added. Binds `senders` to it once.
  /// @param column_block  of the sending stage, image: 0   @param group, reader  of the sender
  void add_part(const mapping::Consumer& consumer, int column_block, PixelCreditSink& sender, int group, int reader,
                int sender_end_point);

  /// A pixel is through the network: written through the buffer's write port.
  void deliver(Cycle now, TransferPtr pixel) override;
  void free_register(Cycle now, Cycle cycle, int crossbar) override;
  void give_slots(Cycle now, Cycle cycle, int stage, int column_block, std::uint64_t limit) override;

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), time_}}; }
  void describe_blockers(std::vector<std::string>& sentences) const override;

 private:
  struct Part {
    int source = 0, column_block = 0;
    int sender = 0;  ///< of `senders`
    int group = 0, reader = 0;
    Cycle latency = 1;          ///< of credits
    std::uint64_t arrived = 0;  ///< pixels, counted over all samples
  };
  struct Map {
    InputShare share;
    std::vector<Part> parts;
    std::vector<int> tasks;                         ///< in tasks_
    std::uint64_t freed = 0;                        ///< pixels below it are gone
    std::uint64_t first_sample = 0;                 ///< of `samples`
    std::deque<std::vector<std::uint8_t>> samples;  ///< [channels][height * width] of each sample in part here
    std::uint64_t arrived = 0;                      ///< pixels of the slowest part
    const Part& slowest() const;
  };
  /// MVMs of one part of a layer, or the positions of a column of a digital stage.
  struct Task {
    int stage = 0, column_block = 0, copy = 0;
    std::vector<int> maps;              ///< [inputs] in maps_, -1: nothing of it is read here
    std::span<const int> blocks;        ///< of an MVM
    int crossbar = -1;                  ///< of an MVM
    int group = -1;                     ///< of a digital stage
    std::uint64_t next = 0;             ///< position to issue, counted over all samples
    std::vector<std::uint64_t> needed;  ///< [inputs] pixels that must have arrived for it
    bool is_done = false;               ///< no position is left
    bool window_ready = false;          ///< all that is needed for it has arrived
    std::uint64_t unread = 0;           ///< first position whose rows are not read yet
    std::uint64_t slot_limit = 0;
  };
  struct Message {
    enum class Kind { pixel, register_free, rows_read, slots } kind = Kind::pixel;
    int a = 0, b = 0;
    std::uint64_t limit = 0;
    TransferPtr pixel;
  };

  void act(Cycle now) override;
  void take(Cycle now, Message message);
  void store(const Transfer& pixel);
  void add_task(Task task);
  void set_next(Task& task, std::uint64_t next) const;
  /// Whether the task's window is in by now: after a step of the task, and when pixels arrive.
  void update_window_ready(Task& task);
  /// Something happened for which the task may issue now.
  void mark_runnable(const Task& task) {
    if (task.crossbar >= 0) runnable_.set(static_cast<std::size_t>(task.crossbar));
  }
  /// Pixels below it are not read by the task's windows from a position on, and by no window that is still to come.
  std::uint64_t unneeded(const Map& map, std::uint64_t position) const;
  std::uint64_t unneeded(const Map& map) const;
  /// After a task has read its window at a position.
  void release_pixels(Cycle now, Map& map, std::uint64_t position);
  bool input_is_in(const Task& task, std::size_t input) const;
  bool try_issue(Cycle now, int crossbar);
  void issue_mvm(Cycle now, Task& task);
  void issue_digital(Cycle now, Task& task);
  /// Books the read port and moves the task on. @return when the bits are read
  Cycle read(Cycle now, Task& task, std::int64_t bits);
  /// Codes of the sample that a task is at.
  const std::vector<std::uint8_t>& sample_of(const Task& task, std::size_t input);
  std::uint64_t after(const Task& task, std::uint64_t index) const;
  int map_of(int stage, int input) const;
  void post(Cycle now, Cycle cycle, int source, Message message);

  const MachineConstants& constants_;
  int tile_;
  std::vector<int> sender_end_points_;  ///< those behind `senders`
  std::vector<Map> maps_;
  std::vector<Task> tasks_;
  std::vector<std::vector<int>> tasks_on_;  ///< [crossbars] in tasks_
  std::vector<int> digital_tasks_;          ///< in tasks_
  std::vector<int> last_issued_;            ///< [crossbars] in tasks_on_
  std::vector<int> registers_;              ///< [crossbars] free
  boost::dynamic_bitset<> runnable_;        ///< [crossbars] may have something to issue; the others have not
  int windows_ready_ = 0;                   ///< tasks whose window is in
  bool began_ = false;                      ///< every task was looked at once
  int first_crossbar_ = 0;
  Inbox<Message> inbox_;
  std::int64_t bus_bits_;
  Cycle access_cycles_;
  Cycle read_free_at_ = 0, write_free_at_ = 0;
  UnitTime time_;
};

}  // namespace nvcim::sim
