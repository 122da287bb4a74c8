// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/flow_depth.h"

#include <algorithm>

namespace nvcim::sim {
namespace {

/// Produces pixels on demand, and looks at what lies in the buffers meanwhile.
class Demand {
 public:
  Demand(const mapping::Schedule& schedule, const std::vector<StageFacts>& stages)
      : schedule_(schedule), stages_(stages), produced_(stages.size() + 1, 0), fired_(stages.size(), 0) {
    for (const StageFacts& stage : stages) {
      freed_.emplace_back(stage.inputs.size(), 0);
      max_held_.emplace_back(stage.inputs.size(), 1);
    }
    readers_.resize(stages.size() + 1);
    for (int stage = 0; stage < static_cast<int>(stages.size()); ++stage)
      for (int input = 0; input < static_cast<int>(stages[stage].inputs.size()); ++input)
        for (const mapping::Source& source : schedule.stages[stage].inputs[input].sources)
          readers_[source.stage + 1].push_back({stage, input});
  }

  std::vector<std::vector<std::int64_t>> run(std::int64_t samples) {
    produce(static_cast<int>(stages_.size()) - 1, samples * stages_.back().output_pixels);
    return std::move(max_held_);
  }

 private:
  struct Reader {
    int stage = 0, input = 0;
  };

  /// Produces pixels of a stage's map, or of the image, until there are `count`, over all samples.
  void produce(int stage, std::int64_t count) {
    while (produced_[stage + 1] < count) {
      if (stage == mapping::kImage)
        ++produced_[0];
      else
        fire(stage);
      for (const Reader& reader : readers_[stage + 1]) {
        std::int64_t& max_held = max_held_[reader.stage][reader.input];
        max_held = std::max(max_held, produced_[stage + 1] - freed_[reader.stage][reader.input]);
      }
    }
  }

  /// Works on the next position of a stage.
  void fire(int number) {
    const StageFacts& stage = stages_[number];
    const std::int64_t sample = fired_[number] / stage.positions(), position = fired_[number] % stage.positions();
    for (std::size_t k = 0; k < stage.inputs.size(); ++k) {
      const InputFacts& input = stage.inputs[k];
      const std::vector<mapping::Source>& sources = schedule_.stages[number].inputs[k].sources;
      const std::int64_t needed = sample * input.pixels + input.window.arrived[position];
      std::int64_t have = needed;
      for (const mapping::Source& source : sources) have = std::min(have, produced_[source.stage + 1]);
      // Maps side by side grow together: none waits for another longer than it must.
      while (have < needed) {
        ++have;
        for (const mapping::Source& source : sources) produce(source.stage, have);
      }
    }
    ++fired_[number];
    for (std::size_t k = 0; k < stage.inputs.size(); ++k)
      freed_[number][k] = sample * stage.inputs[k].pixels + stage.inputs[k].window.needed[position + 1];
    produced_[number + 1] = sample * stage.output_pixels + stage.emitted(position + 1);
  }

  const mapping::Schedule& schedule_;
  const std::vector<StageFacts>& stages_;
  std::vector<std::int64_t> produced_;               // [stages + 1] pixels, of the image first
  std::vector<std::int64_t> fired_;                  // [stages] positions
  std::vector<std::vector<std::int64_t>> freed_;     // [stages][inputs]
  std::vector<std::vector<std::int64_t>> max_held_;  // [stages][inputs]
  std::vector<std::vector<Reader>> readers_;         // [stages + 1]
};

}  // namespace

std::vector<std::vector<std::int64_t>> flow_depths(const mapping::Schedule& schedule,
                                                   const std::vector<StageFacts>& stages) {
  std::vector<std::vector<std::int64_t>> depths;
  std::vector<int> readers(stages.size() + 1, 0);  // inputs that read each map
  bool meets = false;
  for (const mapping::Stage& stage : schedule.stages) {
    meets = meets || stage.inputs.size() > 1;
    for (const mapping::StageInput& input : stage.inputs) {
      meets = meets || input.sources.size() > 1;
      for (const mapping::Source& source : input.sources) meets = ++readers[source.stage + 1] > 1 || meets;
    }
  }
  for (const StageFacts& stage : stages)
    for (std::size_t k = 0; k < stage.inputs.size(); ++k) {
      if (k == 0) depths.emplace_back();
      depths.back().push_back(stage.inputs[k].window.live);
    }
  if (!meets) return depths;
  const auto demanded = Demand(schedule, stages).run(2);
  for (std::size_t stage = 0; stage < stages.size(); ++stage)
    for (std::size_t k = 0; k < depths[stage].size(); ++k) {
      const mapping::StageInput& input = schedule.stages[stage].inputs[k];
      bool alone = depths[stage].size() == 1 && input.sources.size() == 1;
      for (const mapping::Source& source : input.sources) alone = alone && readers[source.stage + 1] == 1;
      if (!alone) depths[stage][k] = std::max(depths[stage][k], demanded[stage][k]);
    }
  return depths;
}

}  // namespace nvcim::sim
