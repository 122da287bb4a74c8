// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/activation_unit.h"

#include "sim/systemc/output_buffer.h"
#include "sim/systemc/pooling_unit.h"
#include "sim/systemc/sequencer.h"
#include "sim/systemc/tile_sources.h"
#include "workloads/digital.h"
#include "workloads/reference.h"

namespace nvcim::sim {

ActivationUnit::ActivationUnit(Context& context, int tile)
    : Clocked(fmt::format("tile{}.activation", tile)), context_(context), tile_(tile) {}

int ActivationUnit::add_group(int stage, int column_block, std::int64_t capacity_pixels) {
  Group group;
  group.stage = stage;
  group.column_block = column_block;
  group.room_limit = static_cast<std::uint64_t>(capacity_pixels);
  groups_.push_back(std::move(group));
  return static_cast<int>(groups_.size()) - 1;
}

void ActivationUnit::add_contributor(int group, Sequencer& sequencer, int tile) {
  groups_[group].contributors.emplace_back(&sequencer, tile);
}

void ActivationUnit::activate(Cycle now, Cycle cycle, int group, std::uint64_t index, std::vector<std::int64_t> sums) {
  work_.post(now, cycle, from_accumulation, {group, index, {std::move(sums), {}}});
  wake_at(cycle);
}

void ActivationUnit::join(Cycle now, Cycle cycle, int group, std::uint64_t index,
                          std::vector<std::vector<std::uint8_t>> codes) {
  work_.post(now, cycle, from_input_buffer, {group, index, {{}, std::move(codes)}});
  wake_at(cycle);
}

void ActivationUnit::give_room(Cycle now, Cycle cycle, int group, std::uint64_t limit) {
  room_.post(now, cycle, 0, {group, limit, {}});
  wake_at(cycle);
}

void ActivationUnit::act(Cycle now) {
  while (room_.ready(now)) {
    const Message message = room_.take();
    groups_[message.group].room_limit = message.index;
  }
  while (work_.ready(now)) {
    Message message = work_.take();
    groups_[message.group].waiting.emplace(message.index, std::move(message.work));
  }
  if (free_at_ > now) return wake_at(free_at_);
  bool waits = false;
  const int count = static_cast<int>(groups_.size());
  for (int turn = 1; turn <= count; ++turn) {
    const int number = (last_served_ + turn) % count;
    if (!groups_[number].ready()) continue;
    waits = true;
    if (!has_room(groups_[number])) continue;
    last_served_ = number;
    start(now, number);
    waits = false;
    break;
  }
  time_.set_stalled(waits, now);
  const auto has_sums = [](const Group& group) { return !group.waiting.empty(); };
  if (free_at_ > now && std::any_of(groups_.begin(), groups_.end(), has_sums)) wake_at(free_at_);
}

bool ActivationUnit::has_room(const Group& group) const {
  const StageFacts& stage = context_.stages[group.stage];
  const auto positions = static_cast<std::uint64_t>(stage.positions());
  const std::uint64_t made =
      group.next / positions * static_cast<std::uint64_t>(stage.output_pixels) +
      static_cast<std::uint64_t>(stage.emitted(static_cast<std::int64_t>(group.next % positions) + 1));
  return made <= group.room_limit;
}

void ActivationUnit::start(Cycle now, int number) {
  Group& group = groups_[number];
  const StageFacts& stage = context_.stages[group.stage];
  const auto positions = static_cast<std::uint64_t>(stage.positions());
  const Work work = std::move(group.waiting.begin()->second);
  group.waiting.erase(group.waiting.begin());
  const mapping::StageColumn& column = stage.column(group.column_block);
  const bool mvm = stage.plan != nullptr;
  const int values = mvm ? column.outputs : mapping::values_scaled(context_.run.network, *stage.schedule, column);
  std::shared_ptr<PixelData> pixel = mvm ? activated(group, work.sums) : joined(group, work);
  const Cycle length =
      transfer_cycles(std::max(values, column.outputs), context_.run.architecture.digital.activation_lanes);
  const Cycle end = now + length;
  if (stage.node != nullptr) {
    const int node = stage.schedule->first_node;
    context_.counts.add(static_cast<std::size_t>(node) + 1, Event::activation, static_cast<std::uint64_t>(values));
    if (!mvm) context_.layer_started(node, group.next / positions, now);
    context_.layer_ended(node, group.next / positions, end);
  }
  if (stage.tail.empty())
    output_->put(now, end, from_activation, number, std::move(pixel));
  else
    pooling_->pool(now, end, number, std::move(pixel));
  ++group.next;
  for (const auto& [sequencer, tile] : group.contributors)
    sequencer->give_slots(now, end + context_.credit_cycles(tile_, tile), group.stage, group.column_block,
                          group.next + static_cast<std::uint64_t>(kSumSlots * stage.copies()));
  free_at_ = end;
  time_.busy += length;
}

std::shared_ptr<PixelData> ActivationUnit::activated(const Group& group, const std::vector<std::int64_t>& sums) {
  const StageFacts& stage = context_.stages[group.stage];
  const workloads::MvmLayer& mvm = stage.node->mvm;
  const auto positions = static_cast<std::uint64_t>(stage.positions());
  const std::uint64_t sample = group.next / positions, position = group.next % positions;
  const std::int64_t* shares = &stage.zero_point_shares[position % stage.copies() * stage.node->outputs()];
  auto pixel = std::make_shared<PixelData>();
  pixel->channel_begin = stage.column(group.column_block).output_begin;
  SampleTrace* trace = context_.options.keep_traces ? &context_.result.traces[sample] : nullptr;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const int output = pixel->channel_begin + static_cast<int>(i);
    const std::size_t place = std::size_t(output) * positions + position;
    const double value = layer_value(stage.conversion, sums[i], shares[output]);
    const std::int64_t bias = mvm.bias.empty() ? 0 : mvm.bias[output];
    if (trace) trace->sums[stage.schedule->layer][place] = sums[i];
    if (mvm.raw_output) {
      pixel->logits.push_back(value + static_cast<double>(bias));
      continue;
    }
    pixel->codes.push_back(workloads::requantise(value, bias, mvm.requantisation_of(output)));
    if (trace) trace->codes[stage.plan->node][place] = pixel->codes.back();
  }
  return pixel;
}

