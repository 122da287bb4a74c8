// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/receptive_field.h"
#include "workloads/operators/digital_operator.h"

#include <algorithm>

namespace nvcim::sim {
namespace {

struct Span {
  int begin = 0, end = 0;  ///< inside the map
  bool empty() const { return begin >= end; }
};

Span clip(int origin, int kernel, int size) {
  return {std::max(origin, 0), std::min(origin + kernel, size)};
}

/// Of a window's elements, `step` apart, the first and one past the last inside the map.
Span clip(int origin, int kernel, int step, int size) {
  int begin = origin, end = origin + (kernel - 1) * step + 1;
  if (begin < 0) begin += (-begin + step - 1) / step * step;
  if (end > size) end -= (end - size + step - 1) / step * step;
  return {begin, std::max(begin, end)};
}

/// A window of an MVM or pooling on a map.
struct Slide {
  const workloads::Shape &input, &output;
  const workloads::Window& window;
  int dilation_h = 1, dilation_w = 1;
};

/// First pixel and one past the last pixel of a window, in raster order; equal when it lies in the padding.
std::pair<std::int64_t, std::int64_t> pixels_of(const Slide& slide, int position) {
  const workloads::Window& w = slide.window;
  const int width = slide.input.width;
  const Span y =
      clip(position / slide.output.width * w.stride_h - w.pad_top, w.kernel_h, slide.dilation_h, slide.input.height);
  const Span x = clip(position % slide.output.width * w.stride_w - w.pad_left, w.kernel_w, slide.dilation_w, width);
  if (y.empty() || x.empty()) return {0, 0};
  return {std::int64_t{y.begin} * width + x.begin, std::int64_t{y.end - 1} * width + x.end};
}

/// @param pixels_of_position  (position) → first pixel and one past the last; equal: none
template <class Pixels>
WindowTable make_table(int positions, std::int64_t input_pixels, Pixels pixels_of_position) {
  WindowTable table;
  table.arrived.resize(positions);
  table.needed.assign(positions + 1, input_pixels);
  for (int position = positions - 1; position >= 0; --position) {
    const auto [begin, end] = pixels_of_position(position);
    table.arrived[position] = begin == end ? 0 : end;
    table.needed[position] = begin == end ? table.needed[position + 1] : std::min(begin, table.needed[position + 1]);
  }
  for (int position = 0; position < positions; ++position)
    table.live = std::max(table.live, table.arrived[position] - table.needed[position]);
  return table;
}

/// How a digital node moves its input, when that is all it does. @param node  may be null
const workloads::RearrangeLayer* order_of(const workloads::Node* node) {
  return node == nullptr ? nullptr : workloads::order_of(*node);
}

}  // namespace

WindowTable make_window_table(const workloads::Shape& input, const workloads::Shape& output,
                              const workloads::Window& window, int dilation_h, int dilation_w) {
  const Slide slide{input, output, window, dilation_h, dilation_w};
  return make_table(output.height * output.width, std::int64_t{input.height} * input.width,
                    [&](int position) { return pixels_of(slide, position); });
}

WindowTable make_pixel_table(const std::vector<std::int64_t>& pixels, std::int64_t input_pixels) {
  return make_table(static_cast<int>(pixels.size()), input_pixels, [&](int position) {
    const std::int64_t pixel = pixels[position];
    return pixel < 0 ? std::pair<std::int64_t, std::int64_t>{0, 0} : std::pair{pixel, pixel + 1};
  });
}

std::vector<std::int64_t> pixels_read(const workloads::Node* node, const workloads::Shape& map, int positions) {
  std::vector<std::int64_t> pixels(positions);
  const workloads::RearrangeLayer* order = order_of(node);
  const bool one = map.height * map.width == 1;  // a factor for the whole map
  for (int position = 0; position < positions; ++position) {
    pixels[position] = one ? 0 : position;
    if (order == nullptr) continue;
    const int row = order->rows[position / node->output.width];
    const int column = order->columns[position % node->output.width];
    pixels[position] = row < 0 || column < 0 ? -1 : std::int64_t{row} * map.width + column;
  }
  return pixels;
}

std::vector<std::int64_t> make_pooling_table(const workloads::Node& node) {
  const int positions = node.positions();
  std::vector<std::int64_t> complete(std::size_t(node.input.height) * node.input.width + 1, 0);
  std::int64_t last = 1;  // even a window that lies in the padding waits for the map to start
  for (int position = 0; position < positions; ++position) {
    // Pixels leave in raster order, so one that is complete early waits for those before it.
    last = std::max(last, pixels_of({node.input, node.output, node.pool.window}, position).second);
    complete[last] = position + 1;
  }
  for (std::size_t n = 1; n < complete.size(); ++n) complete[n] = std::max(complete[n], complete[n - 1]);
  return complete;
}

void gather_rows(const workloads::Node& node, const std::uint8_t* map, int channel_begin, int row_begin, int rows,
                 int position, std::uint8_t* out) {
  const workloads::Window& w = node.mvm.window;
  const int y0 = position / node.output.width * w.stride_h - w.pad_top;
  const int x0 = position % node.output.width * w.stride_w - w.pad_left;
  const std::size_t plane = std::size_t(node.input.height) * node.input.width;
  const int height = node.input.height, width = node.input.width, kernel_w = w.kernel_w;
  const int dilation_w = node.mvm.dilation_w;
  const auto filling = static_cast<std::uint8_t>(node.input_zero_point);
  int channel = row_begin / w.area(), ky = row_begin % w.area() / w.kernel_w, kx = row_begin % w.kernel_w;
  for (int row = 0; row < rows;) {
    // One line of the window.
    const int y = y0 + ky * node.mvm.dilation_h;
    const bool inside = y >= 0 && y < height;
    const std::uint8_t* line =
        inside ? map + std::size_t(channel - channel_begin) * plane + std::size_t(y) * width : nullptr;
    const int end = std::min(kernel_w, kx + rows - row);
    for (; kx < end; ++kx, ++row) {
      const int x = x0 + kx * dilation_w;
      out[row] = inside && x >= 0 && x < width ? line[x] : filling;
    }
    kx = 0;
    if (++ky == w.kernel_h) ky = 0, ++channel;
  }
}

void gather_codes(const workloads::Node* node, int output_begin, const std::uint8_t* map, int channel_begin,
                  std::int64_t pixels, std::int64_t pixel, std::span<std::uint8_t> out) {
  const workloads::RearrangeLayer* order = order_of(node);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int output = output_begin + static_cast<int>(i);
    const int channel = order != nullptr ? order->channels[output] : output;
    const bool filled = map == nullptr || channel < 0 || pixel < 0;
    out[i] = filled ? static_cast<std::uint8_t>(node->input_zero_point)
                    : map[static_cast<std::size_t>(channel - channel_begin) * static_cast<std::size_t>(pixels) +
                          static_cast<std::size_t>(pixel)];
  }
}

void pool_pixel(const workloads::Node& node, const std::uint8_t* map, int channels, int position, std::uint8_t* out) {
  const workloads::Window& w = node.pool.window;
  const Span y = clip(position / node.output.width * w.stride_h - w.pad_top, w.kernel_h, node.input.height);
  const Span x = clip(position % node.output.width * w.stride_w - w.pad_left, w.kernel_w, node.input.width);
  const int area = w.area();
  const int inside = y.empty() || x.empty() ? 0 : (y.end - y.begin) * (x.end - x.begin);
  for (int channel = 0; channel < channels; ++channel, map += std::size_t(node.input.height) * node.input.width) {
    int largest = 0, sum = 0;
    for (int row = y.begin; row < y.end; ++row)
      for (int column = x.begin; column < x.end; ++column) {
        const int code = map[row * node.input.width + column];
        largest = std::max(largest, code);
        sum += code;
      }
    sum += (area - inside) * node.input_zero_point;  // padding stands for the value 0
    out[channel] = static_cast<std::uint8_t>(
        node.pool.kind == workloads::PoolKind::maximum ? largest : (2 * sum + area) / (2 * area));
  }
}

}  // namespace nvcim::sim
