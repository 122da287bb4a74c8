// SPDX-License-Identifier: Apache-2.0
#include "tests/support/random_graph.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "tests/support/random_network.h"

namespace nvcim::testing {

using workloads::kNetworkInput;
using workloads::Network;
using workloads::Node;
using workloads::PoolKind;
using workloads::RearrangeLayer;
using workloads::Shape;
using workloads::Window;

GraphBuilder::GraphBuilder(Shape input, int input_bits, std::uint64_t seed) : codes_{{input_bits, 0}}, random_(seed) {
  network_.name = "random graph";
  network_.input = input;
  network_.input_bits = input_bits;
  std::array<std::uint8_t, 256> table{};
  for (int pixel = 0; pixel < 256; ++pixel) table[pixel] = static_cast<std::uint8_t>(pixel >> (8 - input_bits));
  network_.input_table.assign(input.channels, table);
}

Node GraphBuilder::start(Node::Kind kind, const char* name, std::vector<int> from) {
  Node node;
  node.kind = kind;
  node.name = name + std::to_string(network_.nodes.size());
  node.input = node.output = network_.map(from[0]);
  node.input_bits = bits(from[0]);
  node.input_zero_point = zero_point(from[0]);
  node.inputs = std::move(from);
  return node;
}

int GraphBuilder::finish(Node node, Codes codes) {
  network_.nodes.push_back(std::move(node));
  codes_.push_back(codes);
  return static_cast<int>(network_.nodes.size()) - 1;
}

int GraphBuilder::convolution(int from, const Convolution& parameters) {
  Node node = start(Node::Kind::mvm, parameters.groups > 1 ? "grouped" : "mvm", {from});
  const Window& w = parameters.window;
  node.mvm.window = w;
  node.mvm.groups = parameters.groups;
  node.mvm.dilation_h = node.mvm.dilation_w = parameters.dilation;
  node.mvm.weight_bits = parameters.weight_bits;
  node.output = {parameters.outputs,
                 (node.input.height + w.pad_top + w.pad_bottom - node.mvm.span_h()) / w.stride_h + 1,
                 (node.input.width + w.pad_left + w.pad_right - node.mvm.span_w()) / w.stride_w + 1};
  const int limit = (1 << (parameters.weight_bits - 1)) - 1;
  std::normal_distribution<double> weight(0, limit / 3.0);
  for (int i = 0; i < parameters.outputs * node.matrix_rows(); ++i)
    node.mvm.weights.push_back(
        static_cast<std::int16_t>(std::clamp<double>(std::round(weight(random_)), -limit, limit)));
  for (int i = 0; i < parameters.outputs; ++i) node.mvm.bias.push_back(pick(-1000, 1000));
  // A sum of n products has a spread of about sqrt(n) * weight spread * code spread; three of them fill the range.
  const double spread =
      std::sqrt(node.matrix_rows()) * ((1 << (parameters.weight_bits - 1)) / 3.0) * ((1 << node.input_bits) / 3.0);
  node.mvm.requantisation = {(1 << parameters.output_bits) / (3 * spread), parameters.output_zero_point, 0,
                             (1 << parameters.output_bits) - 1};
  return finish(std::move(node), {parameters.output_bits, parameters.output_zero_point});
}

int GraphBuilder::pool(int from, PoolKind kind, Window window) {
  Node node = start(Node::Kind::pool, "pool", {from});
  node.pool = {kind, window};
  node.output = {node.input.channels,
                 (node.input.height + window.pad_top + window.pad_bottom - window.kernel_h) / window.stride_h + 1,
                 (node.input.width + window.pad_left + window.pad_right - window.kernel_w) / window.stride_w + 1};
  return finish(std::move(node), {bits(from), zero_point(from)});
}

int GraphBuilder::add(std::vector<int> from, int output_bits, int output_zero_point) {
  Node node = start(Node::Kind::add, "add", from);
  for (const int source : from)
    node.join.inputs.push_back(
        {std::ldexp(pick(300, 1100) / 1000.0, output_bits - bits(source)), zero_point(source), bits(source)});
  node.join.requantisation = {1.0, output_zero_point, 0, (1 << output_bits) - 1};
  return finish(std::move(node), {output_bits, output_zero_point});
}

int GraphBuilder::multiply(int from, int factor, int output_bits) {
  Node node = start(Node::Kind::multiply, "multiply", {from, factor});
  for (const int source : {from, factor}) node.join.inputs.push_back({1.0, zero_point(source), bits(source)});
  node.join.requantisation = {std::ldexp(1.5, output_bits - bits(from) - bits(factor)), 0, 0, (1 << output_bits) - 1};
  return finish(std::move(node), {output_bits, 0});
}

int GraphBuilder::concat(std::vector<int> from) {
  Node node = start(Node::Kind::concat, "concat", from);
  node.output.channels = 0;
  for (const int source : from) node.output.channels += map(source).channels;
  node.input = node.output;
  return finish(std::move(node), {bits(from[0]), zero_point(from[0])});
}

int GraphBuilder::lookup(int from, int output_bits, int output_zero_point) {
  Node node = start(Node::Kind::lookup, "lookup", {from});
  node.lookup.zero_point = output_zero_point;
  for (std::uint8_t& code : node.lookup.table) code = static_cast<std::uint8_t>(pick(0, (1 << output_bits) - 1));
  return finish(std::move(node), {output_bits, output_zero_point});
}

int GraphBuilder::rearrange(int from, RearrangeLayer order) {
  Node node = start(Node::Kind::rearrange, "rearrange", {from});
  node.output = {static_cast<int>(order.channels.size()), static_cast<int>(order.rows.size()),
                 static_cast<int>(order.columns.size())};
  node.rearrange = std::move(order);
  return finish(std::move(node), {bits(from), zero_point(from)});
}

int GraphBuilder::shortcut(int from, int outputs, int stride) {
  const Shape in = map(from);
  RearrangeLayer order;
  const int before = (outputs - in.channels) / 2;
  for (int channel = 0; channel < outputs; ++channel) {
    const int source = channel - before;
    order.channels.push_back(source >= 0 && source < in.channels ? source : -1);
  }
  for (int y = 0; y < in.height; y += stride) order.rows.push_back(y);
  for (int x = 0; x < in.width; x += stride) order.columns.push_back(x);
  return rearrange(from, std::move(order));
}

Network GraphBuilder::logits(int from, int classes, int weight_bits) {
  const Shape in = map(from);
  const int last = convolution(
      from, {.outputs = classes, .window = {.kernel_h = in.height, .kernel_w = in.width}, .weight_bits = weight_bits});
  network_.nodes[last].mvm.is_linear = true;
  network_.nodes[last].mvm.raw_output = true;
  return std::move(network_);
}

Network random_graph(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto first = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  GraphBuilder graph({first(1, 4), first(4, 8), first(4, 8)}, first(0, 3) == 0 ? first(2, 7) : 8, random());
  const auto square = [](int kernel, int stride, int pad) {
    return Window{kernel, kernel, stride, stride, pad, pad, pad, pad};
  };
  const auto convolve = [&](int from, int outputs, int kernel, int groups, int dilation, int bits, int zero_point) {
    return graph.convolution(from, {.outputs = outputs,
                                    .window = square(kernel, 1, kernel / 2 * dilation),
                                    .groups = groups,
                                    .dilation = dilation,
                                    .weight_bits = graph.pick(2, 8),
                                    .output_bits = bits,
                                    .output_zero_point = zero_point});
  };
  int last = graph.chance(80) ? convolve(kNetworkInput, graph.pick(1, 3) * 2, 3, 1, 1, 8, 0) : kNetworkInput;
  const int blocks = graph.pick(1, 3);
  for (int block = 0; block < blocks; ++block) {
    const int channels = graph.map(last).channels, height = graph.map(last).height;
    const int bits = graph.pick(3, 8), zero_point = graph.chance(30) ? graph.pick(1, 3) : 0;
    switch (graph.pick(0, 7)) {
      case 0: {  // residual, the sum of two or three
        const int inner = convolve(last, graph.pick(1, 6), 3, 1, 1, graph.pick(3, 8), 0);
        const int outer = convolve(inner, channels, graph.chance(50) ? 3 : 1, 1, 1, bits, zero_point);
        std::vector<int> parts{outer, last};
        if (graph.chance(30)) parts = {last, outer, convolve(last, channels, 1, 1, 1, graph.pick(3, 8), 0)};
        last = graph.add(parts, graph.pick(3, 8), graph.chance(30) ? 2 : 0);
        break;
      }
      case 1: {  // branches
        std::vector<int> parts{convolve(last, graph.pick(1, 5), 1, 1, 1, bits, zero_point),
                               convolve(last, graph.pick(1, 5), 3, 1, 1, bits, zero_point)};
        if (graph.chance(40)) parts.push_back(convolve(parts[0], graph.pick(1, 3), 3, 1, 1, bits, zero_point));
        last = graph.concat(parts);
        if (graph.chance(30)) last = graph.concat({last, parts[1]});
        break;
      }
      case 2:  // depthwise, then pointwise
        last = convolve(last, channels * graph.pick(1, 2), 3, channels, 1, bits, zero_point);
        last = convolve(last, graph.pick(2, 6), 1, 1, 1, graph.pick(3, 8), 0);
        break;
      case 3: {  // grouped or dilated
        const int groups = channels % 2 == 0 ? 2 : 1;
        last = convolve(last, groups * graph.pick(1, 4), 3, groups, height > 4 ? 2 : 1, bits, zero_point);
        break;
      }
      case 4:
        last = graph.lookup(last, bits, zero_point);
        break;
      case 5: {  // squeeze and excite
        const Shape map = graph.map(last);
        const int mean = graph.pool(last, PoolKind::average, {.kernel_h = map.height, .kernel_w = map.width});
        const int factor = graph.lookup(convolve(mean, channels, 1, 1, 1, 8, 0), graph.pick(3, 8));
        last = graph.multiply(last, factor, bits);
        break;
      }
      case 6: {  // option A, beside a strided convolution
        if (height < 4) break;
        const int outputs = channels + 2;
        const int main = graph.convolution(
            last,
            {.outputs = outputs, .window = square(3, 2, 1), .output_bits = bits, .output_zero_point = zero_point});
        last = graph.add({main, graph.shortcut(last, outputs, 2)}, graph.pick(3, 8));
        break;
      }
      default: {  // a pooling beside a convolution, one of them read again
        const int pooled = graph.pool(last, graph.chance(50) ? PoolKind::maximum : PoolKind::average, square(3, 1, 1));
        const int beside = convolve(last, channels, 1, 1, 1, graph.pick(3, 8), 0);
        last = graph.add({pooled, beside}, bits, zero_point);
        break;
      }
    }
    const Shape map = graph.map(last);
    if (std::min(map.height, map.width) >= 4 && graph.chance(30))
      last = graph.pool(last, graph.chance(50) ? PoolKind::maximum : PoolKind::average, square(2, 2, 0));
  }
  if (graph.chance(40)) {
    const Shape map = graph.map(last);
    last = graph.pool(last, PoolKind::average, {.kernel_h = map.height, .kernel_w = map.width});
  }
  Network network = graph.logits(last, graph.pick(2, 8), graph.pick(2, 8));
  add_channel_scales(network, seed);
  return network;
}

Network with_scales(Network network, double scale) {
  for (Node& node : network.nodes) {
    node.input_scale = scale;
    if (node.kind == Node::Kind::mvm && !node.mvm.raw_output)
      node.mvm.weight_scale = node.mvm.requantisation.multiplier;
    if (node.kind == Node::Kind::add) {
      // The sum is what the codes say; only the name of a step changes.
      for (workloads::JoinInput& input : node.join.inputs) input.multiplier *= node.join.requantisation.multiplier;
      node.join.requantisation.multiplier = 1;
    }
  }
  return network;
}

namespace {

/// @param widths  [stages]   @param projected  shortcuts between stages are 1 x 1 convolutions, else option A
Network residual_network(GraphBuilder& graph, const std::vector<int>& widths, int blocks, bool projected) {
  const auto convolve = [&](int from, int outputs, int stride) {
    return graph.convolution(from, {.outputs = outputs, .window = {3, 3, stride, stride, 1, 1, 1, 1}});
  };
  int last = convolve(kNetworkInput, widths[0], 1);
  for (std::size_t stage = 0; stage < widths.size(); ++stage)
    for (int block = 0; block < blocks; ++block) {
      const int outputs = widths[stage], stride = stage > 0 && block == 0 ? 2 : 1;
      const int main = convolve(convolve(last, outputs, stride), outputs, 1);
      if (stride > 1 && projected)
        last = graph.convolution(last, {.outputs = outputs, .window = {.stride_h = stride, .stride_w = stride}});
      else if (stride > 1)
        last = graph.shortcut(last, outputs, stride);
      last = graph.add({main, last});
    }
  const Shape map = graph.map(last);
  last = graph.pool(last, PoolKind::average, {.kernel_h = map.height, .kernel_w = map.width});
  return graph.logits(last, 10);
}

}  // namespace

Network random_resnet20(std::uint64_t seed, int narrow, int size) {
  GraphBuilder graph({3, size, size}, 8, seed);
  return residual_network(graph, {16 / narrow, 32 / narrow, 64 / narrow}, 3, false);
}

Network random_resnet18(std::uint64_t seed, int narrow, int size) {
  GraphBuilder graph({3, size, size}, 8, seed);
  return residual_network(graph, {64 / narrow, 128 / narrow, 256 / narrow, 512 / narrow}, 2, true);
}

}  // namespace nvcim::testing
