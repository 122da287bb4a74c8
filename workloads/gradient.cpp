// SPDX-License-Identifier: Apache-2.0
#include "workloads/gradient.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "arch/check.h"
#include "arch/helper_threads.h"
#include "workloads/blas.h"
#include "workloads/gradient_pass.h"

namespace nvcim::workloads {

WeightMatrix zero_weights(const Network& network) {
  WeightMatrix zeros(network.nodes.size());
  for (std::size_t n = 0; n < network.nodes.size(); ++n) zeros[n].assign(network.nodes[n].mvm.weights.size(), 0.0f);
  return zeros;
}

struct GradientEngine::Workers {
  std::vector<std::unique_ptr<GradientPass>> passes;  // [threads], made when first needed
  WeightMatrix weights;                               // codes with their deviations
};

GradientEngine::GradientEngine(const Network& network, int threads)
    : network_(network), threads_(std::max(1, threads)), workers_(std::make_unique<Workers>()) {
  workers_->passes.resize(threads_);
  workers_->passes[0] = std::make_unique<GradientPass>(network);
  workers_->weights = zero_weights(network);
}

GradientEngine::~GradientEngine() = default;

GradientSum GradientEngine::run(const WeightMatrix& deviation, std::span<const std::uint8_t> pixels,
                                std::span<const std::uint8_t> labels, std::span<const int> chosen,
                                const AttackObjective& objective, bool with_gradient) {
  NVCIM_CHECK(deviation.size() == network_.nodes.size(), "{} deviations", deviation.size());
  const OneBlasThread one_blas_thread(threads_);
  std::vector<float> full_scale(network_.nodes.size(), 1.0f);
  for (std::size_t n = 0; n < network_.nodes.size(); ++n) {
    const MvmLayer& mvm = network_.nodes[n].mvm;
    NVCIM_CHECK(deviation[n].size() == mvm.weights.size(), "{}: {} deviations of {} weights", network_.nodes[n].name,
                deviation[n].size(), mvm.weights.size());
    full_scale[n] = static_cast<float>((1 << (mvm.weight_bits - 1)) - 1);
    for (std::size_t i = 0; i < mvm.weights.size(); ++i)
      workers_->weights[n][i] = static_cast<float>(mvm.weights[i]) + full_scale[n] * deviation[n][i];
  }

  const int classes = network_.classes();
  NVCIM_CHECK(objective.barred.empty() || objective.barred.size() == std::size_t(classes) * classes, "{} barred rivals",
              objective.barred.size());
  NVCIM_CHECK(objective.softness > 0 || (objective.softness == 0 && objective.loss != AttackLoss::accuracy),
              "softness {}", objective.softness);
  GradientSum result;
  result.held.assign(std::size_t(classes) * classes, 0);
  if (with_gradient) result.gradient = zero_weights(network_);
  const int batch = workers_->passes[0]->batch(), samples = static_cast<int>(chosen.size());
  const int batches = (samples + batch - 1) / batch;
  std::atomic<int> next_batch{0};
  int turn = 0;  // batches are added in their order, so that the sums do not depend on the threads
  std::mutex mutex;
  std::condition_variable turned;
  std::exception_ptr failure;
  const auto pass_batches = [&](int worker) {
    auto& pass = workers_->passes[worker];
    if (!pass) pass = std::make_unique<GradientPass>(network_);
    for (int item = next_batch++; item < batches; item = next_batch++) {
      const auto part = chosen.subspan(std::size_t(item) * batch, std::min(batch, samples - item * batch));
      const GradientPass::Sums sums = pass->run(workers_->weights, pixels, labels, part, objective, with_gradient);
      std::unique_lock lock(mutex);
      turned.wait(lock, [&] { return failure || turn == item; });
      if (failure) return;
      result.loss += sums.loss;
      result.correct += sums.correct;
      for (std::size_t i = 0; i < result.held.size(); ++i) result.held[i] += sums.held[i];
      for (std::size_t n = 0; n < result.gradient.size(); ++n)
        for (std::size_t i = 0; i < result.gradient[n].size(); ++i)
          result.gradient[n][i] += sums.gradient[n][i] * full_scale[n];
      ++turn;
      turned.notify_all();
    }
  };
  const auto work = [&](int worker) {
    try {
      pass_batches(worker);
    } catch (...) {
      const std::lock_guard lock(mutex);
      next_batch = batches;
      if (!failure) failure = std::current_exception();
      turned.notify_all();
    }
  };
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < std::min(threads_, batches); ++i)
      if (!add_helper(others, work, i)) break;
    work(0);
  }
  if (failure) std::rethrow_exception(failure);
  return result;
}

}  // namespace nvcim::workloads
