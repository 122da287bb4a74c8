// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "workloads/onnx_float_step.h"

/// Sliding windows of convolutions and pools, and the pools.
namespace nvcim::workloads::onnx_file {

/// Attributes of a window, before the map is known.
struct WindowAttributes {
  Window window;  ///< pads only where padding is explicit
  int dilation_h = 1, dilation_w = 1;
  enum class Padding { explicit_pads, same_upper, same_lower, valid } padding = Padding::explicit_pads;
  bool ceil = false;  ///< a last window may hang over the padded map
};

/// Reads strides, dilations, pads, auto_pad and ceil_mode. @param kernel  one side (a line is a map of height 1) or two
std::optional<WindowAttributes> read_window(Step& step, const Dims& kernel);

/// The window on a map: padding that follows from the map, and the output's height and width.
struct FittedWindow {
  Window window;
  std::int64_t height = 0, width = 0;
  bool overhangs = false;  ///< its last row or column goes beyond the map with its padding; `window` pads that too
};
FittedWindow fit_window(const WindowAttributes& attributes, const Shape& in);

void read_max_pool(Step& step);
void read_average_pool(Step& step);
void read_global_pool(Step& step);
void read_reduce_mean(Step& step);

}  // namespace nvcim::workloads::onnx_file
