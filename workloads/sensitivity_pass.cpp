// SPDX-License-Identifier: Apache-2.0
#include "workloads/sensitivity_pass.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "arch/check.h"
#include "workloads/reference.h"
#include "workloads/sensitivity_loss.h"

namespace nvcim::workloads {
namespace {

constexpr int kLargestBatch = 64;
constexpr std::size_t kBufferFloats = std::size_t{8} << 20;  // per batch, of the largest map with all its streams

/// Calls visit(output index, source index of the window's first element inside, rows inside, columns inside).
template <class Visit>
void for_each_window(const Window& window, const Shape& in, const Shape& out, Visit visit) {
  int at = 0;
  for (int channel = 0; channel < out.channels; ++channel)
    for (int y = 0; y < out.height; ++y)
      for (int x = 0; x < out.width; ++x, ++at) {
        const int y0 = y * window.stride_h - window.pad_top, x0 = x * window.stride_w - window.pad_left;
        const int top = std::max(y0, 0), left = std::max(x0, 0);
        visit(at, (channel * in.height + top) * in.width + left,
              std::max(0, std::min(y0 + window.kernel_h, in.height) - top),
              std::max(0, std::min(x0 + window.kernel_w, in.width) - left));
      }
}

}  // namespace

CurvatureModel::CurvatureModel(const FloatGraph& of, const SensitivityOptions& options)
    : graph(of), method(options.method), loss(options.loss), layers(of.nodes.size()) {
  const bool recursion = method == SensitivityMethod::recursion;
  streams = recursion ? 1 : of.classes();
  slope = recursion && !is_piecewise_linear(of);
  std::size_t largest = 0;
  for (std::size_t n = 0; n < of.nodes.size(); ++n) {
    const GraphNode& node = of.nodes[n];
    Layer& layer = layers[n];
    largest = std::max<std::size_t>(largest, node.output.size());
    for (int input : node.inputs) layer.wanted = layer.wanted || layers[input].wanted;
    const auto* convolution = std::get_if<GraphConvolution>(&node.operation);
    if (convolution == nullptr) continue;
    const GraphNode& input = of.nodes[node.inputs.front()];
    layer.wanted = true;
    layer.products.emplace_back(*convolution, input.output, node.output);
    const double to_normalised = convolution->full_scale * input.unit;
    layer.to_normalised = to_normalised * to_normalised;
    if (!layers[node.inputs.front()].wanted) continue;
    std::vector<float> weights = convolution->weights;
    for (float& weight : weights) weight *= static_cast<float>(convolution->weight_unit);
    if (recursion) {
      layer.squared = weights;
      for (float& weight : layer.squared) weight *= weight;
    }
    if (!recursion || slope) layer.weights = std::move(weights);
  }
  batch = static_cast<int>(std::clamp<std::size_t>(kBufferFloats / (largest * streams), 1, kLargestBatch));
}

CurvaturePass::CurvaturePass(const CurvatureModel& model) : model_(model) {
  const std::size_t nodes = model.graph.nodes.size(), batch = model.batch;
  values_.resize(nodes);
  winners_.resize(nodes);
  flows_.resize(nodes);
  curvature_.resize(nodes);
  for (std::size_t n = 0; n < nodes; ++n) {
    const GraphNode& node = model.graph.nodes[n];
    values_[n].resize(batch * node.output.size());
    if (const auto* pool = std::get_if<GraphPool>(&node.operation); pool && pool->kind == PoolKind::maximum)
      winners_[n].resize(batch * node.output.size());
    if (const auto* convolution = std::get_if<GraphConvolution>(&node.operation))
      curvature_[n].resize(convolution->weights.size());
  }
}

const std::vector<std::vector<float>>& CurvaturePass::run(const std::uint8_t* labels, int samples) {
  const int last = static_cast<int>(model_.graph.nodes.size()) - 1;
  for (int n = 1; n <= last; ++n) forward(n, samples);
  seed(labels, samples);
  for (int n = last; n > 0; --n)
    if (!flows_[n].main.empty()) backward(n, samples);  // empty where nothing below has weights, or nobody reads it
  return curvature_;
}

void CurvaturePass::forward(int n, int samples) {
  const GraphNode& node = model_.graph.nodes[n];
  if (const auto* convolution = std::get_if<GraphConvolution>(&node.operation)) {
    forward_convolution(n, *convolution, samples);
  } else if (const auto* activation = std::get_if<GraphActivation>(&node.operation)) {
    forward_activation(n, *activation, samples);
  } else if (const auto* pool = std::get_if<GraphPool>(&node.operation)) {
    forward_pool(n, *pool, samples);
  } else if (const auto* affine = std::get_if<GraphAffine>(&node.operation)) {
    const GraphNode& input = model_.graph.nodes[node.inputs.front()];
    const float* in = values_[node.inputs.front()].data();
    float* out = values_[n].data();
    const int positions = node.output.height * node.output.width;
    for (int sample = 0; sample < samples; ++sample)
      for (int channel = 0; channel < node.output.channels; ++channel) {
        const auto factor = static_cast<float>(affine->factor[channel] * input.unit / node.unit);
        const auto offset = static_cast<float>(affine->offset[channel]);
        for (int i = 0; i < positions; ++i) *out++ = factor * *in++ + offset;
      }
  } else {
    forward_join(n, samples);
  }
}

void CurvaturePass::forward_convolution(int n, const GraphConvolution& parameters, int samples) {
  const GraphNode& node = model_.graph.nodes[n];
  // Sums of whole numbers below 2^24 are exact in single precision; a longer one may round to a neighbouring code.
  model_.layers[n].products.front().forward(parameters.weights.data(), values_[node.inputs.front()].data(), samples,
                                            values_[n].data(), scratch_);
  if (parameters.bias.empty()) return;
  float* out = values_[n].data();
  const int positions = node.output.height * node.output.width;
  for (int sample = 0; sample < samples; ++sample)
    for (int channel = 0; channel < node.output.channels; ++channel)
      for (int i = 0; i < positions; ++i, ++out) *out = static_cast<float>(double(*out) + parameters.bias[channel]);
}

void CurvaturePass::forward_activation(int n, const GraphActivation& parameters, int samples) {
  const GraphNode& node = model_.graph.nodes[n];
  const std::size_t count = std::size_t(samples) * node.output.size();
  const float* in = values_[node.inputs.front()].data();
  float* out = values_[n].data();
  if (parameters.kind == GraphActivation::Kind::requantise) {
    const Requantisation& to_code = parameters.requantisation;
    for (std::size_t i = 0; i < count; ++i)
      out[i] = static_cast<float>(int{requantise(in[i], 0, to_code)} - to_code.zero_point);
    return;
  }
  const double unit = model_.graph.nodes[node.inputs.front()].unit;
  for (std::size_t i = 0; i < count; ++i)
    out[i] = static_cast<float>(activation_point(parameters, in[i] * unit).value / node.unit);
}

void CurvaturePass::forward_pool(int n, const GraphPool& parameters, int samples) {
  const GraphNode& node = model_.graph.nodes[n];
  const Shape& in = model_.graph.nodes[node.inputs.front()].output;
  const int area = parameters.window.area();
  for (int sample = 0; sample < samples; ++sample) {
    const float* map = values_[node.inputs.front()].data() + std::size_t(sample) * in.size();
    float* out = values_[n].data() + std::size_t(sample) * node.output.size();
    std::int32_t* winners =
        winners_[n].empty() ? nullptr : winners_[n].data() + std::size_t(sample) * node.output.size();
    for_each_window(parameters.window, in, node.output, [&](int at, int source, int rows, int columns) {
      if (parameters.kind == PoolKind::maximum) {
        int winner = source;
        for (int y = 0; y < rows; ++y)
          for (int x = 0; x < columns; ++x)
            if (map[source + y * in.width + x] > map[winner]) winner = source + y * in.width + x;
        winners[at] = winner;
        out[at] = map[winner];
        return;
      }
      double sum = 0;
      for (int y = 0; y < rows; ++y)
        for (int x = 0; x < columns; ++x) sum += map[source + y * in.width + x];
      const int of = parameters.count_padding ? area : rows * columns;
      out[at] = static_cast<float>(parameters.round ? std::floor((2 * sum + of) / (2.0 * of)) : sum / of);
    });
  }
}

void CurvaturePass::forward_join(int n, int samples) {
  const GraphNode& node = model_.graph.nodes[n];
  const bool adds = std::holds_alternative<GraphAdd>(node.operation);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const GraphNode& input = model_.graph.nodes[node.inputs[i]];
    const std::size_t size = input.output.size();
    const auto factor = static_cast<float>(input.unit / node.unit);
    for (int sample = 0; sample < samples; ++sample) {
      const float* in = values_[node.inputs[i]].data() + std::size_t(sample) * size;
      float* out = values_[n].data() + std::size_t(sample) * node.output.size() + begin;
      const bool first = !adds || i == 0;
      for (std::size_t k = 0; k < size; ++k) out[k] = (first ? 0.0f : out[k]) + factor * in[k];
    }
    if (!adds) begin += size;
  }
}

