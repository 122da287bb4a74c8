// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <mutex>
#include <numeric>
#include <optional>

#include "arch/ceil_div.h"
#include "arch/check.h"
#include "mapping/schedule.h"
#include "sim/engine.h"
#include "sim/functional/activity.h"
#include "sim/functional/layer_runner.h"
#include "sim/parallel/for_each_item.h"
#include "workloads/map_slots.h"
#include "workloads/operators/digital_operator.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

using workloads::Network;
using workloads::Node;

/// What one thread needs for itself.
struct Worker {
  std::vector<std::vector<std::uint8_t>> maps;  ///< [slots] maps of a batch, [images][size]
  LayerWorkspace layer;
  std::vector<LayerActivity> activity;  ///< [MVM layers]
};

/// Tables of a block are made anew for every batch, so large ones are fast as long as their maps stay in a cache; and
/// every thread gets as many of them as the others.
int choose_batch(const workloads::MapSlots& slots, int samples, int wished_threads) {
  constexpr std::size_t kMapBytes = 2 << 20;
  const std::size_t of_image = std::accumulate(slots.size.begin(), slots.size.end(), std::size_t{0});
  const int most = static_cast<int>(std::clamp<std::size_t>(kMapBytes / std::max<std::size_t>(of_image, 1), 64, 256));
  const int threads = std::clamp(wished_threads, 1, samples);
  return ceil_div(samples, ceil_div(ceil_div(samples, most), threads) * threads);
}

/// Runs batches from pixels to logits.
class BatchRunner {
 public:
  BatchRunner(const ChipRun& run, const workloads::MapSlots& slots, const std::vector<LayerRunner>& layers)
      : run_(run), slots_(slots), layers_(layers) {
    for (int node = 0; node < static_cast<int>(run.network.nodes.size()); ++node)
      sources_.push_back(run.network.sources(node));
  }

  /// Logits or codes of the last node are written, whichever it gives.
  void run(const std::uint8_t* pixels, int images, std::uint32_t first_sample, double* logits, std::uint8_t* codes_out,
           SampleTrace* traces, Worker& worker) const {
    const Network& network = run_.network;
    const std::size_t input_size = network.input.size();
    std::uint8_t* input = worker.maps[slots_.of(workloads::kNetworkInput)].data();
    for (int image = 0; image < images; ++image)
      workloads::encode_image(network, pixels + image * input_size, input + image * input_size);
    if (traces)
      for (int image = 0; image < images; ++image) {
        traces[image].sums.resize(layers_.size());
        traces[image].codes.resize(network.nodes.size());
      }
    for (int index = 0; index < static_cast<int>(network.nodes.size()); ++index) {
      const Node& node = network.nodes[index];
      const std::uint8_t* first = worker.maps[slots_.of(sources_[index][0])].data();
      const int slot = slots_.of(index);
      std::uint8_t* codes = slot < 0 ? nullptr : worker.maps[slot].data();
      if (node.is_mvm()) {
        const int layer = run_.plan.layer_of_node[index];
        worker.activity[layer].add(first, images);
        layers_[layer].run(first, images, first_sample, {codes, node.mvm.raw_output ? logits : nullptr, traces},
                           worker.layer);
      } else {
        run_digital(index, images, worker, codes);
      }
      if (traces && codes) keep_codes(node, codes, index, images, traces);
    }
    if (const int last = slots_.of(static_cast<int>(network.nodes.size()) - 1); last >= 0)
      std::copy_n(worker.maps[last].data(), std::size_t(images) * network.classes(), codes_out);
  }

 private:
  void run_digital(int index, int images, const Worker& worker, std::uint8_t* codes) const {
    const Network& network = run_.network;
    std::vector<const std::uint8_t*> inputs;
    for (int image = 0; image < images; ++image) {
      inputs.clear();
      for (const int source : sources_[index])
        inputs.push_back(worker.maps[slots_.of(source)].data() + std::size_t(image) * network.map(source).size());
      workloads::operator_of(network.nodes[index])
          .compute(network, index, inputs, codes + std::size_t(image) * network.nodes[index].output.size());
    }
  }

