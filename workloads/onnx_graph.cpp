// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace nvcim::workloads::onnx_file {

namespace {

constexpr std::int64_t kOldestOpset = 10, kNewestOpset = 21;
constexpr std::int64_t kLargestTensor = std::int64_t{1} << 28;  // elements

constexpr const char* kSupported[] = {"Conv",     "Gemm",     "MatMul",         "Add",
                                      "Relu",     "Clip",     "MaxPool",        "AveragePool",
                                      "Flatten",  "Reshape",  "QuantizeLinear", "DequantizeLinear",
                                      "Identity", "Constant", "Dropout",        "GlobalAveragePool"};

std::string supported_list() {
  std::string list;
  for (const char* op : kSupported) list += (list.empty() ? "" : ", ") + std::string(op);
  return list;
}

const onnx::AttributeProto* attribute(const onnx::NodeProto& node, const char* name) {
  for (const onnx::AttributeProto& a : node.attribute())
    if (a.name() == name) return &a;
  return nullptr;
}

template <class T>
bool decode_raw(const std::string& raw, std::int64_t count, std::vector<double>& out) {
  if (raw.size() != std::size_t(count) * sizeof(T)) return false;
  out.resize(count);
  for (std::int64_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, raw.data() + std::size_t(i) * sizeof(T), sizeof(T));
    out[i] = static_cast<double>(value);
  }
  return true;
}

template <class Field>
bool decode_field(const Field& field, std::int64_t count, std::vector<double>& out) {
  if (field.size() != count) return false;
  out.assign(field.begin(), field.end());
  return true;
}

bool decode_values(const onnx::TensorProto& proto, std::int64_t count, std::vector<double>& out) {
  const std::string& raw = proto.raw_data();
  const bool is_raw = proto.has_raw_data();
  switch (proto.data_type()) {
    case onnx::TensorProto::FLOAT:
      return is_raw ? decode_raw<float>(raw, count, out) : decode_field(proto.float_data(), count, out);
    case onnx::TensorProto::DOUBLE:
      return is_raw ? decode_raw<double>(raw, count, out) : decode_field(proto.double_data(), count, out);
    case onnx::TensorProto::UINT8:
      return is_raw ? decode_raw<std::uint8_t>(raw, count, out) : decode_field(proto.int32_data(), count, out);
    case onnx::TensorProto::INT8:
      return is_raw ? decode_raw<std::int8_t>(raw, count, out) : decode_field(proto.int32_data(), count, out);
    case onnx::TensorProto::INT32:
      return is_raw ? decode_raw<std::int32_t>(raw, count, out) : decode_field(proto.int32_data(), count, out);
    case onnx::TensorProto::INT64:
      return is_raw ? decode_raw<std::int64_t>(raw, count, out) : decode_field(proto.int64_data(), count, out);
    default:
      return false;
  }
}

bool is_supported_type(int type) {
  return type == onnx::TensorProto::FLOAT || type == onnx::TensorProto::DOUBLE || type == onnx::TensorProto::UINT8 ||
         type == onnx::TensorProto::INT8 || type == onnx::TensorProto::INT32 || type == onnx::TensorProto::INT64;
}

std::string label(const onnx::NodeProto& node) {
  const std::string& name = !node.name().empty() ? node.name() : node.output_size() ? node.output(0) : node.name();
  return fmt::format("node \"{}\" ({})", name, node.op_type());
}

}  // namespace

Graph::Graph(std::string name, const std::vector<std::uint8_t>& bytes) : file_(std::move(name)) {
  if (bytes.empty() || !model_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    throw InputError(file_, "", "is no ONNX file, or is cut off or damaged (its protobuf cannot be parsed)");
  if (!model_.has_graph() || model_.graph().node_size() == 0)
    throw InputError(file_, "", "is no ONNX file: it holds no graph with nodes");
  std::int64_t opset = 0;
  for (const auto& import : model_.opset_import())
    if (import.domain().empty() || import.domain() == "ai.onnx") opset = import.version();
  if (opset < kOldestOpset || opset > kNewestOpset)
    complain("opset_import", fmt::format("operator set {}; {}..{} are read", opset, kOldestOpset, kNewestOpset));
  for (const auto& property : model_.metadata_props())
    if (!metadata_.emplace(property.key(), property.value()).second)
      complain("metadata_props", fmt::format("the key \"{}\" appears twice", property.key()));
  index();
  check_operators();
}

void Graph::index() {
  for (const onnx::TensorProto& tensor : proto().initializer()) {
    if (!initialisers_.emplace(tensor.name(), &tensor).second)
      complain(fmt::format("initializer \"{}\"", tensor.name()), "appears twice");
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0)
      complain(fmt::format("initializer \"{}\"", tensor.name()),
               "its data lie in another file; only models with their data inside are read");
  }
  if (proto().sparse_initializer_size() > 0) complain("sparse_initializer", "sparse tensors are not supported");
  for (const onnx::NodeProto& node : proto().node()) {
    for (const std::string& output : node.output())
      if (!output.empty() && (initialisers_.count(output) || !producers_.emplace(output, &node).second))
        complain(node, fmt::format("its output \"{}\" is already defined", output));
    std::set<std::string> inputs(node.input().begin(), node.input().end());
    for (const std::string& input : inputs) consumers_.emplace(input, &node);
  }
}