void CurvaturePass::seed(const std::uint8_t* labels, int samples) {
  const std::size_t classes = model_.graph.classes(), streams = model_.streams;
  const int last = static_cast<int>(model_.graph.nodes.size()) - 1;
  NVCIM_CHECK(!model_.slope || labels != nullptr, "no labels");
  Flow flow{take(std::size_t(samples) * streams * classes), take(model_.slope ? std::size_t(samples) * classes : 0)};
  std::vector<double> logits(classes);
  for (int sample = 0; sample < samples; ++sample) {
    for (std::size_t k = 0; k < classes; ++k)
      logits[k] = values_[last][std::size_t(sample) * classes + k] * model_.graph.nodes[last].unit;
    const std::span<float> main(flow.main.data() + std::size_t(sample) * streams * classes, streams * classes);
    if (model_.method == SensitivityMethod::recursion)
      seed_recursion(model_.loss, logits, main);
    else
      seed_gauss_newton(model_.loss, logits, main);
    if (model_.slope)
      seed_slope(model_.loss, logits, labels[sample], {flow.slope.data() + std::size_t(sample) * classes, classes});
  }
  give(last, std::move(flow));
}

void CurvaturePass::backward(int n, int samples) {
  const GraphNode& node = model_.graph.nodes[n];
  Flow flow = std::exchange(flows_[n], {});
  if (std::holds_alternative<GraphConvolution>(node.operation)) {
    backward_convolution(n, flow, samples);
    put_back(std::move(flow));
  } else if (const auto* pool = std::get_if<GraphPool>(&node.operation)) {
    give(node.inputs.front(), backward_pool(n, *pool, flow, samples));
    put_back(std::move(flow));
  } else if (const auto* activation = std::get_if<GraphActivation>(&node.operation)) {
    backward_activation(n, *activation, flow, samples);
    give(node.inputs.front(), std::move(flow));
  } else if (const auto* affine = std::get_if<GraphAffine>(&node.operation)) {
    backward_affine(n, *affine, flow);
    give(node.inputs.front(), std::move(flow));
  } else {
    // Each input sees the derivative of the sum, or of its own channels; what they share is a cross term.
    const bool adds = std::holds_alternative<GraphAdd>(node.operation);
    std::size_t begin = 0;
    for (int input : node.inputs) {
      const std::size_t size = model_.graph.nodes[input].output.size();
      if (model_.layers[input].wanted) give(input, part_of(flow, begin, size, node.output.size()));
      if (!adds) begin += size;
    }
    put_back(std::move(flow));
  }
}

