// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/activation_unit.h"

#include "sim/systemc/output_buffer.h"
#include "sim/systemc/pooling_unit.h"
#include "sim/systemc/sequencer.h"
#include "sim/systemc/tile_sources.h"
#include "workloads/reference.h"

namespace nvcim::sim {

ActivationUnit::ActivationUnit(Context& context, int tile)
    : Clocked(fmt::format("tile{}.activation", tile)), context_(context), tile_(tile) {}

int ActivationUnit::add_group(int layer, int column_block, std::int64_t capacity_pixels) {
  Group group;
  group.layer = layer;
  group.column_block = column_block;
  group.room_limit = static_cast<std::uint64_t>(capacity_pixels);
  groups_.push_back(std::move(group));
  return static_cast<int>(groups_.size()) - 1;
}

void ActivationUnit::add_contributor(int group, Sequencer& sequencer, int tile) {
  groups_[group].contributors.emplace_back(&sequencer, tile);
}

void ActivationUnit::activate(Cycle now, Cycle cycle, int group, std::uint64_t index, std::vector<std::int64_t> sums) {
  sums_.post(now, cycle, 0, {group, index, std::move(sums)});
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
  while (sums_.ready(now)) {
    Message message = sums_.take();
    groups_[message.group].waiting.emplace(message.index, std::move(message.sums));
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
  const LayerFacts& layer = context_.layers[group.layer];
  const auto positions = static_cast<std::uint64_t>(layer.positions());
  const std::uint64_t made =
      group.next / positions * static_cast<std::uint64_t>(layer.output_pixels) +
      static_cast<std::uint64_t>(layer.emitted(static_cast<std::int64_t>(group.next % positions) + 1));
  return made <= group.room_limit;
}

void ActivationUnit::start(Cycle now, int number) {
  Group& group = groups_[number];
  const LayerFacts& layer = context_.layers[group.layer];
  const auto positions = static_cast<std::uint64_t>(layer.positions());
  const std::vector<std::int64_t> sums = std::move(group.waiting.begin()->second);
  group.waiting.erase(group.waiting.begin());
  std::shared_ptr<PixelData> pixel = apply(group, sums);
  const Cycle length =
      transfer_cycles(static_cast<std::int64_t>(sums.size()), context_.run.architecture.digital.activation_lanes);
  const Cycle end = now + length;
  context_.counts.add(static_cast<std::size_t>(layer.plan->node) + 1, Event::activation, sums.size());
  context_.layer_ended(layer.plan->node, group.next / positions, end);
  if (layer.pools.empty())
    output_->put(now, end, from_activation, number, std::move(pixel));
  else
    pooling_->pool(now, end, number, std::move(pixel));
  ++group.next;
  for (const auto& [sequencer, tile] : group.contributors)
    sequencer->give_slots(now, end + context_.credit_cycles(tile_, tile), group.layer, group.column_block,
                          group.next + static_cast<std::uint64_t>(kSumSlots * layer.plan->copies));
  free_at_ = end;
  time_.busy += length;
}

std::shared_ptr<PixelData> ActivationUnit::apply(const Group& group, const std::vector<std::int64_t>& sums) {
  const LayerFacts& layer = context_.layers[group.layer];
  const workloads::MvmLayer& mvm = layer.node->mvm;
  const auto positions = static_cast<std::uint64_t>(layer.positions());
  const std::uint64_t sample = group.next / positions, position = group.next % positions;
  auto pixel = std::make_shared<PixelData>();
  pixel->channel_begin = layer.column(context_.run.plan, group.column_block).output_begin;
  SampleTrace* trace = context_.options.keep_traces ? &context_.result.traces[sample] : nullptr;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const int output = pixel->channel_begin + static_cast<int>(i);
    const std::size_t place = std::size_t(output) * positions + position;
    const double value = layer_value(layer.conversion, sums[i], layer.corrections[output]);
    if (trace) trace->sums[group.layer][place] = sums[i];
    if (mvm.raw_output) {
      pixel->logits.push_back(value + static_cast<double>(mvm.bias[output]));
      continue;
    }
    pixel->codes.push_back(workloads::requantise(value, mvm.bias[output], mvm.requantisation));
    if (trace) trace->codes[layer.plan->node][place] = pixel->codes.back();
  }
  return pixel;
}

void ActivationUnit::tell_waits(std::vector<std::string>& sentences) const {
  for (const Group& group : groups_) {
    const std::string& name = context_.layers[group.layer].node->name;
    if (group.ready())
      sentences.push_back(
          fmt::format("{} waits for room in its output buffer for {} position {}", unit_name(), name, group.next));
    else if (!group.waiting.empty())
      sentences.push_back(fmt::format("{} waits for the sums of {} position {}", unit_name(), name, group.next));
  }
}

}  // namespace nvcim::sim
