// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <mutex>
#include <optional>

#include "arch/check.h"
#include "mapping/schedule.h"
#include "sim/engine.h"
#include "sim/functional/activity.h"
#include "sim/functional/layer_runner.h"
#include "sim/functional/pool_maps.h"
#include "sim/parallel/for_each_item.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

using workloads::Network;
using workloads::Node;

/// What one thread needs for itself.
struct Worker {
  std::vector<std::uint8_t> current, next;  ///< maps of a batch, [images][size]
  LayerWorkspace layer;
  std::vector<LayerActivity> activity;  ///< [MVM layers]
};

std::size_t largest_map(const Network& network) {
  int largest = network.input.size();
  for (const Node& node : network.nodes) largest = std::max(largest, node.output.size());
  return static_cast<std::size_t>(largest);
}

void keep_codes(const Node& node, const std::vector<std::uint8_t>& maps, int node_index, int images,
                SampleTrace* traces) {
  const auto size = static_cast<std::ptrdiff_t>(node.output.size());
  for (int image = 0; image < images; ++image)
    traces[image].codes[node_index].assign(maps.begin() + image * size, maps.begin() + (image + 1) * size);
}

/// Runs one batch from pixels to logits.
void run_batch(const ChipRun& run, const std::vector<LayerRunner>& layers, const std::uint8_t* pixels, int images,
               std::uint32_t first_sample, double* logits, SampleTrace* traces, Worker& worker) {
  const Network& network = run.network;
  const std::size_t input_size = network.input.size();
  for (int image = 0; image < images; ++image)
    workloads::encode_image(network, pixels + image * input_size, worker.current.data() + image * input_size);
  if (traces)
    for (int image = 0; image < images; ++image) {
      traces[image].sums.resize(layers.size());
      traces[image].codes.resize(network.nodes.size());
    }
  for (int index = 0; index < static_cast<int>(network.nodes.size()); ++index) {
    const Node& node = network.nodes[index];
    if (node.kind == Node::Kind::pool) {
      pool_maps(node, worker.current.data(), images, worker.next.data());
    } else {
      const int layer = run.plan.layer_of_node[index];
      worker.activity[layer].add(worker.current.data(), images);
      LayerRunner::Output output;
      output.traces = traces;
      if (node.mvm.raw_output)
        output.logits = logits;
      else
        output.codes = worker.next.data();
      layers[layer].run(worker.current.data(), images, first_sample, output, worker.layer);
    }
    if (node.kind == Node::Kind::mvm && node.mvm.raw_output) continue;
    std::swap(worker.current, worker.next);
    if (traces) keep_codes(node, worker.current, index, images, traces);
  }
}

}  // namespace

InferenceResult run_functional(const ChipRun& run, std::span<const std::uint8_t> pixels, int samples,
                               const EngineOptions& options) {
  const Network& network = run.network;
  NVCIM_CHECK(samples >= 0 && pixels.size() >= std::size_t(samples) * network.input.size(), "{} pixels for {} samples",
              pixels.size(), samples);
  NVCIM_CHECK(network.nodes.back().kind == Node::Kind::mvm && network.nodes.back().mvm.raw_output,
              "network {} does not end with raw sums", network.name);
  const int batch = std::clamp(options.batch, 1, std::max(1, samples));
  const int batches = (samples + batch - 1) / batch;
  const int threads = std::clamp(options.threads, 1, std::max(1, batches));
  const int classes = network.classes();

  std::vector<std::optional<LayerRunner>> made(run.plan.layers.size());
  for_each_item(static_cast<int>(made.size()), options.threads,
                [&](int, int layer) { made[layer].emplace(run, run.plan.layers[layer]); });
  std::vector<LayerRunner> layers;
  for (auto& layer : made) layers.push_back(std::move(*layer));

  InferenceResult result;
  result.logits.resize(std::size_t(samples) * classes);
  result.predicted.resize(samples);
  if (options.keep_traces) result.traces.resize(samples);

  std::vector<Worker> workers(threads);
  for (Worker& worker : workers) {
    worker.current.resize(largest_map(network) * batch);
    worker.next.resize(largest_map(network) * batch);
    for (const mapping::LayerPlan& layer : run.plan.layers)
      worker.activity.emplace_back(network.nodes[layer.node], run.architecture.dac.bits);
  }
  std::mutex progress_mutex;
  int done = 0;
  for_each_item(batches, threads, [&](int worker, int item) {
    const int begin = item * batch, images = std::min(batch, samples - begin);
    run_batch(run, layers, pixels.data() + std::size_t(begin) * network.input.size(), images,
              options.first_sample + static_cast<std::uint32_t>(begin),
              result.logits.data() + std::size_t(begin) * classes,
              options.keep_traces ? result.traces.data() + begin : nullptr, workers[worker]);
    if (!options.progress) return;
    const std::lock_guard lock(progress_mutex);
    done += images;
    options.progress(done, samples);
  });
  for (int sample = 0; sample < samples; ++sample)
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
