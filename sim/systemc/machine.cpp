// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/machine.h"

#include <algorithm>
#include <optional>

#include "arch/input_error.h"
#include "sim/kernel/simulation_context.h"
#include "sim/network_on_chip/mesh_network.h"
#include "sim/systemc/external_memory.h"
#include "sim/systemc/global_buffer.h"
#include "sim/systemc/mvm_evaluator.h"
#include "sim/systemc/tile.h"
#include "workloads/operators/digital_operator.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

/// [samples] traces, where they are asked for.
class TraceKeeper : public TraceSink {
 public:
  explicit TraceKeeper(const MachineConstants& constants) : traces_(static_cast<std::size_t>(constants.samples)) {
    const workloads::Network& network = constants.run.network;
    for (SampleTrace& trace : traces_) {
      for (const mapping::LayerPlan& layer : constants.run.plan.layers)
        trace.sums.emplace_back(network.nodes[layer.node].output.size());
      for (const workloads::Node& node : network.nodes)
        trace.codes.emplace_back(node.gives_logits() ? 0 : node.output.size());
    }
  }
  void trace_sum(std::uint64_t sample, int layer, std::size_t place, std::int64_t sum) override {
    traces_[sample].sums[layer][place] = sum;
  }
  void trace_code(std::uint64_t sample, int node, std::size_t place, std::uint8_t code) override {
    traces_[sample].codes[node][place] = code;
  }
  std::vector<SampleTrace> take() { return std::move(traces_); }

 private:
  std::vector<SampleTrace> traces_;
};

/// The whole chip: mesh, tiles, global buffer and external memory, bound to each other.
class Machine {
 public:
  Machine(const TileSupplies& supplies, const BufferShares& shares,
          const std::vector<std::vector<std::uint8_t>>& images);
  /// Runs until nothing moves. Errors: InputError when work is left then.
  void run();
  void shuffle(std::uint32_t seed) {
    for (Clocked* unit : units_) unit->shuffle(seed = seed * 1664525u + 1013904223u);
  }
  const std::vector<Unit*>& units() const { return units_; }
  GlobalBuffer::Outputs& outputs() { return global_.outputs(); }
  const std::vector<Timeline::Sample>& samples() const { return memory_.samples(); }

 private:
  void connect_maps();
  void connect_slots();
  [[noreturn]] void report_deadlock() const;

  const MachineConstants& constants_;
  MeshNetwork network_;
  NetworkInterface global_interface_;
  GlobalBuffer global_;
  ExternalMemory memory_;
  Modules<Tile> tiles_;
  std::vector<Unit*> units_;
};

template <class T>
const std::vector<T>& at_or_empty(const std::map<int, std::vector<T>>& by_tile, int tile) {
  static const std::vector<T> none;
  const auto spot = by_tile.find(tile);
  return spot == by_tile.end() ? none : spot->second;
}

Machine::Machine(const TileSupplies& supplies, const BufferShares& shares,
                 const std::vector<std::vector<std::uint8_t>>& images)
    : constants_(supplies.constants),
      network_(supplies.calendar, constants_.network),
      global_interface_("global_buffer_interface", supplies.calendar, constants_.network, mapping::kGlobalBuffer,
                        "global_buffer.interface"),
      global_("global_buffer", supplies.calendar, constants_),
      memory_("external_memory", supplies.calendar, constants_, images, global_.capacity_pixels()) {
  network_.attach(mapping::kGlobalBuffer, global_interface_, global_interface_.router);
  global_interface_.sink.bind(global_);
  global_.network.bind(global_interface_);
  global_.room.bind(memory_);
  global_.results.bind(memory_);
  memory_.buffer.bind(global_);
  for (int number = 0; number < constants_.run.plan.tiles_used; ++number) {
    tiles_.push_back(std::make_unique<Tile>(fmt::format("tile{}", number).c_str(), supplies, number,
                                            at_or_empty(shares.inputs, number), at_or_empty(shares.outputs, number)));
    network_.attach(number, tiles_.back()->from_router, tiles_.back()->to_router);
  }
  connect_maps();
  connect_slots();
  units_ = {&memory_, &global_, &global_interface_};
  network_.list_units(units_);
  for (const auto& tile : tiles_) tile->list_units(units_);
}

