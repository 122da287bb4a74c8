// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/map_sender.h"

#include "arch/check.h"
#include "sim/analog/timing.h"

namespace nvcim::sim {

MapSender::MapSender(Clocked& owner, UnitStatistics& statistics, sc_core::sc_port<TransferSender>& network, Port port,
                     Released released)
    : owner_(owner), statistics_(statistics), network_(network), port_(port), released_(std::move(released)) {}

int MapSender::add_group(std::string what, int column_block, std::size_t row, Event read_event, std::size_t read_row,
                         int code_bits) {
  Group group;
  group.what = std::move(what);
  group.column_block = column_block;
  group.row = row;
  group.read_event = read_event;
  group.read_row = read_row;
  group.code_bits = code_bits;
  groups_.push_back(std::move(group));
  return static_cast<int>(groups_.size()) - 1;
}

int MapSender::add_reader(int group, const Reader& reader) {
  groups_[group].readers.push_back({reader, 0, reader.needs_credits ? 0 : ~std::uint64_t{0}, false, {}});
  return static_cast<int>(groups_[group].readers.size()) - 1;
}

void MapSender::put(int group, std::shared_ptr<const PixelData> pixel) {
  groups_[group].pixels.push_back(std::move(pixel));
}

void MapSender::give_credit(Cycle now, Cycle cycle, int group, int reader, std::uint64_t limit) {
  NVCIM_CHECK(cycle > now, "credit of cycle {} for cycle {}", now, cycle);
  ReaderState& state = groups_[group].readers[reader];
  state.credits.emplace_back(cycle, limit);
  if (state.starved) owner_.wake_at(cycle);
}

void MapSender::act(Cycle now) {
  const std::size_t count = groups_.size();
  bool starved = false, served = false;
  for (std::size_t turn = 0; turn < count; ++turn) {
    const std::size_t index = (first_served_ + turn) % count;
    Group& group = groups_[index];
    for (ReaderState& reader : group.readers) {
      served |= serve(now, group, reader);
      starved |= reader.starved;
    }
    release(now, static_cast<int>(index), group);
  }
  if (served) first_served_ = (first_served_ + 1) % count;
  time_.set_stalled(starved, now);
}

bool MapSender::serve(Cycle now, Group& group, ReaderState& reader) {
  const std::uint64_t before = reader.next;
  for (; !reader.credits.empty() && reader.credits.front().first <= now; reader.credits.pop_front())
    reader.limit = reader.credits.front().second;
  for (; reader.next < group.base + group.pixels.size() && reader.next < reader.limit; ++reader.next) {
    const Reader& to = reader.reader;
    auto transfer = std::make_unique<Transfer>();
    transfer->kind = to.kind;
    transfer->from = port_.end_point;
    transfer->to = to.tile;
    transfer->row = group.row;
    transfer->bits = std::int64_t{to.channel_end - to.channel_begin} * group.code_bits;
    transfer->stage = to.stage;
    transfer->input = to.input;
    transfer->source = to.source;
    transfer->column_block = group.column_block;
    transfer->index = reader.next;
    transfer->channel_begin = to.channel_begin;
    transfer->channel_end = to.channel_end;
    transfer->pixel = group.pixels[reader.next - group.base];
    const Cycle start = std::max(now, free_at_), length = transfer_cycles(transfer->bits, port_.bus_bits);
    free_at_ = start + length;
    last_read_ = free_at_ + port_.access_cycles;
    time_.busy += length;
    statistics_.count(group.read_row, group.read_event, static_cast<std::uint64_t>(transfer->bits));
    network_->send(now, last_read_, port_.source, std::move(transfer));
  }
  reader.starved = reader.next < group.base + group.pixels.size();
  // Credits on their way were posted before anybody waited for them.
  if (reader.starved && !reader.credits.empty()) owner_.wake_at(reader.credits.front().first);
  return reader.next > before;
}

void MapSender::release(Cycle now, int index, Group& group) {
  std::uint64_t done = group.base + group.pixels.size();
  for (const ReaderState& reader : group.readers) done = std::min(done, reader.next);
  if (done == group.base) return;
  for (; group.base < done; ++group.base) group.pixels.pop_front();
  // Released together when the last read booked is through: a little late for the earlier ones, never early.
  released_(index, std::max(last_read_, now + 1), done);
}

bool MapSender::empty() const {
  return std::all_of(groups_.begin(), groups_.end(), [](const Group& group) { return group.pixels.empty(); });
}

void MapSender::describe_blockers(const std::string& who, std::vector<std::string>& sentences) const {
  for (const Group& group : groups_)
    for (const ReaderState& reader : group.readers)
      if (reader.starved)
        sentences.push_back(fmt::format("{} waits for room for pixel {} of {} at tile {}", who, reader.next, group.what,
                                        reader.reader.tile));
}

}  // namespace nvcim::sim