void CurvaturePass::backward_convolution(int n, Flow& flow, int samples) {
  const GraphNode& node = model_.graph.nodes[n];
  const int input = node.inputs.front();
  const CurvatureModel::Layer& layer = model_.layers[n];
  const ConvolutionProducts& products = layer.products.front();
  const bool recursion = model_.method == SensitivityMethod::recursion;
  if (recursion)
    products.sum_of_squared_inputs(flow.main.data(), values_[input].data(), samples, curvature_[n].data(), scratch_);
  else
    products.sum_of_squared_gradients(flow.main.data(), values_[input].data(), samples, model_.streams,
                                      curvature_[n].data(), scratch_);
  for (float& value : curvature_[n]) value *= static_cast<float>(layer.to_normalised);
  if (!model_.layers[input].wanted) return;
  const std::size_t size = model_.graph.nodes[input].output.size();
  Flow below{take(std::size_t(samples) * model_.streams * size), take(model_.slope ? samples * size : 0)};
  products.backward(recursion ? layer.squared.data() : layer.weights.data(), flow.main.data(), samples * model_.streams,
                    below.main.data(), scratch_);
  if (model_.slope) products.backward(layer.weights.data(), flow.slope.data(), samples, below.slope.data(), scratch_);
  give(input, std::move(below));
}

void CurvaturePass::backward_activation(int n, const GraphActivation& parameters, Flow& flow, int samples) const {
  const GraphNode& node = model_.graph.nodes[n];
  const std::size_t size = node.output.size(), streams = model_.streams;
  const float* in = values_[node.inputs.front()].data();
  if (parameters.kind == GraphActivation::Kind::requantise) {
    const Requantisation& to_code = parameters.requantisation;
    const double low = to_code.code_min - to_code.zero_point, high = to_code.code_max - to_code.zero_point;
    const auto close = [&](const float* x, float* g) {
      for (std::size_t i = 0; i < size; ++i) {
        const double scaled = double(x[i]) * to_code.multiplier;
        g[i] = scaled > low && scaled <= high ? g[i] : 0.0f;
      }
    };
    for (int sample = 0; sample < samples; ++sample) {
      const float* x = in + sample * size;
      for (std::size_t map = sample * streams; map < (sample + 1) * streams; ++map)
        close(x, flow.main.data() + map * size);
      if (model_.slope) close(x, flow.slope.data() + sample * size);
    }
    return;
  }
  const double unit = model_.graph.nodes[node.inputs.front()].unit;
  for (int sample = 0; sample < samples; ++sample)
    for (std::size_t i = 0; i < size; ++i) {
      const ActivationPoint point = activation_point(parameters, in[sample * size + i] * unit);
      const auto first = static_cast<float>(point.first);
      if (model_.method == SensitivityMethod::recursion) {
        float& g = flow.main[sample * size + i];
        g *= first * first;
        if (!model_.slope) continue;
        float& slope = flow.slope[sample * size + i];
        g += static_cast<float>(point.second) * slope;
        slope *= first;
      } else {
        for (std::size_t stream = 0; stream < streams; ++stream)
          flow.main[(sample * streams + stream) * size + i] *= first;
      }
    }
}

