// SPDX-License-Identifier: Apache-2.0
#include "tests/sensitivity/graph_definition.h"

#include <algorithm>
#include <cmath>

namespace nvcim::testing {

using namespace workloads;

namespace {

constexpr Real kStep = 1e-5L;

Real apply(const GraphActivation& activation, Real x) {
  using Kind = GraphActivation::Kind;
  const Real a = activation.alpha, b = activation.beta;
  switch (activation.kind) {
    case Kind::relu:
      return std::max<Real>(0, x);
    case Kind::leaky_relu:
      return x > 0 ? x : a * x;
    case Kind::clip:
      return std::min(std::max(x, a), b);
    case Kind::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Kind::tanh:
      return std::tanh(x);
    case Kind::hard_sigmoid:
      return std::min<Real>(std::max<Real>(a * x + b, 0), 1);
    case Kind::hard_swish:
      return x * std::min<Real>(std::max<Real>(x / 6 + 0.5L, 0), 1);
    case Kind::requantise:
    case Kind::lookup:
      break;
  }
  return 0;
}

/// Index in a map of what window element k of a channel reads at an output position, -1 for padding.
int source_index(const Shape& in, const Shape& out, const Window& window, int dilation_h, int dilation_w, int channel,
                 int k, int position) {
  const int y = position / out.width * window.stride_h - window.pad_top + k / window.kernel_w * dilation_h;
  const int x = position % out.width * window.stride_w - window.pad_left + k % window.kernel_w * dilation_w;
  return y < 0 || y >= in.height || x < 0 || x >= in.width ? -1 : (channel * in.height + y) * in.width + x;
}

std::vector<Real> convolve(const GraphConvolution& c, const GraphNode& input, const GraphNode& node,
                           const std::vector<Real>& in, std::size_t moved_weight = ~std::size_t{0}, Real by = 0) {
  const int positions = node.output.height * node.output.width;
  const int channels = input.output.channels / c.groups, outputs = node.output.channels / c.groups;
  const int area = c.window.area();
  std::vector<Real> out;
  for (int output = 0; output < node.output.channels; ++output)
    for (int position = 0; position < positions; ++position) {
      Real sum = c.bias.empty() ? 0 : Real(c.bias[output]) * node.unit;
      for (int channel = 0; channel < channels; ++channel)
        for (int k = 0; k < area; ++k) {
          const std::size_t weight = (std::size_t(output) * channels + channel) * area + k;
          const int from = source_index(input.output, node.output, c.window, c.dilation_h, c.dilation_w,
                                        output / outputs * channels + channel, k, position);
          if (from >= 0)
            sum += (Real(c.weights[weight]) * Real(c.weight_unit) + (weight == moved_weight ? by : 0)) * in[from];
        }
      out.push_back(sum);
    }
  return out;
}

std::vector<Real> pool(const GraphPool& p, const Shape& in, const Shape& out, const std::vector<Real>& map) {
  std::vector<Real> values;
  for (int channel = 0; channel < out.channels; ++channel)
    for (int position = 0; position < out.height * out.width; ++position) {
      Real sum = 0, largest = -INFINITY;
      int inside = 0;
      for (int k = 0; k < p.window.area(); ++k) {
        const int from = source_index(in, out, p.window, 1, 1, channel, k, position);
        if (from < 0) continue;
        sum += map[from], largest = std::max(largest, map[from]), ++inside;
      }
      values.push_back(p.kind == PoolKind::maximum ? largest : sum / (p.count_padding ? p.window.area() : inside));
    }
  return values;
}

/// Real values of all nodes with one real weight moved.
RealMaps evaluate_moved(const FloatGraph& graph, const float* input, int node, std::size_t weight, Real by) {
  RealMaps values(graph.nodes.size());
  for (int i = 0; i < graph.input().size(); ++i) values[0].push_back(Real(input[i]) * Real(graph.nodes[0].unit));
  for (int n = 1; n < int(graph.nodes.size()); ++n) {
    const int from = graph.nodes[n].inputs.front();
    values[n] = n == node ? convolve(std::get<GraphConvolution>(graph.nodes[n].operation), graph.nodes[from],
                                     graph.nodes[n], values[from], weight, by)
                          : evaluate_node(graph, n, values);
  }
  return values;
}

Real full_scale(const FloatGraph& graph, int node) {
  return Real(std::get<GraphConvolution>(graph.nodes[node].operation).full_scale);
}

std::vector<Real> softmax(const std::vector<Real>& z) {
  const Real top = *std::max_element(z.begin(), z.end());
  Real total = 0;
  std::vector<Real> p;
  for (Real logit : z) total += p.emplace_back(std::exp(logit - top));
  for (Real& share : p) share /= total;
  return p;
}

}  // namespace

std::vector<Real> evaluate_node(const FloatGraph& graph, int number, const RealMaps& values) {
  const GraphNode& node = graph.nodes[number];
  const GraphNode& input = graph.nodes[node.inputs.front()];
  const std::vector<Real>& in = values[node.inputs.front()];
  if (const auto* c = std::get_if<GraphConvolution>(&node.operation)) return convolve(*c, input, node, in);
  if (const auto* p = std::get_if<GraphPool>(&node.operation)) return pool(*p, input.output, node.output, in);
  std::vector<Real> out(node.output.size(), 0);
  if (const auto* activation = std::get_if<GraphActivation>(&node.operation)) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = apply(*activation, in[i]);
  } else if (const auto* affine = std::get_if<GraphAffine>(&node.operation)) {
    const std::size_t positions = out.size() / node.output.channels;
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = Real(affine->factor[i / positions]) * in[i] + Real(affine->offset[i / positions]) * Real(node.unit);
  } else if (std::holds_alternative<GraphMultiply>(node.operation)) {
    const std::vector<Real>& by = values[node.inputs[1]];
    const std::size_t positions = out.size() / by.size();
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = in[i] * by[i / positions];
  } else if (const auto* order = std::get_if<GraphRearrange>(&node.operation)) {
    out.clear();
    for (int channel : order->channels)
      for (int row : order->rows)
        for (int column : order->columns)
          out.push_back(channel < 0 || row < 0 || column < 0
                            ? Real(order->fill)
                            : in[(channel * input.output.height + row) * input.output.width + column]);
  } else if (std::holds_alternative<GraphReshape>(node.operation)) {
    out = in;
  } else if (std::holds_alternative<GraphAdd>(node.operation)) {
    for (int from : node.inputs)
      for (std::size_t i = 0; i < out.size(); ++i) out[i] += values[from][i];
  } else {
    out.clear();
    for (int from : node.inputs) out.insert(out.end(), values[from].begin(), values[from].end());
  }
  return out;
}

