// SPDX-License-Identifier: Apache-2.0
#include "workloads/sensitivity_pass.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "arch/check.h"
#include "workloads/float_forward.h"
#include "workloads/sensitivity_loss.h"

namespace nvcim::workloads {
namespace {

constexpr int kLargestBatch = 64;
constexpr std::size_t kBufferFloats = std::size_t{8} << 20;  // per batch, of the largest map with all its streams

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
  std::vector<const float*> inputs;
  for (const int input : model_.graph.nodes[n].inputs) inputs.push_back(values_[input].data());
  forward_node(model_.graph, n, model_.layers[n].products.data(), inputs, samples, values_[n].data(),
               winners_[n].data(), scratch_);
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
  } else if (std::holds_alternative<GraphReshape>(node.operation)) {
    give(node.inputs.front(), std::move(flow));
  } else if (const auto* order = std::get_if<GraphRearrange>(&node.operation)) {
    give(node.inputs.front(), backward_rearrange(n, *order, flow));
    put_back(std::move(flow));
  } else if (std::holds_alternative<GraphMultiply>(node.operation)) {
    for (const bool second : {false, true})
      if (model_.layers[node.inputs[second]].wanted) give(node.inputs[second], backward_factor(n, second, flow));
    put_back(std::move(flow));
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
    const std::size_t positions = std::size_t(node.output.height) * node.output.width;
    // Where nothing is clamped, the slope on the map's own steps is what a step of the channel is worth in them.
    const auto close = [&](const float* x, float* g, bool squared) {
      for (std::size_t i = 0, channel = 0; i < size; ++channel) {
        const double worth = parameters.channel_scale(static_cast<int>(channel)),
                     multiplier = to_code.multiplier * worth;
        const auto slope = static_cast<float>(squared ? worth * worth : worth);
        for (const std::size_t end = i + positions; i < end; ++i) {
          const double scaled = double(x[i]) * multiplier;
          g[i] = scaled > low && scaled <= high ? g[i] * slope : 0.0f;
        }
      }
    };
    for (int sample = 0; sample < samples; ++sample) {
      const float* x = in + sample * size;
      for (std::size_t map = sample * streams; map < (sample + 1) * streams; ++map)
        close(x, flow.main.data() + map * size, model_.method == SensitivityMethod::recursion);
      if (model_.slope) close(x, flow.slope.data() + sample * size, false);
    }
    return;
  }
  const bool stored = parameters.kind == GraphActivation::Kind::lookup;
  const double unit = model_.graph.nodes[node.inputs.front()].unit, ratio = node.unit / unit;
  for (int sample = 0; sample < samples; ++sample)
    for (std::size_t i = 0; i < size; ++i) {
      ActivationPoint point =
          activation_point(parameters, stored ? in[sample * size + i] : in[sample * size + i] * unit);
      if (stored) point.first *= ratio, point.second *= ratio / unit;
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

CurvaturePass::Flow CurvaturePass::backward_rearrange(int n, const GraphRearrange& parameters, const Flow& flow) {
  const GraphNode& node = model_.graph.nodes[n];
  const Shape& in = model_.graph.nodes[node.inputs.front()].output;
  const std::size_t in_size = in.size(), out_size = node.output.size();
  const auto pass = [&](const std::vector<float>& upper) {
    std::vector<float> lower = take(upper.size() / out_size * in_size);
    std::fill(lower.begin(), lower.end(), 0.0f);
    for (std::size_t map = 0; map * out_size < upper.size(); ++map)
      for_each_source(parameters, in, [&](int at, int source) {
        if (source >= 0) lower[map * in_size + source] += upper[map * out_size + at];
      });
    return lower;
  };
  return {pass(flow.main), pass(flow.slope)};
}

/// To one factor of a product: the other is what it is multiplied by.
CurvaturePass::Flow CurvaturePass::backward_factor(int n, bool second, const Flow& flow) {
  const GraphNode& node = model_.graph.nodes[n];
  const int mine = node.inputs[second], others = node.inputs[!second];
  const std::size_t size = node.output.size(), my_size = model_.graph.nodes[mine].output.size();
  const std::size_t other_size = model_.graph.nodes[others].output.size();
  const std::size_t my_share = size / my_size, other_share = size / other_size;
  const auto unit = static_cast<float>(model_.graph.nodes[others].unit);
  const auto pass = [&](const std::vector<float>& upper, std::size_t maps_per_sample, bool squared) {
    std::vector<float> lower = take(upper.size() / size * my_size);
    std::fill(lower.begin(), lower.end(), 0.0f);
    for (std::size_t map = 0; map * size < upper.size(); ++map) {
      const float* by = values_[others].data() + map / maps_per_sample * other_size;
      for (std::size_t i = 0; i < size; ++i) {
        const float factor = unit * by[i / other_share];
        lower[map * my_size + i / my_share] += (squared ? factor * factor : factor) * upper[map * size + i];
      }
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
