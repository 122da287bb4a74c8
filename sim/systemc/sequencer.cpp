// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/sequencer.h"

#include <utility>

namespace nvcim::sim {
namespace {

/// Order of the messages of one cycle: what frees something first, then what arrives.
enum Source { from_crossbars, from_read_port, from_accumulating_tiles, from_interface };

}  // namespace

Sequencer::Sequencer(const sc_core::sc_module_name& name, Calendar& calendar, const MachineConstants& constants,
                     int tile, int crossbar_count)
    : Unit(name, calendar),
      constants_(constants),
      tile_(tile),
      tasks_on_(crossbar_count),
      last_issued_(crossbar_count, 0),
      registers_(crossbar_count, constants.run.architecture.crossbar.input_registers),
      runnable_(crossbar_count),
      bus_bits_(constants.run.architecture.buffer.bus_bits),
      access_cycles_(static_cast<Cycle>(constants.run.architecture.buffer.access_cycles)) {}

void Sequencer::add_map(const InputShare& share) {
  Map map;
  map.share = share;
  maps_.push_back(std::move(map));
}

int Sequencer::map_of(int stage, int input) const {
  for (std::size_t map = 0; map < maps_.size(); ++map)
    if (maps_[map].share.stage == stage && maps_[map].share.input == input) return static_cast<int>(map);
  return -1;
}

void Sequencer::add_task(Task task) {
  const int number = static_cast<int>(tasks_.size());
  const StageFacts& stage = constants_.stages[task.stage];
  for (int input = 0; input < static_cast<int>(stage.inputs.size()); ++input) {
    task.maps.push_back(map_of(task.stage, input));
    if (task.maps.back() >= 0) maps_[task.maps.back()].tasks.push_back(number);
  }
  task.unread = static_cast<std::uint64_t>(task.copy);
  set_next(task, task.unread);
  task.slot_limit = constants_.sum_slots(stage);
  tasks_.push_back(std::move(task));
}

void Sequencer::add_mvm(int stage, int copy, int column_block, int row_block) {
  const StageFacts& facts = constants_.stages[stage];
  if (copy >= facts.positions()) return;  // more copies than positions: never used
  Task task;
  task.stage = stage;
  task.column_block = column_block;
  task.copy = copy;
  task.blocks = facts.plan->part(copy, column_block, row_block);
  task.crossbar = constants_.run.plan.blocks[task.blocks.front()].crossbar % constants_.run.plan.crossbars_per_tile;
  tasks_on_[task.crossbar].push_back(static_cast<int>(tasks_.size()));
  add_task(std::move(task));
}

void Sequencer::add_digital_stage(int stage, int column, int group) {
  Task task;
  task.stage = stage;
  task.column_block = column;
  task.group = group;
  digital_tasks_.push_back(static_cast<int>(tasks_.size()));
  add_task(std::move(task));
}

void Sequencer::add_part(const mapping::Consumer& consumer, int column_block, PixelCreditSink& sender, int group,
                         int reader, int sender_end_point) {
  const int index = map_of(consumer.stage, consumer.input);
  NVCIM_CHECK(index >= 0, "tile {} holds no input of stage {}", tile_, consumer.stage);
  const auto known = std::find(sender_end_points_.begin(), sender_end_points_.end(), sender_end_point);
  const int number = static_cast<int>(known - sender_end_points_.begin());
  if (known == sender_end_points_.end()) {
    sender_end_points_.push_back(sender_end_point);
    senders.bind(sender);
  }
  Map& map = maps_[index];
  map.parts.push_back(
      {consumer.source, column_block, number, group, reader, constants_.credit_cycles(tile_, sender_end_point), 0});
  // The whole share is free at the start, which the senders know in cycle 1. Copies start at later positions, so a tile
  // may never need the first pixels; one with none but unused copies (more copies than positions) needs none at all.
  const auto capacity = static_cast<std::uint64_t>(map.share.capacity_pixels);
  map.freed = map.tasks.empty() ? kNever - capacity : unneeded(map);
  sender.give_credit(0, 1, group, reader, map.freed + capacity);
}

void Sequencer::post(Cycle now, Cycle cycle, int source, Message message) {
  inbox_.post(now, cycle, source, std::move(message));
  wake_at(cycle);
}

void Sequencer::deliver(Cycle now, TransferPtr pixel) {
  const Cycle start = std::max(now, write_free_at_);
  write_free_at_ = start + transfer_cycles(pixel->bits, bus_bits_);
  statistics_.count(pixel->row, Event::input_buffer_write, static_cast<std::uint64_t>(pixel->bits));
  post(now, write_free_at_, from_interface, {Message::Kind::pixel, 0, 0, 0, std::move(pixel)});
}

void Sequencer::free_register(Cycle now, Cycle cycle, int crossbar) {
  post(now, cycle, from_crossbars, {Message::Kind::register_free, crossbar, 0, 0, nullptr});
}

void Sequencer::give_slots(Cycle now, Cycle cycle, int stage, int column_block, std::uint64_t limit) {
  post(now, cycle, from_accumulating_tiles, {Message::Kind::slots, stage, column_block, limit, nullptr});
}

const Sequencer::Part& Sequencer::Map::slowest() const {
  return *std::min_element(parts.begin(), parts.end(),
                           [](const Part& a, const Part& b) { return a.arrived < b.arrived; });
}

void Sequencer::act(Cycle now) {
  const Cycle port_busy_until = read_free_at_;
  if (!began_)
    for (Task& task : tasks_) {
      update_window_ready(task);
      mark_runnable(task);
    }
  began_ = true;
  while (inbox_.ready(now)) take(now, inbox_.take());
  const int count = static_cast<int>(registers_.size());
  bool issued = false;
  if (runnable_.any()) {
    for (int turn = 0; turn < count; ++turn) {
      const int crossbar = first_crossbar_ + turn < count ? first_crossbar_ + turn : first_crossbar_ + turn - count;
      if (!runnable_[static_cast<std::size_t>(crossbar)]) continue;
      while (try_issue(now, crossbar)) issued = true;
    }
    runnable_.reset();
  }
  // Only what was done moves the turn on: being woken in vain must change nothing.
  if (issued) first_crossbar_ = (first_crossbar_ + 1) % count;
  for (const int number : digital_tasks_) {
    Task& task = tasks_[number];
    while (task.next < task.slot_limit && task.window_ready) issue_digital(now, task);
  }
  time_.set_stalled(windows_ready_ > 0, now, port_busy_until);
}

void Sequencer::take(Cycle now, Message message) {
  switch (message.kind) {
    case Message::Kind::pixel:
      store(*message.pixel);
      break;
    case Message::Kind::register_free:
      ++registers_[message.a];
      runnable_.set(static_cast<std::size_t>(message.a));
      break;
    case Message::Kind::rows_read: {
      Task& task = tasks_[message.a];
      const std::uint64_t read = std::exchange(task.unread, after(task, task.unread));
      for (const int map : task.maps)
        if (map >= 0) release_pixels(now, maps_[map], read);
      break;
    }
    case Message::Kind::slots:
      for (Task& task : tasks_)
        if (task.stage == message.a && task.column_block == message.b) {
          task.slot_limit = message.limit;
          mark_runnable(task);
        }
      break;
  }
}

void Sequencer::store(const Transfer& pixel) {
  Map& map = maps_[map_of(pixel.stage, pixel.input)];
  const StageFacts& stage = constants_.stages[pixel.stage];
  const auto per_sample = static_cast<std::uint64_t>(stage.inputs[pixel.input].pixels);
  const std::uint64_t sample = pixel.index / per_sample, place = pixel.index % per_sample;
  const mapping::Consumer& consumer = map.share.consumer;
  for (Part& part : map.parts)
    if (part.source == pixel.source && part.column_block == pixel.column_block) {
      NVCIM_CHECK(part.arrived == pixel.index, "tile {}: pixel {} after {}", tile_, pixel.index, part.arrived);
      ++part.arrived;
    }
  NVCIM_CHECK(pixel.index < map.freed + static_cast<std::uint64_t>(map.share.capacity_pixels),
              "tile {}: pixel {} has no room, {} freed, {} fit", tile_, pixel.index, map.freed,
              map.share.capacity_pixels);
  const std::uint64_t arrived = map.slowest().arrived;
  const bool more = arrived != std::exchange(map.arrived, arrived);
  if (map.tasks.empty()) return;
  for (const int task : map.tasks)
    if (more && !tasks_[task].window_ready) {
      update_window_ready(tasks_[task]);
      if (tasks_[task].window_ready) mark_runnable(tasks_[task]);
    }
  while (map.first_sample + map.samples.size() <= sample)
    map.samples.emplace_back(std::size_t(consumer.channel_end - consumer.channel_begin) * per_sample);
  std::vector<std::uint8_t>& codes = map.samples[sample - map.first_sample];
  const int first = stage.schedule->inputs[pixel.input].sources[pixel.source].channel_begin - consumer.channel_begin;
  for (int channel = pixel.channel_begin; channel < pixel.channel_end; ++channel)
    codes[std::size_t(first + channel) * per_sample + place] = pixel.pixel->codes[channel - pixel.pixel->channel_begin];
}

/// Position of the same task after `index`: copies share the positions of each sample.
std::uint64_t Sequencer::after(const Task& task, std::uint64_t index) const {
  const StageFacts& stage = constants_.stages[task.stage];
  const auto positions = static_cast<std::uint64_t>(stage.positions());
  const auto copies = static_cast<std::uint64_t>(stage.copies());
  if (index % positions + copies < positions) return index + copies;
  return (index / positions + 1) * positions + static_cast<std::uint64_t>(task.copy);
}

std::uint64_t Sequencer::unneeded(const Map& map, std::uint64_t position) const {
  const StageFacts& stage = constants_.stages[map.share.stage];
  const InputFacts& input = stage.inputs[map.share.input];
  const auto positions = static_cast<std::uint64_t>(stage.positions());
  return position / positions * static_cast<std::uint64_t>(input.pixels) +
         static_cast<std::uint64_t>(input.window.needed[position % positions]);
}

std::uint64_t Sequencer::unneeded(const Map& map) const {
  std::uint64_t first = kNever;
  for (const int task : map.tasks) first = std::min(first, unneeded(map, tasks_[task].unread));
  return first;
}

void Sequencer::release_pixels(Cycle now, Map& map, std::uint64_t position) {
  // Others still need what the task that is furthest behind needs.
  if (unneeded(map, position) > map.freed) return;
  const auto per_sample = static_cast<std::uint64_t>(constants_.stages[map.share.stage].inputs[map.share.input].pixels);
  const std::uint64_t freed = unneeded(map);
  if (freed <= map.freed) return;
  map.freed = freed;
  while (!map.samples.empty() && (map.first_sample + 1) * per_sample <= freed &&
         map.arrived >= (map.first_sample + 1) * per_sample) {
    map.samples.pop_front();
    ++map.first_sample;
  }
  for (const Part& part : map.parts)
    senders[part.sender]->give_credit(now, now + part.latency, part.group, part.reader,
                                      freed + static_cast<std::uint64_t>(map.share.capacity_pixels));
}

void Sequencer::set_next(Task& task, std::uint64_t next) const {
  const StageFacts& stage = constants_.stages[task.stage];
  const auto positions = static_cast<std::uint64_t>(stage.positions());
  task.next = next;
  task.is_done = next / positions >= static_cast<std::uint64_t>(constants_.samples);
  task.needed.clear();
  for (const InputFacts& facts : stage.inputs)
    task.needed.push_back(next / positions * static_cast<std::uint64_t>(facts.pixels) +
                          static_cast<std::uint64_t>(facts.window.arrived[next % positions]));
}

bool Sequencer::input_is_in(const Task& task, std::size_t input) const {
  return task.maps[input] < 0 || maps_[task.maps[input]].arrived >= task.needed[input];
}

void Sequencer::update_window_ready(Task& task) {
  bool ready = !task.is_done;
  for (std::size_t input = 0; input < task.maps.size(); ++input) ready = ready && input_is_in(task, input);
  windows_ready_ += static_cast<int>(ready) - static_cast<int>(task.window_ready);
  task.window_ready = ready;
}

bool Sequencer::try_issue(Cycle now, int crossbar) {
  if (registers_[crossbar] == 0) return false;
  const std::vector<int>& here = tasks_on_[crossbar];
  const int count = static_cast<int>(here.size());
  for (int turn = 1; turn <= count; ++turn) {
    const int place = (last_issued_[crossbar] + turn) % count;
    Task& task = tasks_[here[place]];
    if (task.next >= task.slot_limit || !task.window_ready) continue;
    last_issued_[crossbar] = place;
    issue_mvm(now, task);
    return true;
  }
  return false;
}

const std::vector<std::uint8_t>& Sequencer::sample_of(const Task& task, std::size_t input) {
  const StageFacts& stage = constants_.stages[task.stage];
  Map& map = maps_[task.maps[input]];
  const std::uint64_t sample = task.next / static_cast<std::uint64_t>(stage.positions());
  // A window that lies in the padding may be due before the first pixel of its sample.
  while (map.first_sample + map.samples.size() <= sample)
    map.samples.emplace_back(std::size_t(map.share.consumer.channel_end - map.share.consumer.channel_begin) *
                             static_cast<std::size_t>(stage.inputs[input].pixels));
  return map.samples[sample - map.first_sample];
}

Cycle Sequencer::read(Cycle now, Task& task, std::int64_t bits) {
  const std::size_t row = static_cast<std::size_t>(constants_.stages[task.stage].schedule->first_node) + 1;
  statistics_.count(row, Event::input_buffer_read, static_cast<std::uint64_t>(bits));
  const Cycle length = transfer_cycles(bits, bus_bits_);
  read_free_at_ = std::max(now, read_free_at_) + length;
  const Cycle end = read_free_at_ + access_cycles_;
  time_.busy += length;
  set_next(task, after(task, task.next));
  update_window_ready(task);
  post(now, end, from_read_port, {Message::Kind::rows_read, static_cast<int>(&task - tasks_.data()), 0, 0, nullptr});
  return end;
}

void Sequencer::issue_mvm(Cycle now, Task& task) {
  const StageFacts& stage = constants_.stages[task.stage];
  const std::vector<std::uint8_t>& map = sample_of(task, 0);
  const int channel_begin = maps_[task.maps[0]].share.consumer.channel_begin;
  const int position = static_cast<int>(task.next % static_cast<std::uint64_t>(stage.positions()));
  auto job = std::make_shared<MvmJob>();
  job->blocks = task.blocks;
  job->stage = task.stage;
  job->index = task.next;
  for (const int index : task.blocks) {
    const mapping::Block& block = constants_.run.plan.blocks[index];
    const std::size_t first = job->codes.size();
    job->codes.resize(first + block.rows);
    gather_rows(*stage.node, map.data(), channel_begin, block.row_begin, block.rows, position,
                job->codes.data() + first);
  }
  --registers_[task.crossbar];
  const Cycle end = read(now, task, static_cast<std::int64_t>(job->codes.size()) * stage.node->input_bits);
  crossbars[task.crossbar]->load(now, end, std::move(job));
}

void Sequencer::issue_digital(Cycle now, Task& task) {
  const StageFacts& stage = constants_.stages[task.stage];
  const mapping::StageColumn& column = stage.column(task.column_block);
  const int position = static_cast<int>(task.next % static_cast<std::uint64_t>(stage.positions()));
  const std::uint64_t index = task.next;
  std::int64_t bits = 0;
  std::vector<std::vector<std::uint8_t>> codes(stage.inputs.size());
  for (std::size_t k = 0; k < stage.inputs.size(); ++k) {
    const int input = static_cast<int>(k);
    bits += std::int64_t{1} * stage.schedule->inputs[k].bits *
            mapping::codes_read(constants_.run.network, *stage.schedule, input, column, position);
    codes[k].resize(column.outputs);
    gather_codes(stage.node, column.output_begin, task.maps[k] < 0 ? nullptr : sample_of(task, k).data(),
                 task.maps[k] < 0 ? 0 : maps_[task.maps[k]].share.consumer.channel_begin, stage.inputs[k].pixels,
                 stage.inputs[k].pixel[position], codes[k]);
  }
  const Cycle end = read(now, task, bits);
  operands->combine(now, end, task.group, index, std::move(codes));
}

void Sequencer::describe_blockers(std::vector<std::string>& sentences) const {
  for (const Task& task : tasks_) {
    if (task.is_done) continue;
    const StageFacts& stage = constants_.stages[task.stage];
    const std::string who = task.crossbar < 0
                                ? fmt::format("{} at tile {}", stage.name(), tile_)
                                : fmt::format("layer {} at tile {} crossbar {}", stage.name(), tile_, task.crossbar);
    if (!task.window_ready) {
      for (std::size_t input = 0; input < task.maps.size(); ++input) {
        if (input_is_in(task, input)) continue;
        const Part& part = maps_[task.maps[input]].slowest();
        const auto per_sample = static_cast<std::uint64_t>(stage.inputs[input].pixels);
        sentences.push_back(fmt::format("{} waits for pixel {} of {}, sample {}", who, part.arrived % per_sample,
                                        constants_.map_name(stage.schedule->inputs[input].sources[part.source].stage),
                                        part.arrived / per_sample));
      }
    } else if (task.next >= task.slot_limit) {
      sentences.push_back(
          fmt::format("{} waits for room for the sums of position {} at its accumulating tile", who, task.next));
    } else {
      sentences.push_back(fmt::format("{} waits for an input register", who));
    }
  }
}

}  // namespace nvcim::sim
