// SPDX-License-Identifier: Apache-2.0
#include "workloads/digital.h"

#include <algorithm>
#include <cstring>

#include "arch/check.h"
#include "workloads/reference.h"

namespace nvcim::workloads {
namespace {

// Elements of a sum that are worked on together: what the compiler keeps in the nearest cache.
constexpr std::size_t kRun = 256;

void add(const JoinLayer& layer, std::span<const std::uint8_t* const> inputs, std::size_t count, std::uint8_t* output) {
  double sums[kRun];
  for (std::size_t begin = 0; begin < count; begin += kRun) {
    const std::size_t run = std::min(kRun, count - begin);
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      const double multiplier = layer.inputs[k].multiplier;
      const int zero_point = layer.inputs[k].zero_point;
      const std::uint8_t* codes = inputs[k] + begin;
      if (k == 0)
        for (std::size_t i = 0; i < run; ++i) sums[i] = multiplier * (codes[i] - zero_point);
      else
        for (std::size_t i = 0; i < run; ++i) sums[i] += multiplier * (codes[i] - zero_point);
    }
    for (std::size_t i = 0; i < run; ++i) output[begin + i] = requantise(sums[i], 0, layer.requantisation);
  }
}

/// One factor for `count` elements when `step` is 0, one for each when it is 1.
void multiply(const JoinLayer& layer, const std::uint8_t* codes, const std::uint8_t* factors, int step,
              std::size_t count, std::uint8_t* output) {
  const int zero = layer.inputs[0].zero_point, factor_zero = layer.inputs[1].zero_point;
  for (std::size_t i = 0; i < count; ++i, factors += step)
    output[i] = requantise((codes[i] - zero) * (*factors - factor_zero), 0, layer.requantisation);
}

void rearrange(const Node& node, const std::uint8_t* input, std::uint8_t* output) {
  const RearrangeLayer& order = node.rearrange;
  const auto zero = static_cast<std::uint8_t>(node.input_zero_point);
  for (const int channel : order.channels)
    for (const int row : order.rows)
      for (const int column : order.columns)
        *output++ = channel < 0 || row < 0 || column < 0
                        ? zero
                        : input[(std::size_t(channel) * node.input.height + row) * node.input.width + column];
}

}  // namespace

void join(const Node& node, std::span<const std::uint8_t* const> inputs, std::size_t count, std::uint8_t* output) {
  if (node.kind == Node::Kind::add)
    add(node.join, inputs, count, output);
  else
    multiply(node.join, inputs[0], inputs[1], 1, count, output);
}

void pool(const Node& node, const std::uint8_t* input, std::uint8_t* output) {
  const Window& window = node.pool.window;
  const Shape &in = node.input, &out = node.output;
  const int area = window.area();
  for (int channel = 0; channel < out.channels; ++channel) {
    const std::uint8_t* plane = input + std::size_t(channel) * in.height * in.width;
    for (int y = 0; y < out.height; ++y)
      for (int x = 0; x < out.width; ++x) {
        const int y0 = y * window.stride_h - window.pad_top, x0 = x * window.stride_w - window.pad_left;
        const int y_begin = std::max(y0, 0), y_end = std::min(y0 + window.kernel_h, in.height);
        const int x_begin = std::max(x0, 0), x_end = std::min(x0 + window.kernel_w, in.width);
        int largest = 0, sum = 0, inside = 0;
        for (int iy = y_begin; iy < y_end; ++iy)
          for (int ix = x_begin; ix < x_end; ++ix, ++inside) {
            const int code = plane[std::size_t(iy) * in.width + ix];
            largest = std::max(largest, code);
            sum += code;
          }
        // Padding stands for the value 0, whose code is the zero point.
        sum += (area - inside) * node.input_zero_point;
        *output++ =
            static_cast<std::uint8_t>(node.pool.kind == PoolKind::maximum ? largest : (2 * sum + area) / (2 * area));
      }
  }
}

void digital_map(const Network& network, int index, std::span<const std::uint8_t* const> inputs, std::uint8_t* output) {
  const Node& node = network.nodes[index];
  const std::size_t size = node.output.size();
  switch (node.kind) {
    case Node::Kind::mvm:
      NVCIM_CHECK(false, "{} is no digital node", node.name);
      return;
    case Node::Kind::pool:
      return pool(node, inputs[0], output);
    case Node::Kind::add:
      return join(node, inputs, size, output);
    case Node::Kind::multiply:
      if (network.map(network.sources(index)[1]) == node.output) return join(node, inputs, size, output);
      for (int channel = 0; channel < node.output.channels; ++channel) {
        const std::size_t plane = node.positions();
        multiply(node.join, inputs[0] + channel * plane, inputs[1] + channel, 0, plane, output + channel * plane);
      }
      return;
    case Node::Kind::concat:
      for (std::size_t k = 0; k < inputs.size(); ++k) {
        const std::size_t part = network.map(node.inputs[k]).size();
        std::memcpy(output, inputs[k], part);
        output += part;
      }
      return;
    case Node::Kind::lookup:
      for (std::size_t i = 0; i < size; ++i) output[i] = node.lookup.table[inputs[0][i]];
      return;
    case Node::Kind::rearrange:
      return rearrange(node, inputs[0], output);
  }
}

}  // namespace nvcim::workloads
