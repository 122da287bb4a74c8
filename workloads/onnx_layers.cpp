// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "workloads/onnx_limits.h"

namespace nvcim::workloads::onnx_file {

namespace {

/// int32 biases are stored with the scale weight · input in single precision; another scale is another unit.
constexpr double kSameBiasScale = 1e-5;

std::string list_text(const std::vector<std::int64_t>& list) {
  std::string text;
  for (const std::int64_t v : list) text += (text.empty() ? "" : " x ") + std::to_string(v);
  return text.empty() ? "no dimensions" : text;
}

/// Two entries in lo..hi, or a complaint.
bool two_in_range(Graph& graph, const onnx::NodeProto& node, const char* name, const std::vector<std::int64_t>& list,
                  std::int64_t lo) {
  const bool good = list.size() == 2 && std::all_of(list.begin(), list.end(),
                                                    [&](std::int64_t v) { return v >= lo && v <= kLargestWindow; });
  if (!good)
    graph.complain(
        node, fmt::format("{} is {}; two values of {}..{} are supported", name, list_text(list), lo, kLargestWindow));
  return good;
}

/// Padding of one direction so that the output has ceil(input / stride) elements; the odd one goes to the end or start.
std::pair<std::int64_t, std::int64_t> same_padding(int input, std::int64_t kernel, std::int64_t stride, bool upper) {
  const std::int64_t output = (input + stride - 1) / stride;
  const std::int64_t total = std::max<std::int64_t>(0, (output - 1) * stride + kernel - input);
  const std::int64_t less = total / 2;
  return upper ? std::pair{less, total - less} : std::pair{total - less, less};
}

bool check_codes(Graph& graph, const onnx::NodeProto& node, const QuantisedConstant& weights, MvmLayer& layer) {
  if (weights.codes.type != onnx::TensorProto::INT8 && weights.codes.type != onnx::TensorProto::INT32) {
    graph.complain(node, "its weights must be int8 (int32 for more than 8 bits)");
    return false;
  }
  if (weights.quantiser.zero_point != 0) {
    graph.complain(node, fmt::format("weight zero point {}; only symmetric weights (0) are supported",
                                     weights.quantiser.zero_point));
    return false;
  }
  double largest = 0;
  for (const double code : weights.codes.values) largest = std::max(largest, std::abs(code));
  layer.weight_bits = 8;
  if (weights.codes.type == onnx::TensorProto::INT32)
    while (layer.weight_bits < 16 && largest > (1 << (layer.weight_bits - 1)) - 1) ++layer.weight_bits;
  const int limit = (1 << (layer.weight_bits - 1)) - 1;
  if (largest > limit) {
    graph.complain(node, fmt::format("a weight code of magnitude {} is outside ±{}", largest, limit));
    return false;
  }
  return true;
}

}  // namespace

std::optional<Window> window_of(Graph& graph, const onnx::NodeProto& node, const Shape& input, int kernel_h,
                                int kernel_w) {
  const auto strides = list_attribute(node, "strides", {1, 1});
  const auto dilations = list_attribute(node, "dilations", {1, 1});
  auto pads = list_attribute(node, "pads", {0, 0, 0, 0});
  const std::string auto_pad = text_attribute(node, "auto_pad", "NOTSET");
  if (!two_in_range(graph, node, "strides", strides, 1)) return std::nullopt;
  if (dilations != std::vector<std::int64_t>{1, 1}) {
    graph.complain(node, fmt::format("dilations {}; only 1 x 1 is supported", list_text(dilations)));
    return std::nullopt;
  }
  if (integer_attribute(node, "ceil_mode", 0) != 0) {
    graph.complain(node, "ceil_mode 1 is not supported");
    return std::nullopt;
  }
  if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") {
    const bool upper = auto_pad == "SAME_UPPER";
    const auto [top, bottom] = same_padding(input.height, kernel_h, strides[0], upper);
    const auto [left, right] = same_padding(input.width, kernel_w, strides[1], upper);
    pads = {top, left, bottom, right};
  } else if (auto_pad == "VALID") {
    pads = {0, 0, 0, 0};
  } else if (auto_pad != "NOTSET") {
    graph.complain(node, fmt::format("auto_pad {} is not known", auto_pad));
    return std::nullopt;
  }
  const bool pads_fit = pads.size() == 4 && std::all_of(pads.begin(), pads.end(), [](auto p) { return p >= 0; }) &&
                        std::max(pads[0], pads[2]) < kernel_h && std::max(pads[1], pads[3]) < kernel_w;
  if (!pads_fit) {
    graph.complain(node,
                   fmt::format("pads {}; four values, not negative and less than the kernel {} x {}, are supported",
                               list_text(pads), kernel_h, kernel_w));
    return std::nullopt;
  }
  return Window{kernel_h,     kernel_w,     int(strides[0]), int(strides[1]),
                int(pads[0]), int(pads[1]), int(pads[2]),    int(pads[3])};
}