void Machine::connect_maps() {
  const auto reader_of = [](const mapping::Consumer& consumer, mapping::ChannelRange channels) {
    const bool result = consumer.tile == mapping::kGlobalBuffer;
    return MapSender::Reader{consumer.tile,
                             consumer.stage,
                             consumer.input,
                             consumer.source,
                             result ? Transfer::Kind::result : Transfer::Kind::pixel,
                             channels.begin,
                             channels.end,
                             !result};
  };
  for (const mapping::Consumer& consumer : constants_.schedule.input_consumers) {
    const int reader = global_.add_reader(reader_of(consumer, {consumer.channel_begin, consumer.channel_end}));
    tiles_[consumer.tile]->add_part(consumer, 0, global_, 0, reader, mapping::kGlobalBuffer);
  }
  for (const StageFacts& stage : constants_.stages)
    for (int number = 0; number < static_cast<int>(stage.schedule->columns.size()); ++number) {
      const mapping::StageColumn& column = stage.column(number);
      Tile& sender = *tiles_[column.tile];
      const int group = sender.group_of(stage.index, number);
      for (const mapping::Consumer& consumer : stage.schedule->consumers) {
        const mapping::ChannelRange channels = mapping::overlap(consumer, column.output_begin, column.outputs);
        if (channels.size() == 0) continue;
        const int reader = sender.add_reader(group, reader_of(consumer, channels));
        if (consumer.tile != mapping::kGlobalBuffer)
          tiles_[consumer.tile]->add_part(consumer, number, sender.credits, group, reader, sender.number());
      }
    }
}

void Machine::connect_slots() {
  for (const StageFacts& stage : constants_.stages)
    for (int number = 0; number < static_cast<int>(stage.schedule->columns.size()); ++number) {
      Tile& accumulating = *tiles_[stage.column(number).tile];
      const int group = accumulating.group_of(stage.index, number);
      if (stage.plan == nullptr) {
        accumulating.add_contributor(group, accumulating);
        continue;
      }
      std::vector<bool> told(tiles_.size(), false);
      for (int copy = 0; copy < stage.plan->copies; ++copy)
        for (int row_block = 0; row_block < stage.plan->row_blocks; ++row_block) {
          const int tile = constants_.tile_of(constants_.run.plan.blocks[stage.plan->block(copy, number, row_block)]);
          if (!told[tile]) accumulating.add_contributor(group, *tiles_[tile]);
          told[tile] = true;
        }
    }
}

void Machine::run() {
  // No free-running clock: the kernel stops by itself when no module has anything left to do or to wait for.
  sc_core::sc_start();
  if (memory_.samples_done() < constants_.samples) report_deadlock();
}

void Machine::report_deadlock() const {
  std::vector<std::string> sentences;
  for (const Clocked* unit : units_) unit->describe_blockers(sentences);
  std::string text = fmt::format("the layer pipeline stands still in cycle {} with {} of {} samples done",
                                 Clocked::now(), memory_.samples_done(), constants_.samples);
  for (const std::string& sentence : sentences) text += "; " + sentence;
  throw InputError(constants_.run.architecture.name, "", text);
}

std::vector<std::vector<std::uint8_t>> encode_images(const workloads::Network& network,
                                                     std::span<const std::uint8_t> pixels, int samples) {
  const auto size = static_cast<std::size_t>(network.input.size());
  NVCIM_CHECK(pixels.size() >= size * samples, "{} pixels for {} samples of {}", pixels.size(), samples, size);
  std::vector<std::vector<std::uint8_t>> images(samples, std::vector<std::uint8_t>(size));
  for (int sample = 0; sample < samples; ++sample)
    workloads::encode_image(network, pixels.data() + sample * size, images[sample].data());
  return images;
}

