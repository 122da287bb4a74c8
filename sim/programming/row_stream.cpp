// SPDX-License-Identifier: Apache-2.0
#include "sim/programming/row_stream.h"

#include <algorithm>

namespace nvcim::sim {

RowStream::RowStream(const ProgramFacts& facts)
    : facts_(facts),
      slots_(facts.rows.size(), facts.job.architecture.write_controller.buffer_rows),
      next_row_(facts.rows.size(), 0),
      ready_(facts.rows.size()),
      left_(facts.all_rows),
      bus_free_at_(static_cast<Cycle>(facts.job.architecture.buffer.external_access_cycles)),
      events_(facts.job.network.nodes.size()) {
  for (int tile = 0; tile < static_cast<int>(facts.rows.size()); ++tile) look(tile);
}

std::optional<int> RowStream::pick() const {
  std::size_t tile = turn_ == 0 ? ready_.find_first() : ready_.find_next(static_cast<std::size_t>(turn_) - 1);
  if (tile == ready_.npos) tile = ready_.find_first();
  if (tile == ready_.npos) return std::nullopt;
  return static_cast<int>(tile);
}

std::optional<Cycle> RowStream::next() const {
  if (!pick()) return std::nullopt;
  return bus_free_at_;
}

std::optional<RowStream::Sent> RowStream::send(Cycle now) {
  if (bus_free_at_ > now) return std::nullopt;
  const std::optional<int> tile = pick();
  if (!tile) return std::nullopt;
  Sent sent{*tile, next_row_[*tile]++, 0};
  --slots_[*tile];
  look(*tile);
  --left_;
  turn_ = *tile + 1;
  const RowJob& row = facts_.rows[*tile][sent.row];
  const std::int64_t bits = facts_.bits_of(row);
  const BufferParameters& buffer = facts_.job.architecture.buffer;
  const Cycle port = transfer_cycles(bits, buffer.global_bus_bits);
  bus_free_at_ = now + transfer_cycles(bits, buffer.external_bus_bits);
  written_at_ = std::max(bus_free_at_, written_at_) + port;
  read_free_at_ = std::max(written_at_ + static_cast<Cycle>(buffer.global_access_cycles), read_free_at_) + port;
  sent.at = read_free_at_;
  const std::size_t node = static_cast<std::size_t>(facts_.job.plan.blocks[row.block].node) + 1;
  for (const Event event : {Event::external_read, Event::global_buffer_write, Event::global_buffer_read})
    events_.add(node, event, static_cast<std::uint64_t>(bits));
  return sent;
}

}  // namespace nvcim::sim
