// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_float_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "workloads/onnx_limits.h"

namespace nvcim::workloads::onnx_file {
namespace {

constexpr std::size_t kLargestNetwork = std::size_t{1} << 28;  // elements of weights, tables and folded constants
constexpr std::size_t kMostDecoded = std::size_t{1} << 29;     // elements read from the file, again and again
constexpr int kShownAttributes = 8, kShownEntries = 8;

std::string text_of_attribute(const onnx::AttributeProto& a) {
  switch (a.type()) {
    case onnx::AttributeProto::INT:
      return std::to_string(a.i());
    case onnx::AttributeProto::FLOAT:
      return fmt::format("{}", a.f());
    case onnx::AttributeProto::STRING:
      return printable(a.s(), 40);
    case onnx::AttributeProto::INTS: {
      const int shown = std::min(a.ints_size(), kShownEntries);
      return text_of(Dims(a.ints().begin(), a.ints().begin() + shown)) + (shown < a.ints_size() ? " ..." : "");
    }
    case onnx::AttributeProto::TENSOR:
      return "a tensor";
    case onnx::AttributeProto::GRAPH:
      return "a graph";
    default:
      return "...";
  }
}

/// "; it has kernel_shape 3 x 3, strides 2 x 2"
std::string text_of_attributes(const onnx::NodeProto& node) {
  std::string text;
  for (int i = 0; i < std::min(node.attribute_size(), kShownAttributes); ++i)
    text += fmt::format("{}{} {}", text.empty() ? "; it has " : ", ", printable(node.attribute(i).name(), 40),
                        text_of_attribute(node.attribute(i)));
  return text;
}

std::int64_t whole(double value) {
  // The doubles of INT64_MAX and of its negative are outside, or at the edge.
  return static_cast<std::int64_t>(std::clamp(value, -0x1p+62, 0x1p+62));
}

}  // namespace

std::string text_of(const Dims& dims) {
  std::string text;
  for (const std::int64_t v : dims) text += (text.empty() ? "" : " x ") + (v == kOpenBatch ? "N" : std::to_string(v));
  return text.empty() ? "no dimensions" : text;
}

std::optional<Shape> map_of(const Dims& dims) {
  if (dims.size() == 2) return Shape{int(dims[1]), 1, 1};
  if (dims.size() == 3) return Shape{int(dims[1]), 1, int(dims[2])};
  if (dims.size() == 4) return Shape{int(dims[1]), int(dims[2]), int(dims[3])};
  return std::nullopt;
}

FloatImport::FloatImport(Graph& graph, Shape input, std::int64_t batch)
    : graph_(graph), builder_(input), batch_(batch) {}

Value FloatImport::find(const std::string& tensor) const {
  if (const auto found = values_.find(tensor); found != values_.end()) return found->second;
  Value value;
  value.stored = graph_.initialiser(tensor);
  if (value.stored != nullptr) value.kind = Value::Kind::constant;
  return value;
}

bool FloatImport::spend(std::size_t elements) {
  const bool had = spent_ <= kLargestNetwork;
  if (had) spent_ += elements;
  if (had && spent_ > kLargestNetwork)
    graph_.complain("graph",
                    fmt::format("weights, tables and folded constants have more than {} elements", kLargestNetwork));
  return spent_ <= kLargestNetwork;
}

std::shared_ptr<const Tensor> FloatImport::decode(const std::string& tensor, const Value& value) {
  if (value.folded) return value.folded;
  const bool had = decoded_ <= kMostDecoded;
  std::optional<Tensor> decoded = had ? graph_.decode(tensor, *value.stored) : std::nullopt;
  if (!decoded) return nullptr;
  decoded_ += decoded->values.size();
  if (decoded_ > kMostDecoded)
    graph_.complain("graph", fmt::format("its nodes read more than {} elements of constants", kMostDecoded));
  return std::make_shared<const Tensor>(std::move(*decoded));
}

bool FloatImport::set_range(int node, ValueRange range) {
  const auto [entry, is_new] = ranges_.emplace(builder_.node(node).name, range);
  return is_new || (entry->second.low == range.low && entry->second.high == range.high);
}

std::string FloatImport::unused_name(const std::string& wanted) {
  const std::string plain = printable(wanted);
  std::string name = plain;
  int& used = names_[plain];
  // The count goes on from where it was, so that a million nodes of one name cost a million steps.
  while (++used > 1 && !names_.emplace(name = fmt::format("{}#{}", plain, used), 1).second) {
  }
  return name;
}

std::int64_t Step::integer(const char* name, std::int64_t otherwise) {
  const onnx::AttributeProto* a = attribute(node_, name);
  if (a == nullptr) return otherwise;
  if (a->type() != onnx::AttributeProto::INT) refuse(fmt::format("{} is no whole number", name));
  return a->i();
}

double Step::real(const char* name, double otherwise) {
  const onnx::AttributeProto* a = attribute(node_, name);
  if (a == nullptr) return otherwise;
  if (a->type() != onnx::AttributeProto::FLOAT || !std::isfinite(a->f())) refuse(fmt::format("{} is no number", name));
  return double{a->f()};
}

std::string Step::text(const char* name, const char* otherwise) {
  const onnx::AttributeProto* a = attribute(node_, name);
  if (a == nullptr) return otherwise;
  if (a->type() != onnx::AttributeProto::STRING) refuse(fmt::format("{} is no text", name));
  return printable(a->s(), 40);
}

std::optional<Dims> Step::list(const char* name) {
  const onnx::AttributeProto* a = attribute(node_, name);
  if (a == nullptr) return std::nullopt;
  if (a->type() != onnx::AttributeProto::INTS) refuse(fmt::format("{} is no list of whole numbers", name));
  Dims values(a->ints().begin(), a->ints().end());
  for (std::int64_t& v : values) v = std::clamp<std::int64_t>(v, -(std::int64_t{1} << 62), std::int64_t{1} << 62);
  return values;
}

std::shared_ptr<const Tensor> Step::constant(int input, const char* what) {
  if (!has(input)) {
    refuse(fmt::format("its {} is missing", what));
    return nullptr;
  }
  const Value value = this->value(input);
  if (value.kind == Value::Kind::computed)
    refuse(fmt::format("its {} \"{}\" is computed; it must be a constant", what, printable(node_.input(input))));
  if (value.kind != Value::Kind::constant) {
    failed_ = true;
    return nullptr;
  }
  std::shared_ptr<const Tensor> tensor = import_.decode(node_.input(input), value);
  if (!tensor) failed_ = true;
  return tensor;
}

std::optional<Dims> Step::integers(int input, const char* what) {
  const std::shared_ptr<const Tensor> tensor = constant(input, what);
  if (!tensor) return std::nullopt;
  if (tensor->dims.size() > 1 ||
      (tensor->type != onnx::TensorProto::INT64 && tensor->type != onnx::TensorProto::INT32)) {
    refuse(fmt::format("its {} is no list of whole numbers", what));
    return std::nullopt;
  }
  Dims values;
  for (const double v : tensor->values) values.push_back(whole(v));
  return values;
}

std::optional<Dims> Step::list_or_input(const char* name, int input) {
  if (has(input)) return integers(input, name);
  return list(name);
}

std::optional<Value> Step::data(int input, bool after_softmax) {
  if (!has(input)) {
    refuse(fmt::format("input {} is missing", input));
    return std::nullopt;
  }
  Value value = this->value(input);
  if (value.kind == Value::Kind::constant)
    refuse(fmt::format("its input \"{}\" is a constant; it works on what the network computes",
                       printable(node_.input(input))));
  if (value.kind != Value::Kind::computed) {
    failed_ = true;
    return std::nullopt;
  }
  if (value.output != FloatOutput::logits && !after_softmax) {
    refuse("it follows a Softmax, which is supported only as the last operation");
    return std::nullopt;
  }
  return value;
}

int Step::as_map(const Value& value, const Shape& shape) {
  if (builder().node(value.node).output == shape) return value.node;
  const std::string name = import_.unused_name(builder().node(value.node).name + ".view");
  return builder().reshape(name, value.node, shape);
}

std::optional<int> Step::axis(std::int64_t axis, std::size_t rank, int least) {
  const std::int64_t from_front = axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis;
  if (from_front >= least && from_front < static_cast<std::int64_t>(rank)) return static_cast<int>(from_front);
  refuse(fmt::format("axis {} of {} dimensions; {}..{} are supported{}", axis, rank, least, rank - 1,
                     least == 1 && from_front == 0 ? ", the batch stays as it is" : ""));
  return std::nullopt;
}

bool Step::refuse(std::string message) {
  failed_ = true;
  import_.graph().complain(node_, std::move(message) + text_of_attributes(node_));
  return false;
}

bool Step::spend(std::size_t elements) {
  if (!import_.spend(elements)) failed_ = true;
  return !failed_;
}

std::optional<Shape> Step::checked(std::int64_t channels, std::int64_t height, std::int64_t width) {
  const auto fits = [](std::int64_t side) { return side >= 1 && side <= kLargestMap; };
  if (fits(channels) && fits(height) && fits(width) && channels * height <= kLargestMap &&
      channels * height * width <= kLargestMap)
    return Shape{int(channels), int(height), int(width)};
  refuse(fmt::format("its output of {} x {} x {} is empty or has more than {} elements", channels, height, width,
                     kLargestMap));
  return std::nullopt;
}

std::string Step::name(const char* suffix) {
  return import_.unused_name((node_.name().empty() && gives(0) ? node_.output(0) : node_.name()) + suffix);
}

void Step::give(Value value, int output) {
  if (!failed_ && gives(output)) import_.define(node_.output(output), std::move(value));
}

void Step::give(int node, Dims dims, bool direct) {
  Value value;
  value.kind = Value::Kind::computed;
  value.node = node;
  value.dims = std::move(dims);
  value.direct = direct;
  give(std::move(value));
}

void Step::give_view(Value value, Dims dims) {
  value.dims = std::move(dims);
  value.direct = false;
  give(std::move(value));
}

}  // namespace nvcim::workloads::onnx_file
