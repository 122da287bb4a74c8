// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace nvcim::workloads::onnx_file {

namespace {

std::string list_of(const std::vector<std::string>& operators) {
  std::string list;
  for (const std::string& op : operators) list += (list.empty() ? "" : ", ") + op;
  return list;
}

}  // namespace

Graph::Graph(std::string name, const std::vector<std::uint8_t>& bytes, GraphRules rules)
    : file_(std::move(name)), rules_(std::move(rules)) {
  if (bytes.empty() || !model_.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    throw InputError(file_, "", "is no ONNX file, or is cut off or damaged (its protobuf cannot be parsed)");
  if (!model_.has_graph() || model_.graph().node_size() == 0)
    throw InputError(file_, "", "is no ONNX file: it holds no graph with nodes");
  for (const auto& import : model_.opset_import())
    if (import.domain().empty() || import.domain() == "ai.onnx") opset_ = import.version();
  if (opset_ < rules_.oldest_opset || opset_ > rules_.newest_opset)
    complain("opset_import",
             fmt::format("operator set {}; {}..{} are read", opset_, rules_.oldest_opset, rules_.newest_opset));
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
    if (is_external(tensor) && !rules_.folder)
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
    if (!rules_.operators.empty() && (!standard || std::find(rules_.operators.begin(), rules_.operators.end(),
                                                             node.op_type()) == rules_.operators.end()))
      complain(node, fmt::format("{} is not supported; supported are {}",
                                 standard ? "this operator" : fmt::format("the operator domain {}", node.domain()),
                                 list_of(rules_.operators)));
    quantised_ |= node.op_type() == "QuantizeLinear" || node.op_type() == "DequantizeLinear";
  }
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

int Graph::count_consumers(const std::string& tensor) const {
  const auto [begin, end] = consumers_.equal_range(tensor);
  return begin == end ? 0 : std::next(begin) == end ? 1 : 2;
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

const onnx::TensorProto* Graph::initialiser(const std::string& tensor) const {
  const auto found = initialisers_.find(tensor);
  return found == initialisers_.end() ? nullptr : found->second;
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
  // Of initialisers in other files where none may be, index() has complained.
  if (is_external(proto) && !rules_.folder && initialisers_.count(name)) return std::nullopt;
  std::string problem;
  std::optional<Tensor> tensor = decode_tensor(proto, rules_.folder, problem);
  if (!tensor) complain(fmt::format("tensor \"{}\"", printable(name)), std::move(problem));
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

std::string printable(const std::string& text, std::size_t longest) {
  std::string shown = text.substr(0, longest);
  for (char& c : shown)
    if (c < 0x20 || c > 0x7e) c = '?';
  return text.size() > longest ? shown + "..." : shown;
}

std::string label(const onnx::NodeProto& node) {
  const std::string& name = !node.name().empty() ? node.name() : node.output_size() ? node.output(0) : node.name();
  return fmt::format("node \"{}\" ({})", printable(name), printable(node.op_type()));
}

const onnx::AttributeProto* attribute(const onnx::NodeProto& node, const char* name) {
  for (const onnx::AttributeProto& a : node.attribute())
    if (a.name() == name) return &a;
  return nullptr;
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
