// SPDX-License-Identifier: Apache-2.0
#include "workloads/sensitivity.h"

#include <cblas.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "arch/check.h"
#include "workloads/sensitivity_pass.h"
#include "workloads/sensitivity_statistics.h"

namespace nvcim::workloads {
namespace {

/// Our threads share the work, so each product of matrices stays on its own thread. The setting belongs to the process:
/// it is put back afterwards.
class OneBlasThread {
 public:
  OneBlasThread() : before_(openblas_get_num_threads()) { openblas_set_num_threads(1); }
  ~OneBlasThread() { openblas_set_num_threads(before_); }
  OneBlasThread(const OneBlasThread&) = delete;
  OneBlasThread& operator=(const OneBlasThread&) = delete;

 private:
  int before_;
};

}  // namespace

std::vector<double> Sensitivity::all() const {
  std::vector<double> values;
  for (const LayerSensitivity& layer : layers)
    values.insert(values.end(), layer.curvature.begin(), layer.curvature.end());
  return values;
}

Sensitivity measure_sensitivity(const Network& network, std::span<const std::uint8_t> pixels, int samples,
                                const SensitivityOptions& options) {
  NVCIM_CHECK(samples > 0 && pixels.size() >= std::size_t(samples) * network.input.size(), "{} pixels for {} samples",
              pixels.size(), samples);
  const OneBlasThread one_blas_thread;
  const CurvatureModel model(network, options);
  Sensitivity result;
  result.method = options.method;
  result.samples = samples;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const Node& node = network.nodes[n];
    if (node.kind != Node::Kind::mvm) continue;
    LayerSensitivity& layer = result.layers.emplace_back();
    layer.node = static_cast<int>(n);
    layer.full_scale = ((1 << (node.mvm.weight_bits - 1)) - 1) * node.mvm.weight_scale;
    layer.curvature.assign(node.mvm.weights.size(), 0.0);
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
  const auto work = [&] {
    CurvaturePass pass(model);
    for (int batch = next_batch++; batch < batches; batch = next_batch++) {
      const int first = batch * model.batch;
      const int count = std::min(model.batch, samples - first);
      const auto& sums = pass.run(pixels.data() + std::size_t(first) * network.input.size(), count);
      std::unique_lock lock(mutex);
      turned.wait(lock, [&] { return turn == batch; });
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
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < std::min(options.threads, batches); ++i) others.emplace_back(work);
    work();
  }

  const std::vector<double> final_sums = result.all();
  for (std::size_t i = 0; i < kept.size(); ++i) {
    result.convergence[i].spearman = spearman(kept[i], final_sums);
    result.convergence[i].top_overlap = top_overlap(kept[i], final_sums, 0.1);
  }
  for (LayerSensitivity& layer : result.layers)
    for (double& value : layer.curvature) value /= samples;
  return result;
}

}  // namespace nvcim::workloads
