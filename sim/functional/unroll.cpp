// SPDX-License-Identifier: Apache-2.0
#include "sim/functional/unroll.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

using workloads::Node;
using workloads::Shape;
using workloads::Window;

/// A window that is its whole input: the matrix rows are the map itself.
void transpose(const std::uint8_t* maps, int images, int size, std::uint8_t* out, std::size_t stride) {
  constexpr int kBlock = 16;
  for (int row = 0; row < size; row += kBlock)
    for (int image = 0; image < images; ++image) {
      const std::uint8_t* from = maps + std::size_t(image) * size;
      for (int r = row; r < std::min(row + kBlock, size); ++r) out[r * stride + image] = from[r];
    }
}

/// One matrix row of one image: the map shifted by the kernel tap, cut by the stride, padded.
void unroll_tap(const Node& node, const std::uint8_t* plane, int ky, int kx, std::uint8_t* out) {
  const Window& window = node.mvm.window;
  const Shape& in = node.input;
  const int width = node.output.width, stride = window.stride_w;
  const int shift = kx * node.mvm.dilation_w - window.pad_left;
  // x * stride + shift in 0…in.width-1
  const int begin = std::clamp((-shift + stride - 1) / stride, 0, width);
  const int end = std::clamp((in.width - shift + stride - 1) / stride, begin, width);
  for (int y = 0; y < node.output.height; ++y, out += width) {
    const int source_y = y * window.stride_h + ky * node.mvm.dilation_h - window.pad_top;
    if (source_y < 0 || source_y >= in.height) {
      std::memset(out, node.input_zero_point, static_cast<std::size_t>(width));
      continue;
    }
    const std::uint8_t* from = plane + std::size_t(source_y) * in.width;
    for (int x = 0; x < begin; ++x) out[x] = static_cast<std::uint8_t>(node.input_zero_point);
    if (stride == 1)
      std::memcpy(out + begin, from + begin + shift, static_cast<std::size_t>(end - begin));
    else
      for (int x = begin; x < end; ++x) out[x] = from[x * stride + shift];
    for (int x = end; x < width; ++x) out[x] = static_cast<std::uint8_t>(node.input_zero_point);
  }
}

}  // namespace

void unroll_windows(const Node& node, const std::uint8_t* maps, int images, int copy, int copies, std::uint8_t* out,
                    std::size_t stride) {
  const Window& window = node.mvm.window;
  const int size = node.input.size();
  const bool whole = window.kernel_h == node.input.height && window.kernel_w == node.input.width;
  if (whole && node.positions() == 1 && window.pad_top == 0 && window.pad_left == 0) {
    if (copy == 0) transpose(maps, images, size, out, stride);
    return;
  }
  if (copies > 1) {
    std::vector<std::uint8_t> codes(node.window_rows());
    const int positions = positions_of_copy(node, copy, copies);
    for (int image = 0; image < images; ++image)
      for (int k = 0; k < positions; ++k) {
        workloads::gather_window(node, maps + std::size_t(image) * size, copy + k * copies, codes.data());
        for (std::size_t row = 0; row < codes.size(); ++row)
          out[row * stride + std::size_t(image) * positions + k] = codes[row];
      }
    return;
  }
  for (int image = 0; image < images; ++image) {
    std::uint8_t* to = out + std::size_t(image) * node.positions();
    for (int channel = 0; channel < node.input.channels; ++channel) {
      const std::uint8_t* plane =
          maps + std::size_t(image) * size + std::size_t(channel) * node.input.height * node.input.width;
      for (int ky = 0; ky < window.kernel_h; ++ky)
        for (int kx = 0; kx < window.kernel_w; ++kx, to += stride) unroll_tap(node, plane, ky, kx, to);
    }
  }
}

}  // namespace nvcim::sim
