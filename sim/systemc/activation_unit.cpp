// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/activation_unit.h"

#include "workloads/operators/digital_operator.h"
#include "workloads/reference.h"

namespace nvcim::sim {

ActivationUnit::ActivationUnit(const sc_core::sc_module_name& name, Calendar& calendar,
                               const MachineConstants& constants, int tile)
    : Unit(name, calendar), constants_(constants), tile_(tile) {}

int ActivationUnit::add_group(int stage, int column_block, std::int64_t capacity_pixels) {
  Group group;
  group.stage = stage;
  group.column_block = column_block;
  group.room_limit = static_cast<std::uint64_t>(capacity_pixels);
  groups_.push_back(std::move(group));
  return static_cast<int>(groups_.size()) - 1;
}

void ActivationUnit::add_contributor(int group, SlotSink& sequencer, int tile) {
  const auto known = std::find_if(contributors_.begin(), contributors_.end(),
                                  [&](const Contributor& contributor) { return contributor.tile == tile; });
  groups_[group].contributors.push_back(static_cast<int>(known - contributors_.begin()));
  if (known != contributors_.end()) return;
  contributors_.push_back({tile, constants_.credit_cycles(tile_, tile)});
  slots.bind(sequencer);
}

void ActivationUnit::activate(Cycle now, Cycle cycle, int group, std::uint64_t index, std::vector<std::int64_t> sums) {
  work_.post(now, cycle, from_accumulation, {group, index, {std::move(sums), {}}});
  wake_at(cycle);
}

void ActivationUnit::combine(Cycle now, Cycle cycle, int group, std::uint64_t index,
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
  const StageFacts& stage = constants_.stages[group.stage];
  const auto positions = static_cast<std::uint64_t>(stage.positions());
  const std::uint64_t emitted =
      group.next / positions * static_cast<std::uint64_t>(stage.output_pixels) +
      static_cast<std::uint64_t>(stage.emitted(static_cast<std::int64_t>(group.next % positions) + 1));
  return emitted <= group.room_limit;
}

void ActivationUnit::start(Cycle now, int number) {
  Group& group = groups_[number];
  const StageFacts& stage = constants_.stages[group.stage];
  const auto positions = static_cast<std::uint64_t>(stage.positions());
  const Work work = std::move(group.waiting.begin()->second);
  group.waiting.erase(group.waiting.begin());
  const mapping::StageColumn& column = stage.column(group.column_block);
  const bool mvm = stage.plan != nullptr;
  const int values = mvm ? column.outputs : mapping::values_scaled(constants_.run.network, *stage.schedule, column);
  std::shared_ptr<PixelData> pixel = mvm ? activated(group, work.sums) : combined(group, work);
  const Cycle length =
      transfer_cycles(std::max(values, column.outputs), constants_.run.architecture.digital.activation_lanes);
  const Cycle end = now + length;
  if (stage.node != nullptr) {
    const int node = stage.schedule->first_node;
    statistics_.count(static_cast<std::size_t>(node) + 1, Event::activation, static_cast<std::uint64_t>(values));
    if (!mvm) statistics_.layer_started(node, group.next / positions, now);
    statistics_.layer_ended(node, group.next / positions, end);
  }
  (stage.epilogue.empty() ? output : pooling)->put(now, end, from_activation, number, std::move(pixel));
  ++group.next;
  for (const int contributor : group.contributors)
    slots[contributor]->give_slots(now, end + contributors_[contributor].latency, group.stage, group.column_block,
                                   group.next + constants_.sum_slots(stage));
  free_at_ = end;
  time_.busy += length;
}

std::shared_ptr<PixelData> ActivationUnit::activated(const Group& group, const std::vector<std::int64_t>& sums) {
  const StageFacts& stage = constants_.stages[group.stage];
  const workloads::MvmLayer& mvm = stage.node->mvm;
  const auto positions = static_cast<std::uint64_t>(stage.positions());
  const std::uint64_t sample = group.next / positions, position = group.next % positions;
  const std::int64_t* shares = &stage.zero_point_shares[position % stage.copies() * stage.node->outputs()];
  auto pixel = std::make_shared<PixelData>();
  pixel->channel_begin = stage.column(group.column_block).output_begin;
  const bool traced = trace.size() > 0;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const int channel = pixel->channel_begin + static_cast<int>(i);
    const std::size_t place = std::size_t(channel) * positions + position;
    const double value = layer_value(stage.conversion, sums[i], shares[channel]);
    const std::int64_t bias = mvm.bias.empty() ? 0 : mvm.bias[channel];
    if (traced) trace->trace_sum(sample, stage.schedule->layer, place, sums[i]);
    if (mvm.raw_output) {
      pixel->logits.push_back(value + static_cast<double>(bias));
      continue;
    }
    pixel->codes.push_back(workloads::requantise(value, bias, mvm.requantisation_of(channel)));
    if (traced) trace->trace_code(sample, stage.plan->node, place, pixel->codes.back());
  }
  return pixel;
}

std::shared_ptr<PixelData> ActivationUnit::combined(const Group& group, const Work& work) {
  const StageFacts& stage = constants_.stages[group.stage];
  const mapping::StageColumn& column = stage.column(group.column_block);
  auto pixel = std::make_shared<PixelData>();
  pixel->channel_begin = column.output_begin;
  if (stage.node == nullptr) {
    pixel->codes = work.codes.front();
  } else {
    std::vector<const std::uint8_t*> inputs;
    for (const std::vector<std::uint8_t>& codes : work.codes) inputs.push_back(codes.data());
    pixel->codes.resize(column.outputs);
    workloads::operator_of(*stage.node).combine(*stage.node, inputs, pixel->codes.size(), pixel->codes.data());
  }
  if (trace.size() == 0 || stage.node == nullptr) return pixel;
  const auto positions = static_cast<std::uint64_t>(stage.positions());
  for (int i = 0; i < column.outputs; ++i)
    trace->trace_code(group.next / positions, stage.schedule->join,
                      std::size_t(column.output_begin + i) * positions + group.next % positions, pixel->codes[i]);
  return pixel;
}

void ActivationUnit::describe_blockers(std::vector<std::string>& sentences) const {
  for (const Group& group : groups_) {
    const std::string& name = constants_.stages[group.stage].name();
    if (group.ready())
      sentences.push_back(
          fmt::format("{} waits for room in its output buffer for {} position {}", unit_name(), name, group.next));
    else if (!group.waiting.empty())
      sentences.push_back(fmt::format("{} waits for the sums of {} position {}", unit_name(), name, group.next));
  }
}

}  // namespace nvcim::sim
