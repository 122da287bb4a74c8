// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>

#include "sim/systemc/buffer_shares.h"
#include "sim/systemc/clocked.h"
#include "sim/systemc/crossbar.h"
#include "sim/systemc/map_sender.h"

namespace nvcim::sim {

/// Input buffer and sequencer of a tile. Pixels of each layer's input map arrive in raster order from one or several
/// senders; the MVM of a position is issued to a block when its window is in, an input register of the crossbar is
/// free, and the home tile has a slot for its sums. Its rows are then read through the buffer's one port, access_cycles
/// plus bits / bus_bits; pixels that no later window needs are let go when the last block has read them, and
/// the senders told so. Positions of a block go in order; blocks that share a crossbar take turns.
class Sequencer : public Clocked {
 public:
  Sequencer(Context& context, int tile, std::vector<Crossbar*> crossbars);

  /// @param column_block  of the sending layer, image: 0
  void add_map(const InputShare& share);
  void add_part(int layer, int column_block, MapSender& sender, int group, int reader, int sender_end_point);
  void add_block(int block);

  /// A pixel is through the network: written through the buffer's write port.
  void deliver(Cycle now, TransferPtr pixel);
  void free_register(Cycle now, Cycle cycle, int crossbar);
  /// The home of a column block takes sums of positions below `limit`.
  void give_slots(Cycle now, Cycle cycle, int layer, int column_block, std::uint64_t limit);

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), time_}}; }
  void tell_waits(std::vector<std::string>& sentences) const override;

 private:
  struct Part {
    int column_block = 0;
    MapSender* sender = nullptr;
    int group = 0, reader = 0;
    Cycle latency = 1;          ///< of credits
    std::uint64_t arrived = 0;  ///< pixels, counted over samples
  };
  struct Map {
    InputShare share;
    std::vector<Part> parts;
    std::vector<int> blocks;                        ///< in blocks_
    std::uint64_t freed = 0;                        ///< pixels below it are gone
    std::uint64_t first_sample = 0;                 ///< of `samples`
    std::deque<std::vector<std::uint8_t>> samples;  ///< [channels][height * width] of each sample in part here
    std::uint64_t arrived() const;
  };
  struct BlockState {
    int block = 0, layer = 0, map = 0, crossbar = 0;
    std::uint64_t next = 0;    ///< position to issue, counted over samples
    std::uint64_t unread = 0;  ///< first position whose rows are not read yet
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
  /// Pixels below it are read by no window that is still to come.
  std::uint64_t unneeded(const Map& map) const;
  void let_go(Cycle now, Map& map);
  bool window_is_in(const BlockState& block) const;
  bool try_issue(Cycle now, int crossbar);
  void issue(Cycle now, BlockState& block);
  std::uint64_t after(const BlockState& block, std::uint64_t index) const;
  Map& map_of_layer(int layer);
  void post(Cycle now, Cycle cycle, int source, Message message);

  Context& context_;
  int tile_;
  std::vector<Crossbar*> crossbars_;
  std::vector<Map> maps_;
  std::vector<BlockState> blocks_;
  std::vector<std::vector<int>> blocks_on_;  ///< [crossbars] in blocks_
  std::vector<int> last_issued_;             ///< [crossbars] in blocks_on_
  std::vector<int> registers_;               ///< [crossbars] free
  int first_crossbar_ = 0;
  Inbox<Message> inbox_;
  std::int64_t bus_bits_;
  Cycle access_cycles_;
  Cycle read_free_at_ = 0, write_free_at_ = 0;
  UnitTime time_;
};

}  // namespace nvcim::sim
