// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/machine.h"

#include <algorithm>

#include "arch/input_error.h"
#include "sim/systemc/external_memory.h"
#include "sim/systemc/global_buffer.h"
#include "sim/systemc/mesh_network.h"
#include "sim/systemc/mvm_helper.h"
#include "sim/systemc/simulation_context.h"
#include "sim/systemc/tile.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

/// Passes on to an end point that is built after its network interface.
class LateSink : public TransferSink {
 public:
  void connect(TransferSink& sink) { sink_ = &sink; }
  void deliver(Cycle now, TransferPtr transfer) override { sink_->deliver(now, std::move(transfer)); }

 private:
  TransferSink* sink_ = nullptr;
};

/// The whole chip: mesh, tiles, global buffer, external memory, and the wires between them.
class Machine {
 public:
  Machine(Context& context, const BufferShares& shares, const std::vector<std::vector<std::uint8_t>>& images);
  /// Runs until nothing moves. Errors: InputError when work is left then.
  void run();
  void shuffle(std::uint32_t seed) {
    for (Clocked* unit : units_) unit->shuffle(seed = seed * 1664525u + 1013904223u);
  }
  const std::vector<Clocked*>& units() const { return units_; }

 private:
  void connect_maps();
  void connect_slots();
  [[noreturn]] void give_up() const;

  Context& context_;
  MeshNetwork network_;
  LateSink global_sink_;
  NetworkInterface global_interface_;
  GlobalBuffer global_;
  ExternalMemory memory_;
  Modules<Tile> tiles_;
  std::vector<Clocked*> units_;
};

template <class T>
const std::vector<T>& at_or_empty(const std::map<int, std::vector<T>>& by_tile, int tile) {
  static const std::vector<T> none;
  const auto spot = by_tile.find(tile);
  return spot == by_tile.end() ? none : spot->second;
}

Machine::Machine(Context& context, const BufferShares& shares, const std::vector<std::vector<std::uint8_t>>& images)
    : context_(context),
      network_(context.network),
      global_interface_(context.network, "global_buffer.interface", mapping::kGlobalBuffer, global_sink_),
      global_(context, global_interface_),
      memory_(context, images) {
  global_sink_.connect(global_);
  global_.connect(memory_);
  memory_.connect(global_);
  for (int tile = 0; tile < context.run.plan.tiles_used; ++tile)
    tiles_.push_back(std::make_unique<Tile>(fmt::format("tile{}", tile).c_str(), context, tile,
                                            at_or_empty(shares.inputs, tile), at_or_empty(shares.outputs, tile)));
  for (const auto& tile : tiles_) network_.attach(tile->number(), tile->interface());
  network_.attach_global(global_interface_);
  connect_maps();
  connect_slots();
  units_ = {&memory_, &global_, &global_interface_};
  network_.list_units(units_);
  for (const auto& tile : tiles_) tile->list_units(units_);
}

void Machine::connect_maps() {
  const auto& schedule = context_.schedule;
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
  for (const mapping::Consumer& consumer : schedule.input_consumers) {
    const int reader =
        global_.sender().add_reader(0, reader_of(consumer, {consumer.channel_begin, consumer.channel_end}));
    tiles_[consumer.tile]->sequencer().add_part(consumer, 0, global_.sender(), 0, reader, mapping::kGlobalBuffer);
  }
  for (const StageFacts& stage : context_.stages)
    for (int number = 0; number < static_cast<int>(stage.schedule->columns.size()); ++number) {
      const mapping::StageColumn& column = stage.column(number);
      Tile& home = *tiles_[column.tile];
      MapSender& sender = home.output().sender();
      const int group = home.group_of(stage.index, number);
      for (const mapping::Consumer& consumer : stage.schedule->consumers) {
        const mapping::ChannelRange channels = mapping::overlap(consumer, column.output_begin, column.outputs);
        if (channels.size() == 0) continue;
        const int reader = sender.add_reader(group, reader_of(consumer, channels));
        if (consumer.tile != mapping::kGlobalBuffer)
          tiles_[consumer.tile]->sequencer().add_part(consumer, number, sender, group, reader, home.number());
      }
    }
}

