// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace nvcim::workloads::onnx_file {

namespace {

using nlohmann::json;

constexpr const char* kNetworkKey = "nvcim.network";
constexpr const char* kTableKey = "nvcim.input_table";
constexpr const char* kPixelScaleKey = "nvcim.pixel_scale";
constexpr const char* kPixelOffsetKey = "nvcim.pixel_offset";

/// Single precision against double: what the graph says and what the metadata say must agree this far.
constexpr double kSameNumber = 1e-5;

constexpr char kHex[] = "0123456789abcdef";

struct Problem {
  std::string message;
};

const json& member(const json& object, const char* key) {
  if (!object.is_object() || !object.contains(key)) throw Problem{fmt::format("\"{}\" is missing", key)};
  return object.at(key);
}

std::string text(const json& object, const char* key) {
  const json& value = member(object, key);
  if (!value.is_string()) throw Problem{fmt::format("\"{}\" is no text", key)};
  return value.get<std::string>();
}

double number(const json& object, const char* key) {
  const json& value = member(object, key);
  if (!value.is_number() || !std::isfinite(value.get<double>())) throw Problem{fmt::format("\"{}\" is no number", key)};
  return value.get<double>();
}

double positive(const json& object, const char* key) {
  const double value = number(object, key);
  if (!(value > 0)) throw Problem{fmt::format("\"{}\" is {}; it must be above 0", key, value)};
  return value;
}

/// A positive number that the graph holds in single precision.
double same_as(const json& object, const char* key, double in_graph) {
  const double value = positive(object, key);
  if (std::abs(value - in_graph) > kSameNumber * in_graph)
    throw Problem{fmt::format("\"{}\" is {}, the graph says {}", key, value, in_graph)};
  return value;
}

int integer(const json& object, const char* key, int lo, int hi) {
  const double value = number(object, key);
  if (value < lo || value > hi || value != std::floor(value))
    throw Problem{fmt::format("\"{}\" is {}; integers of {}..{} are allowed", key, value, lo, hi)};
  return static_cast<int>(value);
}

void apply_node(const json& entry, Node& node) {
  node.name = text(entry, "name");
  node.input_bits = integer(entry, "input_bits", 1, 8);
  node.input_scale = positive(entry, "input_scale");
  if (!node.is_mvm()) return;
  MvmLayer& mvm = node.mvm;
  mvm.weight_bits = integer(entry, "weight_bits", 2, 16);
  const int limit = (1 << (mvm.weight_bits - 1)) - 1;
  for (const int code : mvm.weights)
    if (std::abs(code) > limit)
      throw Problem{fmt::format("weight code {} is outside ±{} of {} bits", code, limit, mvm.weight_bits)};
  mvm.weight_scale = same_as(entry, "weight_scale", mvm.weight_scale);
  if (mvm.raw_output) return;
  mvm.requantisation.multiplier = same_as(entry, "multiplier", mvm.requantisation.multiplier);
}

void apply_network(const std::string& source, Network& network) {
  const json root = json::parse(source, nullptr, false);
  if (root.is_discarded()) throw Problem{"is no JSON"};
  network.name = text(root, "name");
  network.data = text(root, "data");
  network.float_accuracy = number(root, "float_accuracy");
  if (network.float_accuracy != -1 && !(network.float_accuracy >= 0 && network.float_accuracy <= 1))
    throw Problem{fmt::format("\"float_accuracy\" is {}; 0..1, or -1 where unknown", network.float_accuracy)};
  network.input_bits = integer(root, "input_bits", 1, 8);
  const json& nodes = member(root, "nodes");
  if (!nodes.is_array() || nodes.size() != network.nodes.size())
    throw Problem{fmt::format("\"nodes\" does not list the {} nodes of the graph", network.nodes.size())};
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    try {
      apply_node(nodes[n], network.nodes[n]);
    } catch (const Problem& problem) {
      throw Problem{fmt::format("/nodes/{}: {}", n, problem.message)};
    }
  }
}

std::vector<std::array<std::uint8_t, 256>> table_from_hex(const std::string& hex, int channels) {
  if (hex.size() != std::size_t(channels) * 512)
    throw Problem{fmt::format("has {} digits; {} channels need {}", hex.size(), channels, channels * 512)};
  std::vector<std::array<std::uint8_t, 256>> table(channels);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const char* high = std::find(kHex, kHex + 16, hex[i]);
    const char* low = std::find(kHex, kHex + 16, hex[i + 1]);
    if (high == kHex + 16 || low == kHex + 16) throw Problem{fmt::format("digit {}: is not hexadecimal", i)};
    table[i / 512][i / 2 % 256] = static_cast<std::uint8_t>((high - kHex) * 16 + (low - kHex));
  }
  return table;
}

std::vector<double> numbers_from_text(const std::string& list, int channels) {
  std::vector<double> values;
  const char* at = list.data();
  const char* end = at + list.size();
  while (true) {
    while (at != end && (*at == ' ' || *at == ',')) ++at;
    if (at == end) break;
    double value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc{} || !std::isfinite(value)) throw Problem{fmt::format("\"{}\" is no list of numbers", list)};
    values.push_back(value);
    at = next;
  }
  if (values.size() == 1) values.assign(channels, values[0]);
  if (values.size() != std::size_t(channels))
    throw Problem{fmt::format("\"{}\": one number, or one for each of {} channels", list, channels)};
  return values;
}