std::shared_ptr<PixelData> ActivationUnit::joined(const Group& group, const Work& work) {
  const StageFacts& stage = context_.stages[group.stage];
  const mapping::StageColumn& column = stage.column(group.column_block);
  auto pixel = std::make_shared<PixelData>();
  pixel->channel_begin = column.output_begin;
  if (stage.node == nullptr || stage.node->kind == workloads::Node::Kind::rearrange) {
    pixel->codes = work.codes.front();
  } else {
    std::vector<const std::uint8_t*> inputs;
    for (const std::vector<std::uint8_t>& codes : work.codes) inputs.push_back(codes.data());
    pixel->codes.resize(column.outputs);
    workloads::join(*stage.node, inputs, pixel->codes.size(), pixel->codes.data());
  }
  if (!context_.options.keep_traces || stage.node == nullptr) return pixel;
  const auto positions = static_cast<std::uint64_t>(stage.positions());
  std::vector<std::uint8_t>& trace = context_.result.traces[group.next / positions].codes[stage.schedule->join];
  for (int output = 0; output < column.outputs; ++output)
    trace[std::size_t(column.output_begin + output) * positions + group.next % positions] = pixel->codes[output];
  return pixel;
}

void ActivationUnit::tell_waits(std::vector<std::string>& sentences) const {
  for (const Group& group : groups_) {
    const std::string& name = context_.stages[group.stage].name();
    if (group.ready())
      sentences.push_back(
          fmt::format("{} waits for room in its output buffer for {} position {}", unit_name(), name, group.next));
    else if (!group.waiting.empty())
      sentences.push_back(fmt::format("{} waits for the sums of {} position {}", unit_name(), name, group.next));
  }
}

}  // namespace nvcim::sim
