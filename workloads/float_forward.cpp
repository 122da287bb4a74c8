// SPDX-License-Identifier: Apache-2.0
#include "workloads/float_forward.h"

#include <cmath>

#include "workloads/reference.h"

namespace nvcim::workloads {
namespace {

using Inputs = std::span<const float* const>;

void convolve(const GraphNode& node, const GraphConvolution& parameters, const ConvolutionProducts& products,
              const float* in, int samples, float* out, ConvolutionScratch& scratch) {
  // Sums of whole numbers below 2^24 are exact in single precision; a longer one may round to a neighbouring code.
  products.forward(parameters.weights.data(), in, samples, out, scratch);
  if (parameters.bias.empty()) return;
  const int positions = node.output.height * node.output.width;
  for (int sample = 0; sample < samples; ++sample)
    for (int channel = 0; channel < node.output.channels; ++channel)
      for (int i = 0; i < positions; ++i, ++out) *out = static_cast<float>(double(*out) + parameters.bias[channel]);
}

void to_codes(const GraphActivation& parameters, const Shape& shape, const float* in, int samples, float* out) {
  const int positions = shape.height * shape.width;
  for (int sample = 0; sample < samples; ++sample)
    for (int channel = 0; channel < shape.channels; ++channel) {
      Requantisation to_code = parameters.requantisation;
      to_code.multiplier *= parameters.channel_scale(channel);
      for (int i = 0; i < positions; ++i)
        *out++ = static_cast<float>(int{requantise(*in++, 0, to_code)} - to_code.zero_point);
    }
}

void activate(const GraphActivation& parameters, const float* in, double in_unit, std::size_t count, float* out,
              double out_unit) {
  if (parameters.kind == GraphActivation::Kind::lookup) {
    for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<float>(activation_point(parameters, in[i]).value);
    return;
  }
  if (parameters.kind == GraphActivation::Kind::relu && in_unit == out_unit) {
    for (std::size_t i = 0; i < count; ++i) out[i] = in[i] > 0 ? in[i] : 0.0f;
    return;
  }
  for (std::size_t i = 0; i < count; ++i)
    out[i] = static_cast<float>(activation_point(parameters, in[i] * in_unit).value / out_unit);
}

void pool(const GraphPool& parameters, const Shape& in, const Shape& shape, const float* values, int samples,
          float* results, std::int32_t* winners) {
  const int area = parameters.window.area();
  for (int sample = 0; sample < samples; ++sample) {
    const float* map = values + std::size_t(sample) * in.size();
    float* out = results + std::size_t(sample) * shape.size();
    std::int32_t* won = winners == nullptr ? nullptr : winners + std::size_t(sample) * shape.size();
    for_each_window(parameters.window, in, shape, [&](int at, int source, int rows, int columns) {
      if (parameters.kind == PoolKind::maximum) {
        int winner = source;
        for (int y = 0; y < rows; ++y)
          for (int x = 0; x < columns; ++x)
            if (map[source + y * in.width + x] > map[winner]) winner = source + y * in.width + x;
        if (won != nullptr) won[at] = winner;
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

void scale(const GraphNode& node, const GraphAffine& parameters, const float* in, double in_unit, int samples,
           float* out) {
  const int positions = node.output.height * node.output.width;
  for (int sample = 0; sample < samples; ++sample)
    for (int channel = 0; channel < node.output.channels; ++channel) {
      const auto factor = static_cast<float>(parameters.factor[channel] * in_unit / node.unit);
      const auto offset = static_cast<float>(parameters.offset[channel]);
      for (int i = 0; i < positions; ++i) *out++ = factor * *in++ + offset;
    }
}

void join(const FloatGraph& graph, const GraphNode& node, Inputs inputs, int samples, float* results) {
  const bool adds = std::holds_alternative<GraphAdd>(node.operation);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const GraphNode& input = graph.nodes[node.inputs[i]];
    const std::size_t size = input.output.size();
    const auto factor = static_cast<float>(input.unit / node.unit);
    for (int sample = 0; sample < samples; ++sample) {
      const float* in = inputs[i] + std::size_t(sample) * size;
      float* out = results + std::size_t(sample) * node.output.size() + begin;
      const bool first = !adds || i == 0;
      for (std::size_t k = 0; k < size; ++k) out[k] = (first ? 0.0f : out[k]) + factor * in[k];
    }
    if (!adds) begin += size;
  }
}

void multiply(const FloatGraph& graph, const GraphNode& node, Inputs inputs, int samples, float* out) {
  const GraphNode &left = graph.nodes[node.inputs[0]], &right = graph.nodes[node.inputs[1]];
  const auto factor = static_cast<float>(left.unit * right.unit / node.unit);
  const std::size_t count = std::size_t(samples) * node.output.size();
  const std::size_t share = node.output.size() / right.output.size();  // elements that have a factor in common
  for (std::size_t i = 0; i < count; ++i) out[i] = factor * (inputs[0][i] * inputs[1][i / share]);
}

void rearrange(const GraphNode& node, const GraphRearrange& parameters, const Shape& in, double in_unit,
               const float* values, int samples, float* results) {
  const auto factor = static_cast<float>(in_unit / node.unit), fill = static_cast<float>(parameters.fill / node.unit);
  for (int sample = 0; sample < samples; ++sample) {
    const float* map = values + std::size_t(sample) * in.size();
    float* out = results + std::size_t(sample) * node.output.size();
    for_each_source(parameters, in, [&](int at, int source) { out[at] = source < 0 ? fill : factor * map[source]; });
  }
}

}  // namespace

void forward_node(const FloatGraph& graph, int number, const ConvolutionProducts* products, Inputs inputs, int samples,
                  float* out, std::int32_t* winners, ConvolutionScratch& scratch) {
  const GraphNode& node = graph.nodes[number];
  const GraphNode& input = graph.nodes[node.inputs.front()];
  const std::size_t count = std::size_t(samples) * node.output.size();
  if (const auto* convolution = std::get_if<GraphConvolution>(&node.operation)) {
    convolve(node, *convolution, *products, inputs[0], samples, out, scratch);
  } else if (const auto* activation = std::get_if<GraphActivation>(&node.operation)) {
    if (activation->kind == GraphActivation::Kind::requantise)
      to_codes(*activation, node.output, inputs[0], samples, out);
    else
      activate(*activation, inputs[0], input.unit, count, out, node.unit);
  } else if (const auto* window = std::get_if<GraphPool>(&node.operation)) {
    pool(*window, input.output, node.output, inputs[0], samples, out, winners);
  } else if (const auto* affine = std::get_if<GraphAffine>(&node.operation)) {
    scale(node, *affine, inputs[0], input.unit, samples, out);
  } else if (std::holds_alternative<GraphMultiply>(node.operation)) {
    multiply(graph, node, inputs, samples, out);
  } else if (const auto* order = std::get_if<GraphRearrange>(&node.operation)) {
    rearrange(node, *order, input.output, input.unit, inputs[0], samples, out);
  } else if (std::holds_alternative<GraphReshape>(node.operation)) {
    const auto factor = static_cast<float>(input.unit / node.unit);
    for (std::size_t i = 0; i < count; ++i) out[i] = factor * inputs[0][i];
  } else {
    join(graph, node, inputs, samples, out);
  }
}

}  // namespace nvcim::workloads
