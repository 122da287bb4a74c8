// SPDX-License-Identifier: Apache-2.0
#include "tests/support/random_network.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace nvcim::testing {

using workloads::Network;
using workloads::Node;
using workloads::PoolKind;
using workloads::Shape;
using workloads::Window;

NetworkBuilder::NetworkBuilder(Shape input, int input_bits, std::uint64_t seed)
    : shape_(input), bits_(input_bits), random_(seed) {
  network_.name = "random";
  network_.input = input;
  network_.input_bits = input_bits;
  std::array<std::uint8_t, 256> table{};
  for (int pixel = 0; pixel < 256; ++pixel) table[pixel] = static_cast<std::uint8_t>(pixel >> (8 - input_bits));
  network_.input_table.assign(input.channels, table);
}

Node& NetworkBuilder::add_mvm(int outputs, Window window, int weight_bits) {
  Node node;
  node.kind = Node::Kind::mvm;
  node.name = "mvm" + std::to_string(network_.nodes.size());
  node.input = shape_;
  node.output = {outputs, (shape_.height + window.pad_top + window.pad_bottom - window.kernel_h) / window.stride_h + 1,
                 (shape_.width + window.pad_left + window.pad_right - window.kernel_w) / window.stride_w + 1};
  node.input_bits = bits_;
  node.input_zero_point = zero_point_;
  node.mvm.window = window;
  node.mvm.weight_bits = weight_bits;
  const int limit = (1 << (weight_bits - 1)) - 1;
  std::normal_distribution<double> weight(0, limit / 3.0);
  for (int i = 0; i < outputs * node.matrix_rows(); ++i)
    node.mvm.weights.push_back(
        static_cast<std::int16_t>(std::clamp<double>(std::round(weight(random_)), -limit, limit)));
  std::uniform_int_distribution<std::int64_t> bias(-1000, 1000);
  for (int i = 0; i < outputs; ++i) node.mvm.bias.push_back(bias(random_));
  network_.nodes.push_back(std::move(node));
  shape_ = network_.nodes.back().output;
  return network_.nodes.back();
}

NetworkBuilder& NetworkBuilder::convolution(int outputs, Window window, int weight_bits, int output_bits,
                                            int output_zero_point) {
  Node& node = add_mvm(outputs, window, weight_bits);
  // A sum of n products has a spread of about sqrt(n) * weight spread * code spread; three of them fill the range.
  const double spread = std::sqrt(node.matrix_rows()) * ((1 << (weight_bits - 1)) / 3.0) * ((1 << bits_) / 3.0);
  bits_ = output_bits;
  zero_point_ = output_zero_point;
  node.mvm.requantisation = {(1 << output_bits) / (3 * spread), output_zero_point, 0, (1 << output_bits) - 1};
  return *this;
}

NetworkBuilder& NetworkBuilder::linear(int outputs, int weight_bits, int output_bits) {
  convolution(outputs, Window{shape_.height, shape_.width, 1, 1, 0, 0, 0, 0}, weight_bits, output_bits);
  network_.nodes.back().mvm.is_linear = true;
  return *this;
}

NetworkBuilder& NetworkBuilder::pool(PoolKind kind, Window window) {
  Node node;
  node.kind = Node::Kind::pool;
  node.name = "pool" + std::to_string(network_.nodes.size());
  node.input = shape_;
  node.output = {shape_.channels,
                 (shape_.height + window.pad_top + window.pad_bottom - window.kernel_h) / window.stride_h + 1,
                 (shape_.width + window.pad_left + window.pad_right - window.kernel_w) / window.stride_w + 1};
  node.input_bits = bits_;
  node.input_zero_point = zero_point_;
  node.pool = {kind, window};
  network_.nodes.push_back(std::move(node));
  shape_ = network_.nodes.back().output;
  return *this;
}

Network NetworkBuilder::logits(int classes, int weight_bits) {
  linear(classes, weight_bits);
  network_.nodes.back().mvm.raw_output = true;
  return std::move(network_);
}

void add_channel_scales(Network& network, std::uint64_t seed) {
  std::mt19937_64 random(~seed);
  std::uniform_real_distribution<double> worth(0.25, 1);
  for (Node& node : network.nodes) {
    if (node.kind != Node::Kind::mvm || node.mvm.raw_output || worth(random) > 0.55) continue;
    for (int output = 0; output < node.outputs(); ++output) node.mvm.channel_scales.push_back(worth(random));
  }
}

Network random_network(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  NetworkBuilder builder({pick(1, 3), pick(4, 9), pick(4, 9)}, pick(0, 3) == 0 ? pick(1, 7) : 8, random());
  int height = 4;  // at least; grows or shrinks with the layers below, so kernels stay small
  const int convolutions = pick(0, 2);
  for (int i = 0; i < convolutions; ++i) {
    const int kernel = pick(1, 3);
    const int pad = kernel > 1 ? pick(0, 1) : 0;
    if (height + 2 * pad < kernel) break;
    const int stride = height >= 4 ? pick(1, 2) : 1;
    builder.convolution(pick(1, 9), Window{kernel, kernel, stride, stride, pad, pad, pad, pad}, pick(2, 8), pick(2, 8),
                        pick(0, 3) == 0 ? pick(1, 3) : 0);
    height = (height + 2 * pad - kernel) / stride + 1;
    if (height >= 2 && pick(0, 1) == 1) {
      builder.pool(pick(0, 1) == 0 ? PoolKind::maximum : PoolKind::average, Window{2, 2, 2, 2, 0, 0, 0, 0});
      height /= 2;
    }
    if (height < 2) break;
  }
  if (pick(0, 1) == 1) builder.linear(pick(1, 20), pick(2, 8), pick(2, 8));
  Network network = builder.logits(pick(2, 10), pick(2, 8));
  add_channel_scales(network, seed);
  return network;
}

Network random_lenet(std::uint64_t seed, int weight_bits, int input_bits) {
  const Window same{3, 3, 1, 1, 1, 1, 1, 1};
  const Window half{2, 2, 2, 2, 0, 0, 0, 0};
  return NetworkBuilder({1, 28, 28}, input_bits, seed)
      .convolution(6, same, weight_bits, input_bits)
      .pool(PoolKind::maximum, half)
      .convolution(16, same, weight_bits, input_bits)
      .pool(PoolKind::maximum, half)
      .linear(120, weight_bits, input_bits)
      .linear(84, weight_bits, input_bits)
      .logits(10, weight_bits);
}

std::vector<std::uint8_t> random_images(const Network& network, int samples, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<int> pixel(-128, 255);
  std::vector<std::uint8_t> pixels(std::size_t(samples) * network.input.size());
  for (std::uint8_t& value : pixels) value = static_cast<std::uint8_t>(std::max(0, pixel(random)));
  return pixels;
}

}  // namespace nvcim::testing
