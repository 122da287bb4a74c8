// SPDX-License-Identifier: Apache-2.0
#include "workloads/sensitivity.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "arch/check.h"
#include "arch/helper_threads.h"
#include "workloads/blas.h"
#include "workloads/reference.h"
#include "workloads/sensitivity_pass.h"
#include "workloads/sensitivity_statistics.h"

namespace nvcim::workloads {
namespace {

/// Writes the stored values of the samples first … first + count.
using FillInputs = std::function<void(int first, int count, float* inputs)>;

/// Streams the samples through passes on several threads. LayerSensitivity::node is the number in the graph.
Sensitivity measure(const FloatGraph& graph, const FillInputs& fill, std::span<const std::uint8_t> labels, int samples,
                    const SensitivityOptions& options) {
  const OneBlasThread one_blas_thread(options.threads);
  const CurvatureModel model(graph, options);
  NVCIM_CHECK(samples > 0 && (!model.slope || labels.size() >= std::size_t(samples)), "{} labels for {} samples",
              labels.size(), samples);
  Sensitivity result;
  result.method = options.method;
  result.samples = samples;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const auto* convolution = std::get_if<GraphConvolution>(&graph.nodes[n].operation);
    if (convolution == nullptr) continue;
    LayerSensitivity& layer = result.layers.emplace_back();
    layer.node = static_cast<int>(n);
    layer.full_scale = convolution->full_scale;
    layer.curvature.assign(convolution->weights.size(), 0.0);
  }

  std::vector<int> checkpoints = options.checkpoints;
  std::sort(checkpoints.begin(), checkpoints.end());
  std::size_t next_checkpoint = 0;
  std::vector<std::vector<double>> kept;

  const int batches = (samples + model.batch - 1) / model.batch;
  std::atomic<int> next_batch{0};
  int turn = 0;  // batches are added in their order, so that the sums do not depend on the threads
  std::mutex mutex;
  std::condition_variable turned;
  std::exception_ptr failure;
  const auto pass_batches = [&] {
    CurvaturePass pass(model);
    for (int batch = next_batch++; batch < batches; batch = next_batch++) {
      const int first = batch * model.batch;
      const int count = std::min(model.batch, samples - first);
      fill(first, count, pass.inputs());
      const auto& sums = pass.run(labels.empty() ? nullptr : labels.data() + first, count);
      std::unique_lock lock(mutex);
      turned.wait(lock, [&] { return failure || turn == batch; });
      if (failure) return;
      for (LayerSensitivity& layer : result.layers)
        for (std::size_t i = 0; i < layer.curvature.size(); ++i) layer.curvature[i] += sums[layer.node][i];
      const int done = first + count;
      if (next_checkpoint < checkpoints.size() && done >= checkpoints[next_checkpoint]) {
        while (next_checkpoint < checkpoints.size() && done >= checkpoints[next_checkpoint]) ++next_checkpoint;
        result.convergence.push_back({done, 0, 0});
        kept.push_back(result.all());
      }
      if (options.progress) options.progress(done, samples);
      ++turn;
      turned.notify_all();
    }
  };
  const auto work = [&] {
    try {
      pass_batches();
    } catch (...) {
      const std::lock_guard lock(mutex);
      next_batch = batches;
      if (!failure) failure = std::current_exception();
      turned.notify_all();
    }
  };
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < std::min(options.threads, batches); ++i)
      if (!add_helper(others, work)) break;
    work();
  }
  if (failure) std::rethrow_exception(failure);

  const std::vector<double> final_sums = result.all();
  for (std::size_t i = 0; i < kept.size(); ++i) {
    result.convergence[i].spearman = spearman(kept[i], final_sums);
    result.convergence[i].top_overlap = top_overlap(kept[i], final_sums, 0.1);
  }
  for (LayerSensitivity& layer : result.layers)
    for (double& value : layer.curvature) value /= samples;
  return result;
}

}  // namespace

std::vector<double> Sensitivity::all() const {
  std::vector<double> values;
  for (const LayerSensitivity& layer : layers)
    values.insert(values.end(), layer.curvature.begin(), layer.curvature.end());
  return values;
}

Sensitivity measure_sensitivity(const Network& network, std::span<const std::uint8_t> pixels, int samples,
                                const SensitivityOptions& options) {
  const std::size_t size = network.input.size();
  NVCIM_CHECK(pixels.size() >= samples * size, "{} pixels for {} samples", pixels.size(), samples);
  const FloatGraph graph = float_graph(network);
  const int zero_point = network.nodes.front().input_zero_point;
  const auto fill = [&](int first, int count, float* inputs) {
    std::vector<std::uint8_t> codes(size);
    for (int sample = first; sample < first + count; ++sample) {
      encode_image(network, pixels.data() + sample * size, codes.data());
      for (std::uint8_t code : codes) *inputs++ = static_cast<float>(code - zero_point);
    }
  };
  Sensitivity result = measure(graph, fill, {}, samples, options);
  for (LayerSensitivity& layer : result.layers)
    layer.node = std::get<GraphConvolution>(graph.nodes[layer.node].operation).source;
  return result;
}

Sensitivity measure_sensitivity(const FloatGraph& graph, std::span<const float> inputs,
                                std::span<const std::uint8_t> labels, int samples, const SensitivityOptions& options) {
  const std::size_t size = graph.input().size();
  NVCIM_CHECK(inputs.size() >= samples * size, "{} inputs for {} samples", inputs.size(), samples);
  const auto fill = [&](int first, int count, float* to) {
    std::copy_n(inputs.data() + first * size, count * size, to);
  };
  return measure(graph, fill, labels, samples, options);
}

}  // namespace nvcim::workloads
