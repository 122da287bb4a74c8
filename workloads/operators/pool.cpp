// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "workloads/operators/digital_operator.h"
#include "workloads/operators/pool.h"

namespace nvcim::workloads {

namespace {

/// The usual 2 x 2 maximum.
void maximum_of_pairs(const Node& node, const std::uint8_t* input, std::uint8_t* output) {
  const int width = node.input.width, out_width = node.output.width;
  for (int channel = 0; channel < node.input.channels; ++channel) {
    const std::uint8_t* map = input + std::size_t(channel) * node.input.height * width;
    for (int y = 0; y < node.output.height; ++y, output += out_width) {
      const std::uint8_t* upper = map + std::size_t(2 * y) * width;
      const std::uint8_t* lower = upper + width;
      for (int x = 0; x < out_width; ++x) {
        const std::uint8_t left = std::max(upper[2 * x], lower[2 * x]);
        const std::uint8_t right = std::max(upper[2 * x + 1], lower[2 * x + 1]);
        output[x] = std::max(left, right);
      }
    }
  }
}

}  // namespace

void pool(const Node& node, const std::uint8_t* input, std::uint8_t* output) {
  if (node.pool.kind == PoolKind::maximum && node.pool.window == Window{2, 2, 2, 2, 0, 0, 0, 0})
    return maximum_of_pairs(node, input, output);
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

namespace {

class Pool : public DigitalOperator {
 public:
  const char* report_name() const override { return "pooling"; }
  std::string text(const Node& node) const override {
    return (node.pool.kind == PoolKind::maximum ? "max pool " : "average pool ") + window_text(node.pool.window);
  }
  DigitalUnit unit() const override { return DigitalUnit::pooling; }
  bool is_epilogue() const override { return true; }
  std::int64_t operations(const Node& node) const override {
    return std::int64_t{1} * node.output.size() * node.pool.window.area();
  }
  std::pair<std::size_t, std::size_t> input_count() const override { return {1, 1}; }

  void check(const NodeCheck& check) const override {
    const Window& window = check.node.pool.window;
    if (std::max(window.pad_top, window.pad_bottom) >= window.kernel_h ||
        std::max(window.pad_left, window.pad_right) >= window.kernel_w)
      check.say("has pads as large as its kernel");
    check_window(check, window, window.kernel_h, window.kernel_w, check.node.input.channels);
  }
  void identify(const Node& node, IdentityText& text) const override {
    text.add(node.pool.kind == PoolKind::maximum ? "maximum;" : "average;");
    text.add_window(node.pool.window);
  }
  void compute(const Network& network, int node, std::span<const std::uint8_t* const> inputs,
               std::uint8_t* output) const override {
    pool(network.nodes[node], inputs[0], output);
  }

  void prepare(const Node& node, std::size_t count, DerivativeStep::Saved& saved) const override {
    if (node.pool.kind == PoolKind::maximum) saved.source.resize(count);
  }

  void forward(DerivativeStep& step) const override {
    const Node& node = step.node;
    const Window& window = node.pool.window;
    const Shape &in = node.input, &out = node.output;
    const int area = window.area(), planes = out.channels * step.samples;
    const float* input = step.input(0);
    float* next = step.output();
    std::size_t at = 0;
    for (int plane = 0; plane < planes; ++plane) {
      const float* map = input + std::size_t(plane) * in.height * in.width;
      for (int y = 0; y < out.height; ++y)
        for (int x = 0; x < out.width; ++x, ++at) {
          const int y0 = y * window.stride_h - window.pad_top, x0 = x * window.stride_w - window.pad_left;
          const int y1 = std::max(y0, 0), y2 = std::min(y0 + window.kernel_h, in.height);
          const int x1 = std::max(x0, 0), x2 = std::min(x0 + window.kernel_w, in.width);
          if (node.pool.kind == PoolKind::maximum) {
            std::int32_t winner = -1;
            float best = static_cast<float>(-node.input_zero_point);
            for (int iy = y1; iy < y2; ++iy)
              for (int ix = x1; ix < x2; ++ix)
                if (winner < 0 || map[iy * in.width + ix] > best) winner = iy * in.width + ix, best = map[winner];
            step.saved().source[at] = winner;
            next[at] = best;
            continue;
          }
          // As pool(): padding holds the zero point, halves are rounded up.
          int sum = area * node.input_zero_point;
          for (int iy = y1; iy < y2; ++iy)
            for (int ix = x1; ix < x2; ++ix) sum += static_cast<int>(map[iy * in.width + ix]);
          const int code = (2 * sum + area) / (2 * area);
          next[at] = static_cast<float>(code - node.input_zero_point);
        }
    }
  }

  void backward(DerivativeStep& step) const override {
    const Node& node = step.node;
    const Shape &in = node.input, &out = node.output;
    const std::size_t in_plane = std::size_t(in.height) * in.width, out_plane = std::size_t(out.height) * out.width;
    const Window& window = node.pool.window;
    const float share = 1.0f / static_cast<float>(window.area());
    float* lower = step.slopes_of_input(0);
    for (int plane = 0; plane < out.channels * step.samples; ++plane) {
      const float* g = step.slopes() + plane * out_plane;
      float* to = lower + plane * in_plane;
      if (node.pool.kind == PoolKind::maximum) {
        const std::int32_t* source = step.saved().source.data() + plane * out_plane;
        for (std::size_t i = 0; i < out_plane; ++i)
          if (source[i] >= 0) to[source[i]] += g[i];
        continue;
      }
      for (int y = 0; y < out.height; ++y)
        for (int x = 0; x < out.width; ++x) {
          const float value = share * *g++;
          const int y0 = y * window.stride_h - window.pad_top, x0 = x * window.stride_w - window.pad_left;
          for (int iy = std::max(y0, 0); iy < std::min(y0 + window.kernel_h, in.height); ++iy)
            for (int ix = std::max(x0, 0); ix < std::min(x0 + window.kernel_w, in.width); ++ix)
              to[iy * in.width + ix] += value;
        }
    }
  }
};
const Pool kPool;

}  // namespace

const DigitalOperator& operators::pool = kPool;

}  // namespace nvcim::workloads
