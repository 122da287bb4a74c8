// SPDX-License-Identifier: Apache-2.0
#include "workloads/float_inference.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "arch/check.h"
#include "arch/helper_threads.h"
#include "workloads/blas.h"
#include "workloads/float_forward.h"
#include "workloads/reference.h"

namespace nvcim::workloads {
namespace {

constexpr int kInferenceBatch = 64;
constexpr std::size_t kMapFloats = std::size_t{8} << 20;  // per batch, of the largest map

/// What all threads share.
struct Plan {
  explicit Plan(const FloatGraph& of) : graph(of), products(of.nodes.size()), last_reader(of.nodes.size(), -1) {
    std::size_t largest = 1;
    for (std::size_t n = 0; n < of.nodes.size(); ++n) {
      const GraphNode& node = of.nodes[n];
      largest = std::max<std::size_t>(largest, node.output.size());
      for (const int input : node.inputs) last_reader[input] = static_cast<int>(n);
      if (const auto* convolution = std::get_if<GraphConvolution>(&node.operation))
        products[n].emplace_back(*convolution, of.nodes[node.inputs.front()].output, node.output);
    }
    batch = static_cast<int>(std::clamp<std::size_t>(kMapFloats / largest, 1, kInferenceBatch));
  }

  const FloatGraph& graph;
  std::vector<std::vector<ConvolutionProducts>> products;  // [nodes] one for a convolution, else none
  std::vector<int> last_reader;                            // [nodes] -1: nobody
  int batch;
};

/// The values of one batch; those that nobody will read any more make room for others. One per thread.
class Pass {
 public:
  Pass(const Plan& plan, const InferenceOptions& options)
      : plan_(plan), options_(options), values_(plan.graph.nodes.size()) {}

  float* inputs(int samples) { return take(0, samples); }

  const float* run(int samples) {
    const std::vector<GraphNode>& nodes = plan_.graph.nodes;
    const int last = static_cast<int>(nodes.size()) - 1;
    tell(0, samples);
    for (int n = 1; n <= last; ++n) {
      std::vector<const float*> inputs;
      for (const int input : nodes[n].inputs) inputs.push_back(values_[input].data());
      float* out = take(n, samples);
      forward_node(plan_.graph, n, plan_.products[n].data(), inputs, samples, out, nullptr, scratch_);
      tell(n, samples);
      for (const int input : nodes[n].inputs)
        if (plan_.last_reader[input] == n) put_back(input);
      if (plan_.last_reader[n] < 0 && n != last) put_back(n);
    }
    return values_[last].data();
  }

 private:
  float* take(int node, int samples) {
    std::vector<float>& values = values_[node];
    if (values.empty() && !spare_.empty()) {
      values = std::move(spare_.back());
      spare_.pop_back();
    }
    const std::size_t count = std::size_t(samples) * plan_.graph.nodes[node].output.size();
    if (values.size() < count) values.resize(count);
    return values.data();
  }
  void put_back(int node) {
    if (!values_[node].empty()) spare_.push_back(std::exchange(values_[node], {}));
  }

  void tell(int node, int samples) const {
    if (options_.observe)
      options_.observe(node,
                       std::span(values_[node]).first(samples * std::size_t(plan_.graph.nodes[node].output.size())));
  }

