// SPDX-License-Identifier: Apache-2.0
#include "workloads/gradient_windows.h"

#include <algorithm>

namespace nvcim::workloads {
namespace {

/// Calls visit(row, first position, first source index, count, step) for every run of positions of one output line that
/// reads inside the map; the rest of the unrolled windows reads padding.
template <class Visit>
void for_each_run(const Node& node, Visit visit) {
  const Window& window = node.mvm.window;
  const Shape &in = node.input, &out = node.output;
  int row = 0;
  for (int channel = 0; channel < in.channels; ++channel)
    for (int ky = 0; ky < window.kernel_h; ++ky)
      for (int kx = 0; kx < window.kernel_w; ++kx, ++row) {
        const int offset = kx * node.mvm.dilation_w - window.pad_left;
        int begin = 0, end = out.width;
        while (begin < end && begin * window.stride_w + offset < 0) ++begin;
        while (end > begin && (end - 1) * window.stride_w + offset >= in.width) --end;
        if (begin == end) continue;
        for (int y = 0; y < out.height; ++y) {
          const int iy = y * window.stride_h - window.pad_top + ky * node.mvm.dilation_h;
          if (iy < 0 || iy >= in.height) continue;
          visit(row, y * out.width + begin, (channel * in.height + iy) * in.width + begin * window.stride_w + offset,
                end - begin, window.stride_w);
        }
      }
}

}  // namespace

bool covers_input(const Node& node) {
  const Window& window = node.mvm.window;
  return node.positions() == 1 && node.matrix_rows() == node.input.size() && window.pad_top == 0 &&
         window.pad_left == 0;
}

void unroll(const Node& node, const float* map, int samples, float* columns) {
  const int positions = node.positions(), plane = node.input.height * node.input.width;
  std::fill_n(columns, std::size_t(node.window_rows()) * samples * positions, 0.0f);
  for_each_run(node, [&](int row, int position, int source, int count, int step) {
    const float* from = map + std::size_t(source / plane) * samples * plane + source % plane;
    float* to = columns + std::size_t(row) * samples * positions + position;
    for (int sample = 0; sample < samples; ++sample, from += plane, to += positions) {
      if (step == 1)
        std::copy_n(from, count, to);
      else
        for (int i = 0; i < count; ++i) to[i] = from[i * step];
    }
  });
}

void roll_up(const Node& node, const float* columns, int samples, float* map) {
  const int positions = node.positions(), plane = node.input.height * node.input.width;
  for_each_run(node, [&](int row, int position, int source, int count, int step) {
    const float* from = columns + std::size_t(row) * samples * positions + position;
    float* to = map + std::size_t(source / plane) * samples * plane + source % plane;
    for (int sample = 0; sample < samples; ++sample, from += positions, to += plane)
      for (int i = 0; i < count; ++i) to[i * step] += from[i];
  });
}

void flatten(const Shape& shape, const float* map, int samples, float* rows) {
  const int plane = shape.height * shape.width;
  for (int channel = 0; channel < shape.channels; ++channel)
    for (int sample = 0; sample < samples; ++sample)
      for (int i = 0; i < plane; ++i) rows[std::size_t(channel * plane + i) * samples + sample] = *map++;
}
void add_unflattened(const Shape& shape, const float* rows, int samples, float* map) {
  const int plane = shape.height * shape.width;
  for (int channel = 0; channel < shape.channels; ++channel)
    for (int sample = 0; sample < samples; ++sample)
      for (int i = 0; i < plane; ++i) *map++ += rows[std::size_t(channel * plane + i) * samples + sample];
}

}  // namespace nvcim::workloads