void CurvaturePass::backward_affine(int n, const GraphAffine& parameters, Flow& flow) const {
  const Shape& shape = model_.graph.nodes[n].output;
  const std::size_t positions = std::size_t(shape.height) * shape.width;
  const auto scale_all = [&](std::vector<float>& g, bool squared) {
    for (std::size_t at = 0; at < g.size(); at += positions) {
      const double factor = parameters.factor[at / positions % shape.channels];
      const auto by = static_cast<float>(squared ? factor * factor : factor);
      for (std::size_t i = at; i < at + positions; ++i) g[i] *= by;
    }
  };
  scale_all(flow.main, model_.method == SensitivityMethod::recursion);
  scale_all(flow.slope, false);
}

CurvaturePass::Flow CurvaturePass::backward_pool(int n, const GraphPool& parameters, const Flow& flow, int samples) {
  const GraphNode& node = model_.graph.nodes[n];
  const Shape& in = model_.graph.nodes[node.inputs.front()].output;
  const std::size_t in_size = in.size(), out_size = node.output.size();
  const auto pass = [&](const std::vector<float>& upper, int maps_per_sample, bool squared) {
    std::vector<float> lower = take(upper.size() / out_size * in_size);
    std::fill(lower.begin(), lower.end(), 0.0f);
    for (int map = 0; map < (upper.empty() ? 0 : samples * maps_per_sample); ++map) {
      const float* g = upper.data() + map * out_size;
      float* to = lower.data() + map * in_size;
      if (parameters.kind == PoolKind::maximum) {
        const std::int32_t* winners = winners_[n].data() + map / maps_per_sample * out_size;
        for (std::size_t i = 0; i < out_size; ++i) to[winners[i]] += g[i];
        continue;
      }
      for_each_window(parameters.window, in, node.output, [&](int at, int source, int rows, int columns) {
        const float share =
            1.0f / static_cast<float>(parameters.count_padding ? parameters.window.area() : rows * columns);
        const float value = (squared ? share * share : share) * g[at];
        for (int y = 0; y < rows; ++y)
          for (int x = 0; x < columns; ++x) to[source + y * in.width + x] += value;
      });
    }
    return lower;
  };
  return {pass(flow.main, model_.streams, model_.method == SensitivityMethod::recursion), pass(flow.slope, 1, false)};
}

/// Elements begin … begin + count of every map of `size`.
CurvaturePass::Flow CurvaturePass::part_of(const Flow& flow, std::size_t begin, std::size_t count, std::size_t size) {
  const auto cut = [&](const std::vector<float>& whole) {
    std::vector<float> part = take(whole.size() / size * count);
    for (std::size_t map = 0; map * size < whole.size(); ++map)
      std::copy_n(whole.data() + map * size + begin, count, part.data() + map * count);
    return part;
  };
  return {cut(flow.main), cut(flow.slope)};
}

std::vector<float> CurvaturePass::take(std::size_t count) {
  std::vector<float> buffer;
  if (count > 0 && !spare_.empty()) {
    buffer = std::move(spare_.back());
    spare_.pop_back();
  }
  buffer.resize(count);
  return buffer;
}

void CurvaturePass::put_back(Flow flow) {
  for (std::vector<float>* buffer : {&flow.main, &flow.slope})
    if (buffer->capacity() > 0) spare_.push_back(std::move(*buffer));
}

/// Adds to what has arrived at a node from others that read it.
void CurvaturePass::give(int n, Flow flow) {
  if (!model_.layers[n].wanted) {
    put_back(std::move(flow));
    return;
  }
  Flow& sum = flows_[n];
  if (sum.main.empty()) {
    sum = std::move(flow);
    return;
  }
  for (std::size_t i = 0; i < flow.main.size(); ++i) sum.main[i] += flow.main[i];
  for (std::size_t i = 0; i < flow.slope.size(); ++i) sum.slope[i] += flow.slope[i];
  put_back(std::move(flow));
}

}  // namespace nvcim::workloads