/// Adds up what the units know of themselves.
void read_units(const Machine& machine, EventCounts& counts, Timeline& timeline, MachineStatistics* statistics) {
  std::vector<bool> started(timeline.layers.size(), false);
  for (const Unit* unit : machine.units()) {
    for (auto& [name, time] : unit->unit_times()) {
      time.set_stalled(false, Clocked::now());
      timeline.units.push_back({name, time.busy, time.stalled});
    }
    unit->statistics().add_to(counts);
    timeline.at_full_scale += unit->statistics().at_full_scale();
    for (const UnitStatistics::LayerSpan& span : unit->statistics().layers()) {
      Timeline::Layer& layer = timeline.layers[span.node];
      layer.last_end = std::max(layer.last_end, span.last_end);
      if (span.first_start == kNever) continue;
      layer.first_start = started[span.node] ? std::min(layer.first_start, span.first_start) : span.first_start;
      started[span.node] = true;
    }
    if (statistics) statistics->activations += unit->activations();
  }
}

/// A concatenation is no work, but it has its place in traces and in time: when the last of its maps is there.
void finish_concatenations(const workloads::Network& network, const std::vector<std::vector<std::uint8_t>>& images,
                           InferenceResult& result, Timeline& timeline) {
  for (std::size_t node = 0; node < network.nodes.size(); ++node) {
    if (!workloads::is_view(network.nodes[node])) continue;
    Timeline::Layer& layer = timeline.layers[node];
    layer.last_end = timeline.samples.empty() ? 0 : timeline.samples[0].first_input;
    for (const int source : network.nodes[node].inputs)
      if (source != workloads::kNetworkInput)
        layer.last_end = std::max(layer.last_end, timeline.layers[source].last_end);
    layer.first_start = layer.last_end;
    for (std::size_t sample = 0; sample < result.traces.size(); ++sample) {
      auto& codes = result.traces[sample].codes;
      codes[node].clear();
      for (const int source : network.nodes[node].inputs) {
        const auto& part = source == workloads::kNetworkInput ? images[sample] : codes[source];
        codes[node].insert(codes[node].end(), part.begin(), part.end());
      }
    }
  }
}

}  // namespace

CycleResult run_machine(const ChipRun& run, const mapping::Schedule& schedule, std::span<const std::uint8_t> pixels,
                        int samples, const EngineOptions& options, const MachineProbe& probe) {
  const MachineConstants constants(run, schedule, samples, options);
  BufferShares shares = share_buffers(constants);
  if (probe.change) probe.change(shares);
  const auto images = encode_images(run.network, pixels, samples);
  MvmEvaluator mvms(constants, options.threads);
  InferenceResult result;
  result.counts = EventCounts(run.network.nodes.size());
  Timeline timeline;
  timeline.layers.resize(run.network.nodes.size());
  {
    const SimulationContext kernel;
    std::optional<TraceKeeper> traces;
    if (options.keep_traces) traces.emplace(constants);
    Machine machine({kernel.calendar(), constants, mvms, traces ? &*traces : nullptr}, shares, images);
    if (probe.shuffle != 0) machine.shuffle(probe.shuffle);
    machine.run();
    read_units(machine, result.counts, timeline, probe.statistics);
    timeline.total_cycles = Clocked::now();
    timeline.samples = machine.samples();
    result.logits = std::move(machine.outputs().logits);
    result.codes = std::move(machine.outputs().codes);
    if (traces) result.traces = traces->take();
  }
  finish_concatenations(run.network, images, result, timeline);
  for (const Timeline::Sample& sample : timeline.samples)
    timeline.total_cycles = std::max(timeline.total_cycles, sample.last_output);
  if (!constants.gives_codes()) {
    const auto classes = static_cast<std::size_t>(run.network.classes());
    for (std::size_t first = 0; first < result.logits.size(); first += classes)
      result.predicted.push_back(
          workloads::predicted_class(std::span<const double>(result.logits).subspan(first, classes)));
  }
  return {std::move(result), std::move(timeline)};
}

CycleResult run_systemc(const ChipRun& run, std::span<const std::uint8_t> pixels, int samples,
                        const EngineOptions& options) {
  return run_machine(run, mapping::make_schedule(run.architecture, run.network, run.plan), pixels, samples, options);
}

}  // namespace nvcim::sim
