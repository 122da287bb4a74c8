// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>

#include "arch/check.h"
#include "arch/input_error.h"
#include "workloads/onnx_metadata.h"
#include "workloads/onnx_read.h"
#include "workloads/onnx_stored.h"

namespace nvcim::workloads {

namespace {

constexpr int kOpset = 13;
constexpr int kIrVersion = 7;

/// Appends nodes and initialisers; knows the tensor in hand and whether it has two dimensions.
class Writer {
 public:
  explicit Writer(const Network& network) : network_(network) {}

  std::string run() {
    begin();
    for (std::size_t n = 0; n < network_.nodes.size(); ++n) {
      const Node& node = network_.nodes[n];
      sources_ = network_.sources(int(n));
      take(sources_[0]);
      switch (node.kind) {
        case Node::Kind::mvm:
          write_mvm(node);
          break;
        case Node::Kind::pool:
          write_pool(node);
          break;
        case Node::Kind::add:
          write_add(node);
          break;
        case Node::Kind::concat:
          write_concat(node);
          break;
        case Node::Kind::rearrange:
          write_rearrangement(node);
          break;
        case Node::Kind::multiply:
        case Node::Kind::lookup:
          issues_.push_back({"", node.name, "products of maps and tables of activations cannot be written"});
      }
      maps_.push_back({tensor_, flat_, scale_, zero_point_});
    }
    end();
    if (!issues_.empty()) throw InputError(std::move(issues_));
    // Maps and time stamps play no part, so the bytes depend on the network only.
    return model_.SerializeAsString();
  }

 private:
  void begin();
  void end();
  void write_mvm(const Node& node);
  void write_pool(const Node& node);
  void write_add(const Node& node);
  void write_concat(const Node& node);
  void write_rearrangement(const Node& node);
  void pick(const std::string& name, const std::vector<int>& list, int size, int axis);
  void activate(const std::string& name, const Requantisation& to_code);

  /// A map as it has been written.
  struct Map {
    std::string tensor;
    bool flat = false;
    double scale = 1;
    int zero_point = 0;
  };
  void take(int source) {
    const Map& map = maps_[source + 1];
    tensor_ = map.tensor;
    flat_ = map.flat;
    scale_ = map.scale;
    zero_point_ = map.zero_point;
  }

  onnx::NodeProto& add(const std::string& op, const std::string& name, std::vector<std::string> inputs,
                       const std::string& output) {
    onnx::NodeProto& node = *graph().add_node();
    node.set_op_type(op);
    node.set_name(name);
    for (auto& input : inputs) node.add_input(std::move(input));
    node.add_output(output);
    tensor_ = output;
    return node;
  }
  void attribute(onnx::NodeProto& node, const char* name, std::int64_t value) {
    onnx::AttributeProto& a = *node.add_attribute();
    a.set_name(name);
    a.set_type(onnx::AttributeProto::INT);
    a.set_i(value);
  }
  void attribute(onnx::NodeProto& node, const char* name, std::vector<std::int64_t> values) {
    onnx::AttributeProto& a = *node.add_attribute();
    a.set_name(name);
    a.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t v : values) a.add_ints(v);
  }

  template <class T, class Source>
  std::string initialiser(const std::string& name, onnx::TensorProto::DataType type, std::vector<std::int64_t> dims,
                          const std::vector<Source>& values) {
    onnx::TensorProto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (const std::int64_t dim : dims) tensor.add_dims(dim);
    std::string raw(values.size() * sizeof(T), '\0');
    for (std::size_t i = 0; i < values.size(); ++i) {
      const T value = static_cast<T>(values[i]);
      std::memcpy(raw.data() + i * sizeof(T), &value, sizeof(T));
    }
    tensor.set_raw_data(std::move(raw));
    return name;
  }
  void check_fit(const std::string& name, double value) {
    const double magnitude = std::abs(value);
    const bool fits = value == 0 || (magnitude >= std::numeric_limits<float>::min() &&
                                     magnitude <= std::numeric_limits<float>::max());
    if (!fits)
      issues_.push_back({network_.name, name, fmt::format("{} does not fit single precision, which ONNX uses", value)});
  }
  std::string scalar(const std::string& name, double value) {
    check_fit(name, value);
    return initialiser<float>(name, onnx::TensorProto::FLOAT, {}, std::vector<double>{value});
  }
  /// One number, or one for each output where they differ.
  std::string scales(const std::string& name, double scale, const std::vector<double>& of_outputs) {
    if (of_outputs.empty()) return scalar(name, scale);
    std::vector<double> all;
    for (const double factor : of_outputs) all.push_back(scale * factor);
    for (const double value : all) check_fit(name, value);
    return initialiser<float>(name, onnx::TensorProto::FLOAT, {std::int64_t(all.size())}, all);
  }
  std::string list(const std::string& name, const std::vector<std::int64_t>& values) {
    return initialiser<std::int64_t>(name, onnx::TensorProto::INT64, {std::int64_t(values.size())}, values);
  }