void Graph::check_operators() {
  for (const onnx::NodeProto& node : proto().node()) {
    const bool standard = node.domain().empty() || node.domain() == "ai.onnx";
    if (!standard || std::find(std::begin(kSupported), std::end(kSupported), node.op_type()) == std::end(kSupported))
      complain(node, fmt::format("{} is not supported; supported are {}",
                                 standard ? "this operator" : fmt::format("the operator domain {}", node.domain()),
                                 supported_list()));
    quantised_ |= node.op_type() == "QuantizeLinear" || node.op_type() == "DequantizeLinear";
  }
  if (!quantised_)
    complain(
        "",
        "holds no quantisation (no QuantizeLinear or DequantizeLinear): the network is in floating point. Quantise "
        "it first, per tensor, in QDQ form, e.g. with onnxruntime.quantization.quantize_static");
}

const onnx::NodeProto* Graph::producer(const std::string& tensor) const {
  const auto found = producers_.find(tensor);
  return found == producers_.end() ? nullptr : found->second;
}

std::vector<const onnx::NodeProto*> Graph::consumers(const std::string& tensor) const {
  std::vector<const onnx::NodeProto*> all;
  const auto [begin, end] = consumers_.equal_range(tensor);
  for (auto it = begin; it != end; ++it) all.push_back(it->second);
  return all;
}

bool Graph::is_output(const std::string& tensor) const {
  return std::any_of(proto().output().begin(), proto().output().end(),
                     [&](const onnx::ValueInfoProto& output) { return output.name() == tensor; });
}

const onnx::TensorProto* Graph::find_constant(const std::string& tensor,
                                              std::vector<const onnx::NodeProto*>& path) const {
  std::string name = tensor;
  // A loop of Identity nodes ends after as many steps as there are nodes.
  for (int step = 0; step <= proto().node_size(); ++step) {
    if (const auto found = initialisers_.find(name); found != initialisers_.end()) return found->second;
    const onnx::NodeProto* node = producer(name);
    if (!node) return nullptr;
    path.push_back(node);
    if (node->op_type() == "Constant") {
      const onnx::AttributeProto* value = attribute(*node, "value");
      return value && value->has_t() ? &value->t() : nullptr;
    }
    if (node->op_type() != "Identity" || node->input_size() != 1) return nullptr;
    name = node->input(0);
  }
  return nullptr;
}

bool Graph::is_constant(const std::string& tensor) const {
  std::vector<const onnx::NodeProto*> path;
  return find_constant(tensor, path) != nullptr;
}

const Tensor* Graph::constant(const std::string& tensor) {
  std::vector<const onnx::NodeProto*> path;
  const onnx::TensorProto* proto = find_constant(tensor, path);
  if (!proto) return nullptr;
  for (const onnx::NodeProto* node : path) use(*node);
  auto found = decoded_.find(tensor);
  if (found == decoded_.end()) found = decoded_.emplace(tensor, decode(tensor, *proto)).first;
  return found->second ? &*found->second : nullptr;
}

std::optional<Tensor> Graph::decode(const std::string& name, const onnx::TensorProto& proto) {
  const std::string where = fmt::format("tensor \"{}\"", name);
  auto refuse = [&](std::string message) {
    complain(where, std::move(message));
    return std::nullopt;
  };
  if (proto.data_location() == onnx::TensorProto::EXTERNAL || proto.external_data_size() > 0)
    return initialisers_.count(name) ? std::nullopt : refuse("its data lie in another file");
  if (!is_supported_type(proto.data_type()))
    return refuse(fmt::format("element type {}; float, double, uint8, int8, int32 and int64 are read",
                              onnx::TensorProto::DataType_IsValid(proto.data_type())
                                  ? onnx::TensorProto::DataType_Name(onnx::TensorProto::DataType(proto.data_type()))
                                  : std::to_string(proto.data_type())));
  Tensor tensor;
  tensor.type = proto.data_type();
  std::int64_t count = 1;
  for (const std::int64_t dim : proto.dims()) {
    if (dim < 0 || dim > kLargestTensor || count * dim > kLargestTensor)
      return refuse(fmt::format("more than {} elements, or a negative dimension", kLargestTensor));
    count *= dim;
    tensor.dims.push_back(dim);
  }
  if (!decode_values(proto, count, tensor.values))
    return refuse(fmt::format("its dimensions promise {} elements, its data hold another number", count));
  if (!std::all_of(tensor.values.begin(), tensor.values.end(), [](double v) { return std::isfinite(v); }))
    return refuse("holds a value that is not finite");
  return tensor;
}