std::optional<Shape> slide(Graph& graph, const onnx::NodeProto& node, const Shape& input, const Window& w,
                           std::int64_t channels) {
  const int height = input.height + w.pad_top + w.pad_bottom - w.kernel_h;
  const int width = input.width + w.pad_left + w.pad_right - w.kernel_w;
  if (height < 0 || width < 0) {
    graph.complain(node, fmt::format("its window of {} x {} is larger than its padded input of {} x {}", w.kernel_h,
                                     w.kernel_w, height + w.kernel_h, width + w.kernel_w));
    return std::nullopt;
  }
  const Shape output{int(channels), height / w.stride_h + 1, width / w.stride_w + 1};
  if (channels < 1 || channels > kLargestMap || channels * output.height * output.width > kLargestMap) {
    graph.complain(node, fmt::format("its output of {} x {} x {} has more than {} elements", channels, output.height,
                                     output.width, kLargestMap));
    return std::nullopt;
  }
  return output;
}

bool set_bias(Graph& graph, const onnx::NodeProto& node, const std::string& tensor, double input_scale, int outputs,
              MvmLayer& layer) {
  const double unit = input_scale * layer.weight_scale;
  std::vector<double> values;
  const onnx::NodeProto* maker = graph.producer(tensor);
  if (maker && maker->op_type() == "DequantizeLinear") {
    const auto bias = graph.quantised_constant(node, tensor);
    if (!bias) return false;
    if (bias->quantiser.zero_point != 0 || std::abs(bias->quantiser.scale - unit) > kSameBiasScale * unit) {
      graph.complain(node, fmt::format("bias scale {}, zero point {}; it must be weight scale x input scale = {}, 0",
                                       bias->quantiser.scale, bias->quantiser.zero_point, unit));
      return false;
    }
    values = bias->codes.values;
  } else if (const Tensor* bias = graph.constant(tensor)) {
    for (const double v : bias->values) values.push_back(std::nearbyint(v / unit));
  } else {
    if (!graph.is_constant(tensor)) graph.complain(node, fmt::format("its bias \"{}\" is not a constant", tensor));
    return false;
  }
  if (values.size() == 1) values.assign(outputs, values[0]);
  if (values.size() != std::size_t(outputs)) {
    graph.complain(node, fmt::format("{} biases for {} outputs", values.size(), outputs));
    return false;
  }
  layer.bias.clear();
  for (const double v : values) {
    if (std::abs(v) > 0x1p+31) {
      graph.complain(node, fmt::format("a bias of {} units of weight scale x input scale; int32 holds them", v));
      return false;
    }
    layer.bias.push_back(static_cast<std::int64_t>(v));
  }
  return true;
}

std::optional<MvmLayer> matrix_of(Graph& graph, const onnx::NodeProto& node, const Shape& input, bool flat,
                                  double input_scale, Shape& output) {
  if (node.input_size() < 2) {
    graph.complain(node, "has no weights");
    return std::nullopt;
  }
  const auto constant = graph.quantised_constant(node, node.input(1));
  if (!constant) return std::nullopt;
  MvmLayer layer;
  layer.weight_scale = constant->quantiser.scale;
  if (!check_codes(graph, node, *constant, layer)) return std::nullopt;
  const std::vector<std::int64_t>& dims = constant->codes.dims;
  const std::vector<double>& codes = constant->codes.values;
  const bool conv = node.op_type() == "Conv";
  auto refuse = [&](std::string message) {
    graph.complain(node, std::move(message));
    return std::nullopt;
  };
  if (conv == flat)
    return refuse(conv ? "its input has two dimensions, it takes four"
                       : "its input has four dimensions; flatten it before");
  if (dims.size() != (conv ? 4 : 2) || codes.empty()) return refuse(fmt::format("weights of {}", list_text(dims)));
  std::int64_t outputs = dims[0];
  bool transposed = true;  // [outputs][rows] already
  if (conv) {
    if (integer_attribute(node, "group", 1) != 1)
      return refuse("grouped convolutions are not supported (group must be 1)");
    if (dims[1] != input.channels)
      return refuse(fmt::format("weights for {} channels, the input has {}", dims[1], input.channels));
    const std::vector<std::int64_t> sides{dims[2], dims[3]};
    if (!two_in_range(graph, node, "the kernel", sides, 1)) return std::nullopt;
    if (list_attribute(node, "kernel_shape", sides) != sides) return refuse("kernel_shape and weights differ");
    const auto window = window_of(graph, node, input, int(dims[2]), int(dims[3]));
    if (!window) return std::nullopt;
    layer.window = *window;
  } else {
    if (node.op_type() == "Gemm") {
      transposed = integer_attribute(node, "transB", 0) != 0;
      if (integer_attribute(node, "transA", 0) != 0 || float_attribute(node, "alpha", 1) != 1 ||
          (node.input_size() > 2 && float_attribute(node, "beta", 1) != 1))
        return refuse("only alpha = beta = 1 and transA = 0 are supported");
    } else {
      transposed = false;
    }
    outputs = transposed ? dims[0] : dims[1];
    const std::int64_t rows = transposed ? dims[1] : dims[0];
    if (rows != input.size()) return refuse(fmt::format("weights for {} inputs, it has {}", rows, input.size()));
    layer.window = {.kernel_h = input.height, .kernel_w = input.width};
    layer.is_linear = true;
  }
  const auto shape = slide(graph, node, input, layer.window, outputs);
  if (!shape) return std::nullopt;
  output = *shape;
  layer.weights.resize(codes.size());
  const std::size_t rows = codes.size() / std::size_t(outputs);
  for (std::size_t o = 0; o < std::size_t(outputs); ++o)
    for (std::size_t r = 0; r < rows; ++r)
      layer.weights[o * rows + r] = static_cast<std::int16_t>(codes[transposed ? o * rows + r : r * outputs + o]);
  layer.bias.assign(outputs, 0);
  if (node.input_size() > 2 && !node.input(2).empty() &&
      !set_bias(graph, node, node.input(2), input_scale, int(outputs), layer))
    return std::nullopt;
  return layer;
}