  const Plan& plan_;
  const InferenceOptions& options_;
  std::vector<std::vector<float>> values_;  // [nodes]; empty before and after their time
  std::vector<std::vector<float>> spare_;
  ConvolutionScratch scratch_;
};

/// @param fill  writes the stored values of the samples first … first + count
std::vector<float> run(const FloatGraph& graph, const std::function<void(int first, int count, float* inputs)>& fill,
                       int samples, const InferenceOptions& options) {
  const OneBlasThread one_blas_thread(options.threads);
  const Plan plan(graph);
  const std::size_t classes = graph.classes();
  const double unit = graph.nodes.back().unit;
  std::vector<float> logits(samples * classes);
  const int batches = (samples + plan.batch - 1) / plan.batch;
  std::atomic<int> next{0};
  int done = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      Pass pass(plan, options);
      for (int batch = next++; batch < batches; batch = next++) {
        const int first = batch * plan.batch, count = std::min(plan.batch, samples - first);
        fill(first, count, pass.inputs(count));
        const float* values = pass.run(count);
        for (std::size_t i = 0; i < count * classes; ++i)
          logits[first * classes + i] = static_cast<float>(values[i] * unit);
        const std::lock_guard lock(mutex);
        done += count;
        if (options.progress) options.progress(done, samples);
      }
    } catch (...) {
      next = batches;
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < std::min(options.threads, batches); ++i)
      if (!add_helper(others, work)) break;
    work();
  }
  if (failure) std::rethrow_exception(failure);
  return logits;
}

}  // namespace

PixelScale normalised_pixels(const std::vector<double>& mean, const std::vector<double>& deviation) {
  NVCIM_CHECK(mean.size() == deviation.size(), "{} means, {} deviations", mean.size(), deviation.size());
  PixelScale to_input;
  for (std::size_t channel = 0; channel < mean.size(); ++channel) {
    to_input.scale.push_back(1 / (255 * deviation[channel]));
    to_input.offset.push_back(-mean[channel] / deviation[channel]);
  }
  return to_input;
}

std::vector<float> infer(const FloatGraph& graph, std::span<const float> inputs, int samples,
                         const InferenceOptions& options) {
  const std::size_t size = graph.input().size();
  NVCIM_CHECK(inputs.size() >= samples * size, "{} inputs for {} samples", inputs.size(), samples);
  return run(
      graph, [&](int first, int count, float* to) { std::copy_n(inputs.data() + first * size, count * size, to); },
      samples, options);
}

std::vector<float> infer(const FloatGraph& graph, const PixelScale& to_input, std::span<const std::uint8_t> pixels,
                         int samples, const InferenceOptions& options) {
  const Shape& shape = graph.input();
  const std::size_t size = shape.size(), plane = size / shape.channels;
  NVCIM_CHECK(pixels.size() >= samples * size && to_input.scale.size() == std::size_t(shape.channels),
              "{} pixels for {} samples, {} scales for {} channels", pixels.size(), samples, to_input.scale.size(),
              shape.channels);
  const double unit = graph.nodes.front().unit;
  const auto fill = [&](int first, int count, float* to) {
    const std::uint8_t* from = pixels.data() + first * size;
    for (std::size_t i = 0; i < count * size; ++i) {
      const std::size_t channel = i % size / plane;
      to[i] = static_cast<float>((from[i] * to_input.scale[channel] + to_input.offset[channel]) / unit);
    }
  };
  return run(graph, fill, samples, options);
}

std::vector<float> infer(const Network& network, std::span<const std::uint8_t> pixels, int samples,
                         const InferenceOptions& options) {
  FloatGraph graph = float_graph(network);
  graph.nodes.back().unit = 1;  // bias and sums are whole numbers of steps
  const std::size_t size = network.input.size(), plane = size / network.input.channels;
  NVCIM_CHECK(pixels.size() >= samples * size, "{} pixels for {} samples", pixels.size(), samples);
  const int zero_point = network.nodes.front().input_zero_point;
  const auto fill = [&](int first, int count, float* to) {
    const std::uint8_t* from = pixels.data() + first * size;
    for (std::size_t i = 0; i < count * size; ++i)
      to[i] = static_cast<float>(network.input_table[i % size / plane][from[i]] - zero_point);
  };
  return run(graph, fill, samples, options);
}

int count_correct(std::span<const float> logits, std::span<const std::uint8_t> labels) {
  const std::size_t classes = labels.empty() ? 0 : logits.size() / labels.size();
  int correct = 0;
  for (std::size_t sample = 0; sample < labels.size(); ++sample)
    correct += predicted_class(logits.subspan(sample * classes, classes)) == labels[sample];
  return correct;
}

}  // namespace nvcim::workloads
