// SPDX-License-Identifier: Apache-2.0
#include "tests/workloads/random_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace nvcim::workloads {

namespace {

/// splitmix64: a fixed sequence per seed on every platform.
class Draw {
 public:
  explicit Draw(std::uint32_t seed) : state_(seed) {}
  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  int between(int low, int high) { return low + int(bits() % std::uint64_t(high - low + 1)); }
  bool chance(int percent) { return between(1, 100) <= percent; }
  double unit() { return double(bits() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

int output_size(int input, int kernel, int stride, int pads) {
  return (input + pads - kernel) / stride + 1;
}

void set_output(Node& node, const Window& w, int channels) {
  node.output = {channels, output_size(node.input.height, w.kernel_h, w.stride_h, w.pad_top + w.pad_bottom),
                 output_size(node.input.width, w.kernel_w, w.stride_w, w.pad_left + w.pad_right)};
}

Window random_window(Draw& draw, const Shape& input) {
  Window w;
  w.kernel_h = draw.between(1, std::min(4, input.height));
  w.kernel_w = draw.between(1, std::min(4, input.width));
  w.stride_h = draw.between(1, 3);
  w.stride_w = draw.between(1, 3);
  w.pad_top = draw.between(0, w.kernel_h - 1);
  w.pad_left = draw.between(0, w.kernel_w - 1);
  w.pad_bottom = draw.between(0, w.kernel_h - 1);
  w.pad_right = draw.between(0, w.kernel_w - 1);
  return w;
}

}  // namespace

Network random_network(std::uint32_t seed) {
  Draw draw(seed);
  Network network;
  network.name = fmt::format("random_{}", seed);
  network.input = {draw.between(1, 3), draw.between(1, 9), draw.between(1, 9)};
  network.input_bits = draw.between(1, 8);
  for (int c = 0; c < network.input.channels; ++c) {
    auto& table = network.input_table.emplace_back();
    for (auto& code : table) code = std::uint8_t(draw.between(0, (1 << network.input_bits) - 1));
  }
  Shape shape = network.input;
  int bits = network.input_bits;
  int zero_point = draw.chance(50) ? 0 : draw.between(0, (1 << bits) - 1);
  double scale = std::ldexp(1 + draw.unit(), -draw.between(1, 9));
  const int count = draw.between(1, 5);
  for (int n = 0; n < count; ++n) {
    const bool last = n + 1 == count;
    Node node;
    node.input = shape;
    node.input_bits = bits;
    node.input_zero_point = zero_point;
    node.input_scale = scale;
    if (!last && draw.chance(30)) {
      node.kind = Node::Kind::pool;
      node.name = fmt::format("pool{}", n);
      node.pool.kind = draw.chance(50) ? PoolKind::maximum : PoolKind::average;
      node.pool.window = random_window(draw, shape);
      set_output(node, node.pool.window, shape.channels);
    } else {
      MvmLayer& mvm = node.mvm;
      const bool linear = draw.chance(last ? 80 : 20);
      node.name = fmt::format("{}{}", linear ? "fc" : "conv", n);
      mvm.is_linear = linear;
      mvm.window = linear ? Window{.kernel_h = shape.height, .kernel_w = shape.width} : random_window(draw, shape);
      set_output(node, mvm.window, draw.between(1, 7));
      mvm.weight_bits = draw.between(2, 9);
      mvm.weight_scale = std::ldexp(1 + draw.unit(), -draw.between(1, 12));
      const int limit = (1 << (mvm.weight_bits - 1)) - 1;
      mvm.weights.resize(std::size_t(node.matrix_rows()) * node.outputs());
      for (auto& weight : mvm.weights) weight = std::int16_t(draw.between(-limit, limit));
      mvm.bias.resize(node.outputs());
      for (auto& bias : mvm.bias) bias = draw.between(-1000, 1000);
      mvm.raw_output = last && draw.chance(80);
      if (!mvm.raw_output) {
        const int out_bits = draw.between(1, 8);
        Requantisation& q = mvm.requantisation;
        q.multiplier =
            (1 + draw.unit()) * (1 << out_bits) / (limit * std::sqrt(double(node.matrix_rows())) * (1 << bits));
        q.zero_point = draw.chance(50) ? 0 : draw.between(0, (1 << out_bits) - 1);
        q.code_min = draw.chance(70) ? q.zero_point : 0;
        q.code_max = (1 << out_bits) - 1;
        scale = scale * mvm.weight_scale / q.multiplier;
        zero_point = q.zero_point;
        bits = out_bits;
      }
    }
    shape = node.output;
    network.nodes.push_back(std::move(node));
  }
  return network;
}

std::vector<std::uint8_t> random_pixels(const Network& network, int samples, std::uint32_t seed) {
  Draw draw(seed);
  std::vector<std::uint8_t> pixels(std::size_t(samples) * network.input.size());
  for (auto& pixel : pixels) pixel = std::uint8_t(draw.between(0, 255));
  return pixels;
}

std::vector<std::uint8_t> random_codes(const Node& node, std::uint32_t seed) {
  Draw draw(seed);
  std::vector<std::uint8_t> codes(node.input.size());
  for (auto& code : codes) code = std::uint8_t(draw.between(0, (1 << node.input_bits) - 1));
  return codes;
}

std::string difference(const Network& a, const Network& b) {
  if (a.name != b.name || a.data != b.data) return "name or data";
  if (a.input != b.input || a.input_bits != b.input_bits) return "input";
  if (a.input_table != b.input_table) return "input_table";
  if (a.float_accuracy != b.float_accuracy) return "float_accuracy";
  if (a.nodes.size() != b.nodes.size()) return "number of nodes";
  for (std::size_t n = 0; n < a.nodes.size(); ++n) {
    const Node &x = a.nodes[n], &y = b.nodes[n];
    const MvmLayer &l = x.mvm, &m = y.mvm;
    const Requantisation &q = l.requantisation, &r = m.requantisation;
    const char* field = x.name != y.name                                                     ? "name"
                        : x.kind != y.kind                                                   ? "kind"
                        : x.input != y.input || x.output != y.output                         ? "shape"
                        : x.input_bits != y.input_bits                                       ? "input_bits"
                        : x.input_zero_point != y.input_zero_point                           ? "zero point"
                        : x.input_scale != y.input_scale                                     ? "input_scale"
                        : x.pool.kind != y.pool.kind || x.pool.window != y.pool.window       ? "pool"
                        : l.window != m.window                                               ? "window"
                        : l.weight_bits != m.weight_bits || l.weight_scale != m.weight_scale ? "weight"
                        : l.weights != m.weights                                             ? "weights"
                        : l.bias != m.bias                                                   ? "bias"
                        : l.is_linear != m.is_linear || l.raw_output != m.raw_output         ? "flags"
                        : q.multiplier != r.multiplier                                       ? "multiplier"
                        : q.zero_point != r.zero_point || q.code_min != r.code_min || q.code_max != r.code_max
                            ? "codes"
                            : nullptr;
    if (field) return fmt::format("node {}: {}", x.name, field);
  }
  return "";
}

Node fully_connected_node(int inputs, int outputs) {
  Node node;
  node.name = "fc";
  node.input = {inputs, 1, 1};
  node.output = {outputs, 1, 1};
  node.mvm.is_linear = true;
  node.mvm.raw_output = true;
  node.mvm.weights.resize(std::size_t(inputs) * outputs);
  node.mvm.bias.resize(outputs);
  return node;
}

Node pool_node(Shape input, PoolKind kind, Window window) {
  Node node;
  node.name = "pool";
  node.kind = Node::Kind::pool;
  node.input = input;
  node.pool = {kind, window};
  set_output(node, window, input.channels);
  return node;
}

}  // namespace nvcim::workloads
