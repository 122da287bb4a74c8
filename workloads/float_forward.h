// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "workloads/float_graph.h"
#include "workloads/sensitivity_convolution.h"

/// The operations of a graph on a batch of samples (library nvcim_sensitivity).
namespace nvcim::workloads {

/// Calls visit(output index, source index of the window's first element inside, rows inside, columns inside).
template <class Visit>
void for_each_window(const Window& window, const Shape& in, const Shape& out, Visit visit) {
  int at = 0;
  for (int channel = 0; channel < out.channels; ++channel)
    for (int y = 0; y < out.height; ++y)
      for (int x = 0; x < out.width; ++x, ++at) {
        const int y0 = y * window.stride_h - window.pad_top, x0 = x * window.stride_w - window.pad_left;
        const int top = std::max(y0, 0), left = std::max(x0, 0);
        visit(at, (channel * in.height + top) * in.width + left,
              std::max(0, std::min(y0 + window.kernel_h, in.height) - top),
              std::max(0, std::min(x0 + window.kernel_w, in.width) - left));
      }
}

/// Calls visit(output index, source index or -1 for the fill) for every element.
template <class Visit>
void for_each_source(const GraphRearrange& parameters, const Shape& in, Visit visit) {
  int at = 0;
  for (const int channel : parameters.channels)
    for (const int row : parameters.rows)
      for (const int column : parameters.columns)
        visit(at++, channel < 0 || row < 0 || column < 0 ? -1 : (channel * in.height + row) * in.width + column);
}

/// Stored values of one node. Single precision, as a batch alone decides: no thread, no other batch enters.
/// @param products  of the node, when it is a convolution
/// @param inputs    [inputs of the node] their stored values, [samples][size]
/// @param out       [samples][size]
/// @param winners   [samples][size] index in the input's map of what won; of a maximum pool, or null
void forward_node(const FloatGraph& graph, int node, const ConvolutionProducts* products,
                  std::span<const float* const> inputs, int samples, float* out, std::int32_t* winners,
                  ConvolutionScratch& scratch);

}  // namespace nvcim::workloads