RealMaps evaluate(const FloatGraph& graph, const float* input) {
  return evaluate_moved(graph, input, -1, 0, 0);
}

Real loss_of(SensitivityLoss loss, const std::vector<Real>& logits, int label) {
  Real value = 0;
  if (loss == SensitivityLoss::squared_error) {
    for (std::size_t k = 0; k < logits.size(); ++k) {
      const Real error = logits[k] - (int(k) == label ? 1 : 0);
      value += error * error;
    }
    return value;
  }
  return -std::log(softmax(logits)[label]);
}

Real SampleOfGraph::hessian(int node, std::size_t weight) const {
  const Real s = full_scale(graph, node);
  const auto at = [&](Real normalised) {
    return loss_of(loss, evaluate_moved(graph, input, node, weight, normalised * s).back(), label);
  };
  return (at(kStep) - 2 * at(0) + at(-kStep)) / (kStep * kStep);
}

Real SampleOfGraph::gauss_newton(int node, std::size_t weight) const {
  const Real s = full_scale(graph, node);
  const std::vector<Real> up = evaluate_moved(graph, input, node, weight, kStep * s).back();
  const std::vector<Real> down = evaluate_moved(graph, input, node, weight, -kStep * s).back();
  const std::vector<Real> p = softmax(evaluate(graph, input).back());
  Real mean = 0, square = 0, squares = 0;
  for (std::size_t k = 0; k < p.size(); ++k) {
    const Real slope = (up[k] - down[k]) / (2 * kStep);
    mean += p[k] * slope, square += p[k] * slope * slope, squares += slope * slope;
  }
  return loss == SensitivityLoss::squared_error ? 2 * squares : square - mean * mean;
}

RealMaps SampleOfGraph::recursion() const {
  RealMaps values = evaluate(graph, input);
  RealMaps second(values.size()), first(values.size()), of_weights(values.size());
  for (std::size_t n = 0; n < values.size(); ++n) {
    second[n].assign(values[n].size(), 0);
    first[n].assign(values[n].size(), 0);
  }
  // To the logits, by differences too.
  for (std::size_t k = 0; k < values.back().size(); ++k) {
    const auto at = [&](Real by) {
      std::vector<Real> z = values.back();
      z[k] += by;
      return loss_of(loss, z, label);
    };
    second.back()[k] = (at(kStep) - 2 * at(0) + at(-kStep)) / (kStep * kStep);
    first.back()[k] = (at(kStep) - at(-kStep)) / (2 * kStep);
  }
  for (int n = int(values.size()) - 1; n > 0; --n) {
    const GraphNode& node = graph.nodes[n];
    // Each element that an operation reads moves by itself; a node read twice is moved once per reading.
    for (std::size_t slot = 0; slot < node.inputs.size(); ++slot) {
      FloatGraph apart = graph;
      const int from = node.inputs[slot];
      apart.nodes.push_back(apart.nodes[from]);
      apart.nodes[n].inputs[slot] = int(values.size());
      RealMaps with = values;
      with.push_back(values[from]);
      for (std::size_t i = 0; i < values[from].size(); ++i) {
        with.back()[i] = values[from][i] + kStep;
        const std::vector<Real> up = evaluate_node(apart, n, with);
        with.back()[i] = values[from][i] - kStep;
        const std::vector<Real> down = evaluate_node(apart, n, with);
        with.back()[i] = values[from][i];
        for (std::size_t j = 0; j < up.size(); ++j) {
          const Real slope = (up[j] - down[j]) / (2 * kStep);
          const Real curve = (up[j] - 2 * values[n][j] + down[j]) / (kStep * kStep);
          second[from][i] += slope * slope * second[n][j] + curve * first[n][j];
          first[from][i] += slope * first[n][j];
        }
      }
    }
    const auto* c = std::get_if<GraphConvolution>(&node.operation);
    if (c == nullptr) continue;
    const Real s = full_scale(graph, n);
    for (std::size_t w = 0; w < c->weights.size(); ++w) {
      const auto moved = [&](Real by) {
        return convolve(*c, graph.nodes[node.inputs[0]], node, values[node.inputs[0]], w, by * s);
      };
      const std::vector<Real> up = moved(kStep), down = moved(-kStep);
      Real sum = 0;
      for (std::size_t j = 0; j < up.size(); ++j) {
        const Real slope = (up[j] - down[j]) / (2 * kStep);
        sum += slope * slope * second[n][j];
      }
      of_weights[n].push_back(sum);
    }
  }
  return of_weights;
}

}  // namespace nvcim::testing