  /// QuantizeLinear and DequantizeLinear of the tensor in hand, onto the current grid.
  void requantise(const std::string& name) {
    const std::string scale = scalar(name + ".scale", scale_);
    const std::string zero =
        initialiser<std::uint8_t>(name + ".zero_point", onnx::TensorProto::UINT8, {}, std::vector<int>{zero_point_});
    add("QuantizeLinear", name + ".quantize", {tensor_, scale, zero}, name + ".codes");
    add("DequantizeLinear", name + ".dequantize", {tensor_, scale, zero}, name + ".grid");
  }
  void four_dimensions(const std::string& name, const Shape& shape) {
    if (!flat_) return;
    const std::vector<std::int64_t> dims{-1, shape.channels, shape.height, shape.width};
    const std::string target = initialiser<std::int64_t>(name + ".shape", onnx::TensorProto::INT64, {4}, dims);
    add("Reshape", name + ".reshape", {tensor_, target}, name + ".map");
    flat_ = false;
  }
  void two_dimensions(const std::string& name) {
    if (flat_) return;
    attribute(add("Flatten", name + ".flatten", {tensor_}, name + ".vector"), "axis", 1);
    flat_ = true;
  }
  void window(onnx::NodeProto& node, const Window& w) {
    attribute(node, "kernel_shape", {w.kernel_h, w.kernel_w});
    attribute(node, "strides", {w.stride_h, w.stride_w});
    attribute(node, "pads", {w.pad_top, w.pad_left, w.pad_bottom, w.pad_right});
  }
  void describe(onnx::ValueInfoProto& info, const std::string& name, std::vector<std::int64_t> dims) {
    info.set_name(name);
    auto& type = *info.mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    type.mutable_shape()->add_dim()->set_dim_param("batch");
    for (const std::int64_t dim : dims) type.mutable_shape()->add_dim()->set_dim_value(dim);
  }
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }

  const Network& network_;
  onnx::ModelProto model_;
  std::vector<Map> maps_;     // [nodes so far + 1], the input first
  std::vector<int> sources_;  // of the node in hand
  std::string tensor_;
  bool flat_ = false;
  double scale_ = 1;
  int zero_point_ = 0;
  std::vector<InputIssue> issues_;
};

void Writer::begin() {
  NVCIM_CHECK(!network_.nodes.empty(), "{}: no nodes", network_.name);
  model_.set_ir_version(kIrVersion);
  model_.set_producer_name("nvcim");
  auto& opset = *model_.add_opset_import();
  opset.set_domain("");
  opset.set_version(kOpset);
  graph().set_name(network_.name.empty() ? "network" : network_.name);
  const Shape& s = network_.input;
  describe(*graph().add_input(), "input", {s.channels, s.height, s.width});
  tensor_ = "input";
  scale_ = network_.nodes.front().input_scale;
  zero_point_ = network_.nodes.front().input_zero_point;
  // Tensors are named after nodes, so the names of the nodes must differ, from "input" too.
  std::set<std::string> names{"input", ""};
  for (const Node& node : network_.nodes)
    if (!names.insert(node.name).second)
      issues_.push_back({network_.name, node.name, "two nodes of this name, or none; ONNX needs names that differ"});
  requantise("input");
  maps_.push_back({tensor_, flat_, scale_, zero_point_});
}

