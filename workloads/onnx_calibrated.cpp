// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_calibrated.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "arch/check.h"
#include "arch/input_error.h"
#include "workloads/onnx_graph.h"

namespace nvcim::workloads {
namespace {

using nlohmann::json;

constexpr const char* kKey = "nvcim.quantisation";

std::string list_text(const std::vector<double>& values) {
  return fmt::format("{}", fmt::join(values, ", "));
}

void set_metadata(onnx::ModelProto& model, const char* key, const std::string& value) {
  for (auto& entry : *model.mutable_metadata_props())
    if (entry.key() == key) {
      entry.set_value(value);
      return;
    }
  auto& entry = *model.add_metadata_props();
  entry.set_key(key);
  entry.set_value(value);
}

struct Problem {
  std::string message;
};

double number(const json& value, const std::string& what) {
  if (!value.is_number() || !std::isfinite(value.get<double>())) throw Problem{what + " is no number"};
  return value.get<double>();
}

int bits(const json& root, const char* key) {
  const double value = number(root.value(key, json()), fmt::format("\"{}\"", key));
  if (!(value >= 2 && value <= 8) || value != std::floor(value))
    throw Problem{fmt::format("\"{}\" is {}; whole numbers of 2..8 are allowed", key, value)};
  return static_cast<int>(value);
}

Quantisation parse(const std::string& text) {
  const json root = json::parse(text, nullptr, false);
  if (!root.is_object()) throw Problem{"is no JSON object"};
  Quantisation result;
  result.weight_bits = bits(root, "weight_bits");
  result.activation_bits = bits(root, "activation_bits");
  const json scales = root.value("weight_scales", json("tensor"));
  if (scales != "tensor" && scales != "channel")
    throw Problem{fmt::format("\"weight_scales\" is {}; tensor and channel are allowed", scales.dump())};
  result.per_channel = scales == "channel";
  const json data = root.value("data", json("")), ranges = root.value("ranges", json());
  if (!data.is_string()) throw Problem{"\"data\" is no text"};
  result.data = data.get<std::string>();
  result.float_accuracy = number(root.value("float_accuracy", json(-1)), "\"float_accuracy\"");
  if (result.float_accuracy != -1 && !(result.float_accuracy >= 0 && result.float_accuracy <= 1))
    throw Problem{fmt::format("\"float_accuracy\" is {}; 0..1, or -1 where unknown", result.float_accuracy)};
  if (!ranges.is_object()) throw Problem{"\"ranges\" is no object"};
  for (const auto& [node, range] : ranges.items()) {
    if (!range.is_array() || range.size() != 2) throw Problem{fmt::format("the range of \"{}\" is no pair", node)};
    const ValueRange values{number(range[0], "a range"), number(range[1], "a range")};
    if (values.low > values.high)
      throw Problem{fmt::format("the range of \"{}\" is {}..{}", node, values.low, values.high)};
    result.ranges[node] = values;
  }
  return result;
}

}  // namespace

std::string calibrated_onnx(const std::string& name, const std::vector<std::uint8_t>& bytes, const PixelScale& pixels,
                            const Quantisation& quantisation) {
  onnx::ModelProto model;
  NVCIM_CHECK(model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())), "{} was read before", name);
  for (const onnx::TensorProto& tensor : model.graph().initializer())
    if (onnx_file::is_external(tensor))
      throw InputError(name, "", "keeps tensors in other files; export it as one file to save it calibrated");
  json ranges = json::object();
  for (const auto& [node, range] : quantisation.ranges) ranges[node] = {range.low, range.high};
  const json root{{"weight_bits", quantisation.weight_bits},
                  {"weight_scales", quantisation.per_channel ? "channel" : "tensor"},
                  {"activation_bits", quantisation.activation_bits},
                  {"data", quantisation.data},
                  {"float_accuracy", quantisation.float_accuracy},
                  {"ranges", std::move(ranges)}};
  set_metadata(model, kKey, root.dump());
  set_metadata(model, "nvcim.pixel_scale", list_text(pixels.scale));
  set_metadata(model, "nvcim.pixel_offset", list_text(pixels.offset));
  return model.SerializeAsString();
}

namespace onnx_file {

std::optional<Quantisation> stored_quantisation(Graph& graph) {
  const auto found = graph.metadata().find(kKey);
  if (found == graph.metadata().end()) return std::nullopt;
  try {
    return parse(found->second);
  } catch (const Problem& problem) {
    graph.complain(kKey, problem.message);
    return std::nullopt;
  }
}

}  // namespace onnx_file
}  // namespace nvcim::workloads