  static void keep_codes(const Node& node, const std::uint8_t* codes, int index, int images, SampleTrace* traces) {
    const auto size = static_cast<std::size_t>(node.output.size());
    for (int image = 0; image < images; ++image)
      traces[image].codes[index].assign(codes + image * size, codes + (image + 1) * size);
  }

  const ChipRun& run_;
  const workloads::MapSlots& slots_;
  const std::vector<LayerRunner>& layers_;
  std::vector<std::vector<int>> sources_;  ///< [nodes]
};

}  // namespace

InferenceResult run_functional(const ChipRun& run, std::span<const std::uint8_t> pixels, int samples,
                               const EngineOptions& options) {
  const Network& network = run.network;
  NVCIM_CHECK(samples >= 0 && pixels.size() >= std::size_t(samples) * network.input.size(), "{} pixels for {} samples",
              pixels.size(), samples);
  const bool gives_codes = !network.nodes.back().gives_logits();
  const workloads::MapSlots slots = workloads::make_map_slots(network);
  const int most = std::max(1, samples);
  const int batch = options.batch > 0 ? std::min(options.batch, most) : choose_batch(slots, most, options.threads);
  const int batches = ceil_div(samples, batch);
  const int threads = std::clamp(options.threads, 1, std::max(1, batches));
  const int classes = network.classes();

  std::vector<std::optional<LayerRunner>> made(run.plan.layers.size());
  for_each_item(static_cast<int>(made.size()), options.threads,
                [&](int, int layer) { made[layer].emplace(run, run.plan.layers[layer]); });
  std::vector<LayerRunner> layers;
  for (auto& layer : made) layers.push_back(std::move(*layer));

  InferenceResult result;
  if (gives_codes) {
    result.codes.resize(std::size_t(samples) * classes);
  } else {
    result.logits.resize(std::size_t(samples) * classes);
    result.predicted.resize(samples);
  }
  if (options.keep_traces) result.traces.resize(samples);

  const BatchRunner runner(run, slots, layers);
  std::vector<Worker> workers(threads);
  for (Worker& worker : workers) {
    for (const std::size_t size : slots.size) worker.maps.emplace_back(size * batch);
    for (const mapping::LayerPlan& layer : run.plan.layers)
      worker.activity.emplace_back(network.nodes[layer.node], run.architecture.dac.bits);
  }
  std::mutex progress_mutex;
  int done = 0;
  for_each_item(batches, threads, [&](int worker, int item) {
    const int begin = item * batch, images = std::min(batch, samples - begin);
    runner.run(pixels.data() + std::size_t(begin) * network.input.size(), images,
               options.first_sample + static_cast<std::uint32_t>(begin),
               gives_codes ? nullptr : result.logits.data() + std::size_t(begin) * classes,
               gives_codes ? result.codes.data() + std::size_t(begin) * classes : nullptr,
               options.keep_traces ? result.traces.data() + begin : nullptr, workers[worker]);
    if (!options.progress) return;
    const std::lock_guard lock(progress_mutex);
    done += images;
    options.progress(done, samples);
  });
  for (int sample = 0; sample < static_cast<int>(result.predicted.size()); ++sample)
    result.predicted[sample] =
        workloads::predicted_class(std::span<const double>(result.logits)
                                       .subspan(std::size_t(sample) * classes, static_cast<std::size_t>(classes)));

  result.counts = EventCounts(network.nodes.size());
  const EventCounts one = mapping::count_sample(run.architecture, network, run.plan,
                                                mapping::make_schedule(run.architecture, network, run.plan));
  for (std::size_t row = 0; row < one.rows(); ++row)
    for (const EventInfo& info : kEventInfo)
      result.counts.add(row, info.event, one.of(row, info.event) * static_cast<std::uint64_t>(samples));
  for (std::size_t layer = 0; layer < run.plan.layers.size(); ++layer) {
    LayerActivity total = std::move(workers[0].activity[layer]);
    for (int worker = 1; worker < threads; ++worker) total += workers[worker].activity[layer];
    total.count(run, run.plan.layers[layer], result.counts);
  }
  return result;
}

}  // namespace nvcim::sim
