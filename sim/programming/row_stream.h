// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/dynamic_bitset.hpp>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/programming/program_facts.h"

namespace nvcim::sim {

/// Streams the targets of all rows from external memory through the global buffer to the network: one row at a time,
/// for the tiles in turn, as far as their write controllers have room (/write_controller/buffer_rows). One bus of
/// external memory, one write and one read port of the global buffer, pipelined; external_access_cycles are waited for
/// once, since requests run ahead.
class RowStream {
 public:
  explicit RowStream(const ProgramFacts& facts);

  struct Sent {
    int tile = 0;
    std::size_t row = 0;  ///< index in ProgramFacts::rows[tile]
    Cycle at = 0;         ///< read from the global buffer, ready for the network
  };
  /// A tile's controller is done with a row.
  void slot_freed(int tile) {
    ++slots_[tile];
    look(tile);
  }
  /// The next row that can leave external memory in this cycle, if any.
  std::optional<Sent> send(Cycle now);
  /// Next cycle at which something may leave without another slot; nothing: a slot is needed, or all is sent.
  std::optional<Cycle> next() const;
  bool has_rows_left() const { return left_ > 0; }

  void count(EventCounts& events) const { events += events_; }

 private:
  std::optional<int> pick() const;
  void look(int tile) { ready_[tile] = slots_[tile] > 0 && next_row_[tile] < facts_.rows[tile].size(); }

  const ProgramFacts& facts_;
  std::vector<int> slots_;             ///< [tiles]
  std::vector<std::size_t> next_row_;  ///< [tiles]
  boost::dynamic_bitset<> ready_;      ///< [tiles] has a slot and rows left
  std::int64_t left_ = 0;
  int turn_ = 0;  ///< tile that is first asked
  Cycle bus_free_at_, written_at_ = 0, read_free_at_ = 0;
  EventCounts events_;
};

}  // namespace nvcim::sim