std::optional<Quantiser> Graph::quantiser(const onnx::NodeProto& node) {
  if (node.input_size() < 2 || node.input_size() > 3) {
    complain(node, fmt::format("{} inputs; it takes data, scale and zero point", node.input_size()));
    return std::nullopt;
  }
  const Tensor* scale = constant(node.input(1));
  if (!scale) {
    if (!is_constant(node.input(1))) complain(node, "its scale is not a constant");
    return std::nullopt;
  }
  if (scale->values.size() != 1) {
    complain(node, fmt::format("{} scales; only one scale per tensor is supported", scale->values.size()));
    return std::nullopt;
  }
  Quantiser quantiser{scale->values[0], 0, onnx::TensorProto::UINT8};
  if (scale->type != onnx::TensorProto::FLOAT || !(quantiser.scale > 0)) {
    complain(node, fmt::format("scale {}; it must be a float above 0", quantiser.scale));
    return std::nullopt;
  }
  if (node.input_size() == 3 && !node.input(2).empty()) {
    const Tensor* zero = constant(node.input(2));
    if (!zero || zero->values.size() != 1) {
      if (zero || !is_constant(node.input(2))) complain(node, "its zero point is not one constant");
      return std::nullopt;
    }
    if (zero->values[0] < -128 || zero->values[0] > 255 || zero->values[0] != std::floor(zero->values[0])) {
      complain(node, fmt::format("zero point {}; it must be a uint8 or int8", zero->values[0]));
      return std::nullopt;
    }
    quantiser.zero_point = static_cast<int>(zero->values[0]);
    quantiser.type = zero->type;
  } else if (node.op_type() == "DequantizeLinear") {
    if (const Tensor* data = constant(node.input(0))) quantiser.type = data->type;
  }
  return quantiser;
}

std::optional<QuantisedConstant> Graph::quantised_constant(const onnx::NodeProto& user, const std::string& tensor) {
  const onnx::NodeProto* node = producer(tensor);
  if (!node || node->op_type() != "DequantizeLinear") {
    complain(user, fmt::format("\"{}\" must be a constant behind DequantizeLinear", tensor));
    return std::nullopt;
  }
  use(*node);
  const std::optional<Quantiser> quantiser = this->quantiser(*node);
  if (!quantiser) return std::nullopt;
  if (const Tensor* codes = constant(node->input(0))) return QuantisedConstant{*codes, *quantiser};
  const onnx::NodeProto* inner = producer(node->input(0));
  if (!inner || inner->op_type() != "QuantizeLinear" || !is_constant(inner->input(0))) {
    if (!is_constant(node->input(0)))
      complain(user, fmt::format("\"{}\" must be a constant behind DequantizeLinear", tensor));
    return std::nullopt;
  }
  use(*inner);
  const std::optional<Quantiser> first = this->quantiser(*inner);
  const Tensor* values = constant(inner->input(0));
  if (!first || !values) return std::nullopt;
  const bool is_signed = first->type == onnx::TensorProto::INT8;
  if (!is_signed && first->type != onnx::TensorProto::UINT8) {
    complain(*inner, "only uint8 and int8 codes are supported");
    return std::nullopt;
  }
  QuantisedConstant result{*values, *quantiser};
  result.codes.type = first->type;
  // ONNX: round half to even, add the zero point, saturate; in single precision, as a runtime does it.
  for (double& v : result.codes.values)
    v = std::clamp(double(std::nearbyint(float(v) / float(first->scale))) + first->zero_point, is_signed ? -128.0 : 0.0,
                   is_signed ? 127.0 : 255.0);
  return result;
}

void Graph::complain(const onnx::NodeProto& node, std::string message) {
  complain(label(node), std::move(message));
}

void Graph::complain(std::string where, std::string message) {
  issues_.push_back({file_, std::move(where), std::move(message)});
}

void Graph::throw_complaints() {
  if (!issues_.empty()) throw InputError(std::move(issues_));
}

void Graph::complain_about_leftovers() {
  for (const onnx::NodeProto& node : proto().node())
    if (!is_used(node) && node.op_type() != "Constant")
      complain(node, "is not on the chain from the input to the output; only chains are supported");
}

std::int64_t integer_attribute(const onnx::NodeProto& node, const char* name, std::int64_t otherwise) {
  const onnx::AttributeProto* a = attribute(node, name);
  return a ? a->i() : otherwise;
}

double float_attribute(const onnx::NodeProto& node, const char* name, double otherwise) {
  const onnx::AttributeProto* a = attribute(node, name);
  return a ? double(a->f()) : otherwise;
}

std::string text_attribute(const onnx::NodeProto& node, const char* name, const char* otherwise) {
  const onnx::AttributeProto* a = attribute(node, name);
  return a ? a->s() : otherwise;
}

std::vector<std::int64_t> list_attribute(const onnx::NodeProto& node, const char* name,
                                         std::vector<std::int64_t> otherwise) {
  const onnx::AttributeProto* a = attribute(node, name);
  return a ? std::vector<std::int64_t>(a->ints().begin(), a->ints().end()) : otherwise;
}

}  // namespace nvcim::workloads::onnx_file