void Writer::write_mvm(const Node& node) {
  const MvmLayer& mvm = node.mvm;
  const std::string& name = node.name;
  mvm.is_linear ? two_dimensions(name) : four_dimensions(name, node.input);
  const bool wide = mvm.weight_bits > 8;  // int32: DequantizeLinear knows no int16 before operator set 21
  std::vector<std::int64_t> dims{node.outputs(), node.matrix_rows()};
  if (!mvm.is_linear)
    dims = {node.outputs(), node.input.channels / mvm.groups, mvm.window.kernel_h, mvm.window.kernel_w};
  if (wide)
    initialiser<std::int32_t>(name + ".weight.codes", onnx::TensorProto::INT32, dims, mvm.weights);
  else
    initialiser<std::int8_t>(name + ".weight.codes", onnx::TensorProto::INT8, dims, mvm.weights);
  const std::string weight_scale = scales(name + ".weight.scale", mvm.weight_scale, mvm.channel_scales);
  for (const std::int64_t bias : mvm.bias)
    if (bias > std::numeric_limits<std::int32_t>::max() || bias < std::numeric_limits<std::int32_t>::min())
      issues_.push_back({network_.name, name, fmt::format("bias {} does not fit the int32 of ONNX", bias)});
  initialiser<std::int32_t>(name + ".bias.codes", onnx::TensorProto::INT32, {node.outputs()}, mvm.bias);
  const std::string bias_scale = scales(name + ".bias.scale", scale_ * mvm.weight_scale, mvm.channel_scales);
  const std::string input = tensor_;
  for (const auto& [what, scale] : {std::pair{".weight", weight_scale}, {".bias", bias_scale}}) {
    onnx::NodeProto& node_of =
        add("DequantizeLinear", name + what + ".dequantize", {name + what + ".codes", scale}, name + what);
    if (!mvm.channel_scales.empty()) attribute(node_of, "axis", 0);
  }
  onnx::NodeProto& matrix =
      add(mvm.is_linear ? "Gemm" : "Conv", name, {input, name + ".weight", name + ".bias"}, name + ".sums");
  mvm.is_linear ? attribute(matrix, "transB", 1) : window(matrix, mvm.window);
  if (mvm.groups != 1) attribute(matrix, "group", mvm.groups);
  if (mvm.dilation_h != 1 || mvm.dilation_w != 1) attribute(matrix, "dilations", {mvm.dilation_h, mvm.dilation_w});
  if (mvm.raw_output) return;
  scale_ = scale_ * mvm.weight_scale / mvm.requantisation.multiplier;
  activate(name, mvm.requantisation);
}

/// Onto the grid of the current scale.
void Writer::activate(const std::string& name, const Requantisation& r) {
  zero_point_ = r.zero_point;
  if (r.code_min == r.zero_point && r.code_max == 255) {
    add("Relu", name + ".relu", {tensor_}, name + ".active");
  } else if (r.code_min != 0 || r.code_max != 255) {
    const std::string lo = scalar(name + ".clip.min", (r.code_min - r.zero_point) * scale_);
    const std::string hi = scalar(name + ".clip.max", (r.code_max - r.zero_point) * scale_);
    add("Clip", name + ".clip", {tensor_, lo, hi}, name + ".active");
  }
  requantise(name);
}

void Writer::write_pool(const Node& node) {
  const std::string& name = node.name;
  four_dimensions(name, node.input);
  const bool maximum = node.pool.kind == PoolKind::maximum;
  onnx::NodeProto& pool = add(maximum ? "MaxPool" : "AveragePool", name, {tensor_}, name + ".pooled");
  window(pool, node.pool.window);
  if (!maximum) {
    attribute(pool, "count_include_pad", 1);
    // The pooling unit rounds halves up, QuantizeLinear to even: a quarter of the smallest step settles the ties.
    const std::string shift = scalar(name + ".shift", scale_ / (4.0 * node.pool.window.area()));
    add("Add", name + ".round", {tensor_, shift}, name + ".shifted");
  }
  requantise(name);
}