void Machine::connect_slots() {
  for (const StageFacts& stage : context_.stages)
    for (int number = 0; number < static_cast<int>(stage.schedule->columns.size()); ++number) {
      Tile& home = *tiles_[stage.column(number).tile];
      const int group = home.group_of(stage.index, number);
      if (stage.plan == nullptr) {
        home.activation().add_contributor(group, home.sequencer(), home.number());
        continue;
      }
      std::vector<bool> told(tiles_.size(), false);
      for (int copy = 0; copy < stage.plan->copies; ++copy)
        for (int row_block = 0; row_block < stage.plan->row_blocks; ++row_block) {
          const int tile = context_.tile_of(context_.run.plan.blocks[stage.plan->block(copy, number, row_block)]);
          if (!told[tile]) home.activation().add_contributor(group, tiles_[tile]->sequencer(), tile);
          told[tile] = true;
        }
    }
}

void Machine::run() {
  // No free-running clock: the kernel stops by itself when no module has anything left to do or to wait for.
  sc_core::sc_start();
  if (memory_.samples_done() < context_.samples) give_up();
}

void Machine::give_up() const {
  std::vector<std::string> sentences;
  for (const Clocked* unit : units_) unit->tell_waits(sentences);
  std::string text = fmt::format("the layer pipeline stands still in cycle {} with {} of {} samples done",
                                 Clocked::now(), memory_.samples_done(), context_.samples);
  for (const std::string& sentence : sentences) text += "; " + sentence;
  throw InputError(context_.run.architecture.name, "", text);
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

void read_units(const Machine& machine, Timeline& timeline, MachineStatistics* statistics) {
  for (const Clocked* unit : machine.units()) {
    for (auto& [name, time] : unit->unit_times()) {
      time.set_stalled(false, Clocked::now());
      timeline.units.push_back({name, time.busy, time.stalled});
    }
    if (statistics) statistics->activations += unit->activations();
  }
}

/// A concatenation is no work, but it has its place in traces and in time: when the last of its maps is there.
void finish_concatenations(const workloads::Network& network, const std::vector<std::vector<std::uint8_t>>& images,
                           InferenceResult& result, Timeline& timeline) {
  for (std::size_t node = 0; node < network.nodes.size(); ++node) {
    if (network.nodes[node].kind != workloads::Node::Kind::concat) continue;
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
  Context context(run, schedule, samples, options);
  BufferShares shares = share_buffers(context);
  if (probe.change) probe.change(shares);
  const auto images = encode_images(run.network, pixels, samples);
  MvmHelper mvms(context, options.threads);
  context.mvms = &mvms;
  {
    const SimulationContext kernel;
    Machine machine(context, shares, images);
    if (probe.shuffle != 0) machine.shuffle(probe.shuffle);
    machine.run();
    read_units(machine, context.timeline, probe.statistics);
    context.timeline.total_cycles = Clocked::now();
  }
  finish_concatenations(run.network, images, context.result, context.timeline);
  const int classes = run.network.classes();
  for (int sample = 0; sample < samples; ++sample) {
    if (!context.gives_codes()) {
      const std::span<const double> logits(context.result.logits.data() + std::size_t(sample) * classes, classes);
      context.result.predicted[sample] = workloads::predicted_class(logits);
    }
    context.timeline.total_cycles =
        std::max(context.timeline.total_cycles, context.timeline.samples[sample].last_output);
  }
  context.result.counts = std::move(context.counts);
  return {std::move(context.result), std::move(context.timeline)};
}

CycleResult run_systemc(const ChipRun& run, std::span<const std::uint8_t> pixels, int samples,
                        const EngineOptions& options) {
  return run_machine(run, mapping::make_schedule(run.architecture, run.network, run.plan), pixels, samples, options);
}

}  // namespace nvcim::sim
