// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/pooling_unit.h"

namespace nvcim::sim {

PoolingUnit::PoolingUnit(const sc_core::sc_module_name& name, Calendar& calendar, const MachineConstants& constants)
    : Unit(name, calendar), constants_(constants) {}

void PoolingUnit::add_group(int stage, int column_block) {
  const StageFacts& facts = constants_.stages[stage];
  Group group;
  group.stage = stage;
  group.outputs = facts.column(column_block).outputs;
  for (const EpilogueStep& step : facts.epilogue)
    group.levels.push_back(
        {0,
         std::vector<std::uint8_t>(
             step.pooled.empty() ? 0 : std::size_t(group.outputs) * step.node->input.height * step.node->input.width)});
  groups_.push_back(std::move(group));
}

void PoolingUnit::put(Cycle now, Cycle cycle, int source, int group, std::shared_ptr<PixelData> pixel) {
  inbox_.post(now, cycle, source, {group, std::move(pixel)});
  wake_at(cycle);
}

void PoolingUnit::act(Cycle now) {
  while (inbox_.ready(now)) {
    Message message = inbox_.take();
    take(now, now, message.group, 0, std::move(message.pixel));
  }
}

void PoolingUnit::take(Cycle now, Cycle cycle, int number, std::size_t level, std::shared_ptr<PixelData> pixel) {
  Group& group = groups_[number];
  const StageFacts& stage = constants_.stages[group.stage];
  if (level == stage.epilogue.size()) {
    output->put(now, cycle, from_pooling, number, std::move(pixel));
    return;
  }
  const EpilogueStep& step = stage.epilogue[level];
  const workloads::Node& node = *step.node;
  Level& state = group.levels[level];
  const std::size_t plane = std::size_t(node.input.height) * node.input.width;
  const std::size_t place = state.arrived % plane;
  const std::uint64_t sample = state.arrived / plane;
  ++state.arrived;
  if (step.pooled.empty()) {
    const DigitalParameters& digital = constants_.run.architecture.digital;
    const Cycle end = work(step, sample, cycle, transfer_cycles(group.outputs, digital.activation_lanes));
    statistics_.count(static_cast<std::size_t>(step.number) + 1, Event::activation,
                      static_cast<std::uint64_t>(group.outputs));
    for (std::uint8_t& code : pixel->codes) code = node.lookup.table[code];
    keep(step, sample, place, *pixel);
    take(now, end, number, level + 1, std::move(pixel));
    return;
  }
  for (int i = 0; i < group.outputs; ++i) state.map[i * plane + place] = pixel->codes[i];
  for (std::int64_t position = step.pooled[place]; position < step.pooled[place + 1]; ++position) {
    const std::int64_t operations = std::int64_t{node.pool.window.area()} * group.outputs;
    const Cycle end =
        work(step, sample, cycle, transfer_cycles(operations, constants_.run.architecture.digital.pooling_lanes));
    statistics_.count(static_cast<std::size_t>(step.number) + 1, Event::pooling,
                      static_cast<std::uint64_t>(operations));
    auto pooled = std::make_shared<PixelData>();
    pooled->channel_begin = pixel->channel_begin;
    pooled->codes.resize(group.outputs);
    pool_pixel(node, state.map.data(), group.outputs, static_cast<int>(position), pooled->codes.data());
    keep(step, sample, static_cast<std::size_t>(position), *pooled);
    take(now, end, number, level + 1, std::move(pooled));
  }
}

Cycle PoolingUnit::work(const EpilogueStep& step, std::uint64_t sample, Cycle cycle, Cycle length) {
  const Cycle start = std::max(cycle, free_at_);
  free_at_ = start + length;
  time_.busy += length;
  statistics_.layer_started(step.number, sample, start);
  statistics_.layer_ended(step.number, sample, free_at_);
  return free_at_;
}

void PoolingUnit::keep(const EpilogueStep& step, std::uint64_t sample, std::size_t position, const PixelData& pixel) {
  if (trace.size() == 0) return;
  for (std::size_t i = 0; i < pixel.codes.size(); ++i)
    trace->trace_code(sample, step.number,
                      (static_cast<std::size_t>(pixel.channel_begin) + i) * step.node->positions() + position,
                      pixel.codes[i]);
}

}  // namespace nvcim::sim