std::optional<PoolLayer> pool_of(Graph& graph, const onnx::NodeProto& node, const Shape& input, Shape& output) {
  PoolLayer pool;
  pool.kind = node.op_type() == "MaxPool" ? PoolKind::maximum : PoolKind::average;
  if (node.op_type() == "GlobalAveragePool") {
    pool.window = {.kernel_h = input.height, .kernel_w = input.width};
  } else {
    const auto kernel = list_attribute(node, "kernel_shape", {});
    if (!two_in_range(graph, node, "kernel_shape", kernel, 1)) return std::nullopt;
    const auto window = window_of(graph, node, input, int(kernel[0]), int(kernel[1]));
    if (!window) return std::nullopt;
    pool.window = *window;
    const bool padded = window->pad_top || window->pad_left || window->pad_bottom || window->pad_right;
    if (pool.kind == PoolKind::average && padded && integer_attribute(node, "count_include_pad", 0) == 0) {
      graph.complain(node, "a padded average needs count_include_pad 1: the padding counts in the average");
      return std::nullopt;
    }
    if (node.op_type() == "MaxPool" && (node.output_size() > 1 || integer_attribute(node, "storage_order", 0) != 0)) {
      graph.complain(node, "the indices of the maximum are not supported");
      return std::nullopt;
    }
  }
  const auto shape = slide(graph, node, input, pool.window, input.channels);
  if (!shape) return std::nullopt;
  output = *shape;
  return pool;
}

bool reshape(Graph& graph, const onnx::NodeProto& node, const Shape& shape, bool& flat) {
  if (node.op_type() == "Flatten") {
    const std::int64_t axis = integer_attribute(node, "axis", 1);
    if (axis != 1 && axis != (flat ? -1 : -3)) {
      graph.complain(node, fmt::format("axis {}; only 1 is supported", axis));
      return false;
    }
    flat = true;
    return true;
  }
  const Tensor* target = node.input_size() == 2 ? graph.constant(node.input(1)) : nullptr;
  if (!target || target->type != onnx::TensorProto::INT64) {
    graph.complain(node, "its target shape is not a constant of int64");
    return false;
  }
  std::vector<std::int64_t> dims(target->values.begin(), target->values.end());
  // The first dimension is the batch, 0, -1 or 1. A 0 keeps a dimension, one -1 takes what is left.
  const std::vector<std::int64_t> from = flat ? std::vector<std::int64_t>{1, shape.size()}
                                              : std::vector<std::int64_t>{1, shape.channels, shape.height, shape.width};
  const bool free_batch = !dims.empty() && dims[0] == -1;
  if (free_batch) dims[0] = 1;
  for (std::size_t i = 0; i < dims.size(); ++i)
    if (dims[i] == 0 && i < from.size()) dims[i] = from[i];
  const auto rest = std::find(dims.begin(), dims.end(), -1);
  if (rest != dims.end() && !free_batch) {
    std::int64_t known = 1;
    for (const std::int64_t d : dims)
      if (d > 0 && known <= kLargestMap) known *= std::min(d, kLargestMap);
    *rest = known > 0 && shape.size() % known == 0 ? shape.size() / known : -1;
  }
  const std::vector<std::int64_t> two{1, shape.size()}, four{1, shape.channels, shape.height, shape.width};
  if (dims != two && dims != four) {
    graph.complain(node, fmt::format("only reshaping to two dimensions (batch x {}) or back is supported, not {}",
                                     shape.size(), list_text(dims)));
    return false;
  }
  flat = dims == two;
  return true;
}

}  // namespace nvcim::workloads::onnx_file
