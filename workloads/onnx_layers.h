// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "workloads/network.h"
#include "workloads/onnx_graph.h"

/// Attributes and constants of single ONNX nodes as windows and integer matrices. Each function complains to the graph
/// and returns nothing where the node cannot run.
namespace nvcim::workloads::onnx_file {

/// kernel_shape, strides, pads, auto_pad, dilations, ceil_mode of a Conv or pool over `input`.
std::optional<Window> window_of(Graph& graph, const onnx::NodeProto& node, const Shape& input, int kernel_h,
                                int kernel_w);

/// The feature map after a window. Complains where it would be empty or too large.
std::optional<Shape> slide(Graph& graph, const onnx::NodeProto& node, const Shape& input, const Window& window,
                           std::int64_t channels);

/// The MVM of a Conv, Gemm or MatMul on an input with this scale: window, weights, bias and their scale; output shape
/// in `output`. `flat`: the input has two dimensions.
std::optional<MvmLayer> matrix_of(Graph& graph, const onnx::NodeProto& node, const Shape& input, bool flat,
                                  double input_scale, Shape& output);

/// Sets the bias of `layer` from a constant: int32 codes behind DequantizeLinear, or floats, which are rounded to units
/// of weight scale times input scale.
bool set_bias(Graph& graph, const onnx::NodeProto& node, const std::string& tensor, double input_scale, int outputs,
              MvmLayer& layer);

/// The pooling of a MaxPool, AveragePool or GlobalAveragePool.
std::optional<PoolLayer> pool_of(Graph& graph, const onnx::NodeProto& node, const Shape& input, Shape& output);

/// The shape that a Flatten or Reshape gives; `flat` becomes whether it has two dimensions. Order never changes.
bool reshape(Graph& graph, const onnx::NodeProto& node, const Shape& shape, bool& flat);

}  // namespace nvcim::workloads::onnx_file