std::vector<std::array<std::uint8_t, 256>> table_from_scale(const std::vector<double>& scale,
                                                            const std::vector<double>& offset, const Quantiser& input) {
  std::vector<std::array<std::uint8_t, 256>> table(scale.size());
  for (std::size_t c = 0; c < scale.size(); ++c)
    for (int pixel = 0; pixel < 256; ++pixel) {
      const double code = std::nearbyint((pixel * scale[c] + offset[c]) / input.scale) + input.zero_point;
      table[c][pixel] = static_cast<std::uint8_t>(std::clamp(code, 0.0, 255.0));
    }
  return table;
}

/// Widths must hold the codes that arrive, whatever the metadata say.
void check_widths(Graph& graph, const Network& network) {
  int largest = 0;
  for (const auto& table : network.input_table)
    largest = std::max<int>(largest, *std::max_element(table.begin(), table.end()));
  for (const Node& node : network.nodes) {
    const int top = (1 << node.input_bits) - 1;
    if (largest > top || node.input_zero_point > top)
      graph.complain(fmt::format("node \"{}\"", node.name),
                     fmt::format("its input reaches code {}, zero point {}; {} bits end at {}", largest,
                                 node.input_zero_point, node.input_bits, top));
    if (node.is_mvm()) largest = node.mvm.requantisation.code_max;
  }
  if (network.input_bits != network.nodes.front().input_bits)
    graph.complain(kNetworkKey, "\"input_bits\" of the network and of its first node differ");
}

}  // namespace

std::map<std::string, std::string> metadata_of(const Network& network) {
  json nodes = json::array();
  for (const Node& node : network.nodes) {
    json entry{{"name", node.name}, {"input_bits", node.input_bits}, {"input_scale", node.input_scale}};
    if (node.is_mvm()) {
      entry["weight_bits"] = node.mvm.weight_bits;
      entry["weight_scale"] = node.mvm.weight_scale;
      if (!node.mvm.raw_output) entry["multiplier"] = node.mvm.requantisation.multiplier;
    }
    nodes.push_back(std::move(entry));
  }
  const json root{{"name", network.name},
                  {"data", network.data},
                  {"float_accuracy", network.float_accuracy},
                  {"input_bits", network.input_bits},
                  {"nodes", std::move(nodes)}};
  return {{kNetworkKey, root.dump()}, {kTableKey, table_text(network.input_table)}};
}

std::string table_text(const std::vector<std::array<std::uint8_t, 256>>& tables) {
  std::string hex;
  for (const auto& table : tables)
    for (const std::uint8_t code : table) hex += {kHex[code >> 4], kHex[code & 15]};
  return hex;
}

std::optional<std::vector<std::array<std::uint8_t, 256>>> table_of(const std::string& text, int channels,
                                                                   std::string& message) {
  try {
    return table_from_hex(text, channels);
  } catch (const Problem& problem) {
    message = problem.message;
    return std::nullopt;
  }
}

void apply_metadata(Graph& graph, const Quantiser& input, bool integer_input, Network& network) {
  const auto& metadata = graph.metadata();
  const char* key = kNetworkKey;
  try {
    if (const auto found = metadata.find(kNetworkKey); found != metadata.end()) apply_network(found->second, network);
    key = kTableKey;
    const auto table = metadata.find(kTableKey);
    const auto scale = metadata.find(kPixelScaleKey), offset = metadata.find(kPixelOffsetKey);
    if (table != metadata.end()) {
      network.input_table = table_from_hex(table->second, network.input.channels);
    } else if (scale != metadata.end()) {
      key = kPixelScaleKey;
      const auto scales = numbers_from_text(scale->second, network.input.channels);
      key = kPixelOffsetKey;
      const auto offsets = numbers_from_text(offset == metadata.end() ? "0" : offset->second, network.input.channels);
      network.input_table = table_from_scale(scales, offsets, input);
    } else if (integer_input) {
      network.input_table.resize(network.input.channels);
      for (auto& entry : network.input_table)
        for (int pixel = 0; pixel < 256; ++pixel) entry[pixel] = static_cast<std::uint8_t>(pixel);
    } else {
      key = "metadata_props";
      throw Problem{
          fmt::format("the input is in floating point and nothing says how pixels become inputs: add {} and {} "
                      "(input = pixel x scale + offset, e.g. 0.00392156862745098 and 0)",
                      kPixelScaleKey, kPixelOffsetKey)};
    }
  } catch (const Problem& problem) {
    graph.complain(key, problem.message);
    return;
  }
  check_widths(graph, network);
}

std::optional<PixelScale> pixel_scale(Graph& graph, int channels) {
  const auto& metadata = graph.metadata();
  const auto scale = metadata.find(kPixelScaleKey), offset = metadata.find(kPixelOffsetKey);
  if (scale == metadata.end()) return std::nullopt;
  const char* key = kPixelScaleKey;
  try {
    PixelScale pixels;
    pixels.scale = numbers_from_text(scale->second, channels);
    key = kPixelOffsetKey;
    pixels.offset = numbers_from_text(offset == metadata.end() ? "0" : offset->second, channels);
    return pixels;
  } catch (const Problem& problem) {
    graph.complain(key, problem.message);
    return std::nullopt;
  }
}

}  // namespace nvcim::workloads::onnx_file