void Writer::write_add(const Node& node) {
  const std::string& name = node.name;
  const double first_scale = scale_;
  std::string sum;
  for (std::size_t k = 0; k < sources_.size(); ++k) {
    take(sources_[k]);
    four_dimensions(fmt::format("{}.{}", name, k), node.output);
    if (k > 0)
      add("Add", k == 1 ? name : fmt::format("{}.{}", name, k), {sum, tensor_}, fmt::format("{}.sum{}", name, k));
    sum = tensor_;
  }
  scale_ = first_scale / node.join.requantisation.multiplier;
  activate(name, node.join.requantisation);
}

void Writer::write_concat(const Node& node) {
  std::vector<std::string> parts;
  for (std::size_t k = 0; k < sources_.size(); ++k) {
    take(sources_[k]);
    four_dimensions(fmt::format("{}.{}", node.name, k), network_.map(sources_[k]));
    parts.push_back(tensor_);
  }
  attribute(add("Concat", node.name, parts, node.name + ".joined"), "axis", 1);
}

void Writer::write_rearrangement(const Node& node) {
  four_dimensions(node.name, node.input);
  pick(node.name + ".channels", node.rearrange.channels, node.input.channels, 1);
  pick(node.name + ".rows", node.rearrange.rows, node.input.height, 2);
  pick(node.name + ".columns", node.rearrange.columns, node.input.width, 3);
}

/// Evenly spaced indices with zeros around them are a Slice and a Pad; any others a Gather, zeros at the end.
void Writer::pick(const std::string& name, const std::vector<int>& list, int size, int axis) {
  const int count = int(list.size());
  int first = 0, end = count;
  while (first < count && list[first] < 0) ++first;
  while (end > first && list[end - 1] < 0) --end;
  const int step = end - first > 1 ? list[first + 1] - list[first] : 1;
  bool even = end > first && step > 0;
  for (int i = first + 1; i < end; ++i) even &= list[i] == list[i - 1] + step && list[i] >= 0;
  const auto pad = [&](std::int64_t before, std::int64_t after) {
    if (before == 0 && after == 0) return;
    std::vector<std::int64_t> pads(8, 0);
    pads[axis] = before;
    pads[axis + 4] = after;
    add("Pad", name + ".pad", {tensor_, this->list(name + ".pads", pads)}, name + ".padded");
  };
  if (even) {
    if (list[first] != 0 || list[end - 1] != size - 1 || step != 1)
      add("Slice", name + ".slice",
          {tensor_, this->list(name + ".start", {list[first]}), this->list(name + ".end", {list[end - 1] + 1}),
           this->list(name + ".axis", {axis}), this->list(name + ".step", {step})},
          name + ".sliced");
    pad(first, count - end);
    return;
  }
  pad(0, 1);
  std::vector<std::int64_t> indices;
  for (const int index : list) indices.push_back(index < 0 ? size : index);
  attribute(add("Gather", name + ".gather", {tensor_, this->list(name + ".indices", indices)}, name + ".gathered"),
            "axis", axis);
}

void Writer::end() {
  const Shape& out = network_.nodes.back().output;
  if (flat_)
    describe(*graph().add_output(), tensor_, {out.size()});
  else
    describe(*graph().add_output(), tensor_, {out.channels, out.height, out.width});
  const auto of_chain = [](const Node& node) {
    const MvmLayer& mvm = node.mvm;
    return node.kind == Node::Kind::pool || (node.is_mvm() && mvm.channel_scales.empty() && mvm.groups == 1 &&
                                             mvm.dilation_h == 1 && mvm.dilation_w == 1);
  };
  const bool is_chain = network_.is_chain() && std::all_of(network_.nodes.begin(), network_.nodes.end(), of_chain);
  for (const auto& [key, value] :
       is_chain ? onnx_file::metadata_of(network_) : onnx_file::metadata_of_graph(network_, graph())) {
    auto& property = *model_.add_metadata_props();
    property.set_key(key);
    property.set_value(value);
  }
}

}  // namespace

std::string write_onnx(const Network& network) {
  return Writer(network).run();
}

}  // namespace nvcim::workloads
