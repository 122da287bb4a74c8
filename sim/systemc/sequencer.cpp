// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/sequencer.h"

namespace nvcim::sim {
namespace {

/// Order of the messages of one cycle: what frees something first, then what arrives.
enum Source { from_crossbars, from_read_port, from_home_tiles, from_interface };

}  // namespace

Sequencer::Sequencer(Context& context, int tile, std::vector<Crossbar*> crossbars)
    : Clocked(fmt::format("tile{}.input_buffer", tile)),
      context_(context),
      tile_(tile),
      crossbars_(std::move(crossbars)),
      blocks_on_(crossbars_.size()),
      last_issued_(crossbars_.size(), 0),
      registers_(crossbars_.size(), kInputRegisters),
      bus_bits_(context.run.architecture.buffer.bus_bits),
      access_cycles_(static_cast<Cycle>(context.run.architecture.buffer.access_cycles)) {}

void Sequencer::add_map(const InputShare& share) {
  Map map;
  map.share = share;
  maps_.push_back(std::move(map));
}

Sequencer::Map& Sequencer::map_of_layer(int layer) {
  for (Map& map : maps_)
    if (map.share.layer == layer) return map;
  NVCIM_CHECK(false, "tile {} holds no input of layer {}", tile_, layer);
  return maps_.front();
}

void Sequencer::add_part(int layer, int column_block, MapSender& sender, int group, int reader, int sender_end_point) {
  Map& map = map_of_layer(layer);
  map.parts.push_back({column_block, &sender, group, reader, context_.credit_cycles(tile_, sender_end_point), 0});
  // The whole share is free at the start, which the senders know in cycle 1. Copies start at later positions, so a tile
  // may never need the first pixels; one with none but unused copies (more copies than positions) needs none at all.
  const auto capacity = static_cast<std::uint64_t>(map.share.capacity_pixels);
  map.freed = map.blocks.empty() ? kNever - capacity : unneeded(map);
  sender.give_credit(0, 1, group, reader, map.freed + capacity);
}

void Sequencer::add_block(int index) {
  const mapping::Block& block = context_.run.plan.blocks[index];
  const int layer = context_.run.plan.layer_of_node[block.node];
  const LayerFacts& facts = context_.layers[layer];
  if (block.copy >= facts.positions()) return;  // more copies than positions: never used
  BlockState state;
  state.block = index;
  state.layer = layer;
  state.map = static_cast<int>(&map_of_layer(layer) - maps_.data());
  state.crossbar = block.crossbar % context_.run.plan.crossbars_per_tile;
  state.next = state.unread = static_cast<std::uint64_t>(block.copy);
  state.slot_limit = static_cast<std::uint64_t>(kSumSlots * facts.plan->copies);
  blocks_on_[state.crossbar].push_back(static_cast<int>(blocks_.size()));
  maps_[state.map].blocks.push_back(static_cast<int>(blocks_.size()));
  blocks_.push_back(state);
}

void Sequencer::post(Cycle now, Cycle cycle, int source, Message message) {
  inbox_.post(now, cycle, source, std::move(message));
  wake_at(cycle);
}

void Sequencer::deliver(Cycle now, TransferPtr pixel) {
  const Cycle start = std::max(now, write_free_at_);
  write_free_at_ = start + transfer_cycles(pixel->bits, bus_bits_);
  context_.counts.add(pixel->row, Event::input_buffer_write, static_cast<std::uint64_t>(pixel->bits));
  post(now, write_free_at_, from_interface, {Message::Kind::pixel, 0, 0, 0, std::move(pixel)});
}

void Sequencer::free_register(Cycle now, Cycle cycle, int crossbar) {
  post(now, cycle, from_crossbars, {Message::Kind::register_free, crossbar, 0, 0, nullptr});
}

void Sequencer::give_slots(Cycle now, Cycle cycle, int layer, int column_block, std::uint64_t limit) {
  post(now, cycle, from_home_tiles, {Message::Kind::slots, layer, column_block, limit, nullptr});
}

std::uint64_t Sequencer::Map::arrived() const {
  std::uint64_t least = ~std::uint64_t{0};
  for (const Part& part : parts) least = std::min(least, part.arrived);
  return least;
}

void Sequencer::act(Cycle now) {
  const Cycle port_busy_until = read_free_at_;
  while (inbox_.ready(now)) take(now, inbox_.take());
  const int count = static_cast<int>(crossbars_.size());
  bool issued = false;
  for (int turn = 0; turn < count; ++turn) {
    const int crossbar = (first_crossbar_ + turn) % count;
    while (try_issue(now, crossbar)) issued = true;
  }
  // Only what was done moves the turn on: being woken in vain must change nothing.
  if (issued) first_crossbar_ = (first_crossbar_ + 1) % count;
  bool waits = false;
  for (const BlockState& block : blocks_) waits |= window_is_in(block);
  time_.set_stalled(waits, now, port_busy_until);
}

void Sequencer::take(Cycle now, Message message) {
  switch (message.kind) {
    case Message::Kind::pixel:
      store(*message.pixel);
      break;
    case Message::Kind::register_free:
      ++registers_[message.a];
      break;
    case Message::Kind::rows_read: {
      BlockState& block = blocks_[message.a];
      block.unread = after(block, block.unread);
      let_go(now, maps_[block.map]);
      break;
    }
    case Message::Kind::slots:
      for (BlockState& block : blocks_)
        if (block.layer == message.a && context_.run.plan.blocks[block.block].column_block == message.b)
          block.slot_limit = message.limit;
      break;
  }
}

void Sequencer::store(const Transfer& pixel) {
  Map& map = map_of_layer(pixel.layer);
  const LayerFacts& layer = context_.layers[pixel.layer];
  const auto per_sample = static_cast<std::uint64_t>(layer.input_pixels);
  const std::uint64_t sample = pixel.index / per_sample, place = pixel.index % per_sample;
  const mapping::Consumer& consumer = map.share.consumer;
  for (Part& part : map.parts)
    if (part.column_block == pixel.column_block) {
      NVCIM_CHECK(part.arrived == pixel.index, "tile {}: pixel {} after {}", tile_, pixel.index, part.arrived);
      ++part.arrived;
    }
  NVCIM_CHECK(pixel.index < map.freed + static_cast<std::uint64_t>(map.share.capacity_pixels),
              "tile {}: pixel {} has no room, {} freed, {} fit", tile_, pixel.index, map.freed,
              map.share.capacity_pixels);
  if (map.blocks.empty()) return;
  while (map.first_sample + map.samples.size() <= sample)
    map.samples.emplace_back(std::size_t(consumer.channel_end - consumer.channel_begin) * per_sample);
  std::vector<std::uint8_t>& codes = map.samples[sample - map.first_sample];
  for (int channel = pixel.channel_begin; channel < pixel.channel_end; ++channel)
    codes[std::size_t(channel - consumer.channel_begin) * per_sample + place] =
        pixel.pixel->codes[channel - pixel.pixel->channel_begin];
}

/// Position of the same block after `index`: copies share the positions of each sample.
std::uint64_t Sequencer::after(const BlockState& block, std::uint64_t index) const {
  const LayerFacts& layer = context_.layers[block.layer];
  const auto positions = static_cast<std::uint64_t>(layer.positions());
  const auto copies = static_cast<std::uint64_t>(layer.plan->copies);
  if (index % positions + copies < positions) return index + copies;
  return (index / positions + 1) * positions + static_cast<std::uint64_t>(context_.run.plan.blocks[block.block].copy);
}

std::uint64_t Sequencer::unneeded(const Map& map) const {
  const LayerFacts& layer = context_.layers[map.share.layer];
  const auto positions = static_cast<std::uint64_t>(layer.positions());
  const auto per_sample = static_cast<std::uint64_t>(layer.input_pixels);
  std::uint64_t first = kNever;
  for (int index : map.blocks) {
    const std::uint64_t unread = blocks_[index].unread;
    first = std::min(
        first, unread / positions * per_sample + static_cast<std::uint64_t>(layer.window.needed[unread % positions]));
  }
  return first;
}

void Sequencer::let_go(Cycle now, Map& map) {
  const auto per_sample = static_cast<std::uint64_t>(context_.layers[map.share.layer].input_pixels);
  const std::uint64_t freed = unneeded(map);
  if (freed <= map.freed) return;
  map.freed = freed;
  while (!map.samples.empty() && (map.first_sample + 1) * per_sample <= freed &&
         map.arrived() >= (map.first_sample + 1) * per_sample) {
    map.samples.pop_front();
    ++map.first_sample;
  }
  for (const Part& part : map.parts)
    part.sender->give_credit(now, now + part.latency, part.group, part.reader,
                             freed + static_cast<std::uint64_t>(map.share.capacity_pixels));
}

bool Sequencer::window_is_in(const BlockState& block) const {
  const LayerFacts& layer = context_.layers[block.layer];
  const auto positions = static_cast<std::uint64_t>(layer.positions());
  const std::uint64_t sample = block.next / positions;
  if (sample >= static_cast<std::uint64_t>(context_.samples)) return false;
  const std::uint64_t wanted = sample * static_cast<std::uint64_t>(layer.input_pixels) +
                               static_cast<std::uint64_t>(layer.window.arrived[block.next % positions]);
  return maps_[block.map].arrived() >= wanted;
}

bool Sequencer::try_issue(Cycle now, int crossbar) {
  if (registers_[crossbar] == 0) return false;
  const std::vector<int>& here = blocks_on_[crossbar];
  const int count = static_cast<int>(here.size());
  for (int turn = 1; turn <= count; ++turn) {
    const int place = (last_issued_[crossbar] + turn) % count;
    BlockState& block = blocks_[here[place]];
    if (block.next >= block.slot_limit || !window_is_in(block)) continue;
    last_issued_[crossbar] = place;
    issue(now, block);
    return true;
  }
  return false;
}

void Sequencer::issue(Cycle now, BlockState& state) {
  const LayerFacts& layer = context_.layers[state.layer];
  const mapping::Block& block = context_.run.plan.blocks[state.block];
  Map& map = maps_[state.map];
  const auto positions = static_cast<std::uint64_t>(layer.positions());
  const std::uint64_t sample = state.next / positions;
  // A window that lies in the padding may be due before the first pixel of its sample.
  while (map.first_sample + map.samples.size() <= sample)
    map.samples.emplace_back(std::size_t(map.share.consumer.channel_end - map.share.consumer.channel_begin) *
                             static_cast<std::size_t>(layer.input_pixels));
  auto job = std::make_shared<MvmJob>();
  job->block = state.block;
  job->layer = state.layer;
  job->index = state.next;
  job->codes.resize(block.rows);
  gather_rows(*layer.node, map.samples[sample - map.first_sample].data(), map.share.consumer.channel_begin,
              block.row_begin, block.rows, static_cast<int>(state.next % positions), job->codes.data());
  const std::int64_t bits = std::int64_t{block.rows} * layer.node->input_bits;
  context_.counts.add(static_cast<std::size_t>(block.node) + 1, Event::input_buffer_read,
                      static_cast<std::uint64_t>(bits));
  const Cycle length = transfer_cycles(bits, bus_bits_);
  read_free_at_ = std::max(now, read_free_at_) + length;
  const Cycle read = read_free_at_ + access_cycles_;
  time_.busy += length;
  --registers_[state.crossbar];
  state.next = after(state, state.next);
  post(now, read, from_read_port, {Message::Kind::rows_read, static_cast<int>(&state - blocks_.data()), 0, 0, nullptr});
  crossbars_[state.crossbar]->load(now, read, std::move(job));
}

void Sequencer::tell_waits(std::vector<std::string>& sentences) const {
  for (const BlockState& block : blocks_) {
    const LayerFacts& layer = context_.layers[block.layer];
    const auto positions = static_cast<std::uint64_t>(layer.positions());
    const std::uint64_t sample = block.next / positions;
    if (sample >= static_cast<std::uint64_t>(context_.samples)) continue;
    const std::string who = fmt::format("layer {} at tile {} crossbar {}", layer.node->name, tile_, block.crossbar);
    if (!window_is_in(block)) {
      const std::uint64_t arrived = maps_[block.map].arrived();
      const auto per_sample = static_cast<std::uint64_t>(layer.input_pixels);
      const std::string producer = block.layer == 0 ? "the image" : context_.layers[block.layer - 1].last_node().name;
      sentences.push_back(fmt::format("{} waits for pixel {} of {}, sample {}", who, arrived % per_sample, producer,
                                      arrived / per_sample));
    } else if (block.next >= block.slot_limit) {
      sentences.push_back(
          fmt::format("{} waits for room for the sums of position {} at its home tile", who, block.next));
    } else {
      sentences.push_back(fmt::format("{} waits for an input register", who));
    }
  }
}

}  // namespace nvcim::sim
