// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_stored.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "arch/fingerprint.h"
#include "arch/input_error.h"
#include "workloads/network_check.h"
#include "workloads/onnx_limits.h"
#include "workloads/onnx_metadata.h"
#include "workloads/onnx_tensor.h"

namespace nvcim::workloads {
namespace {

using nlohmann::json;
using Kind = Node::Kind;

constexpr const char* kKey = "nvcim.graph";
constexpr const char* kTableKey = "nvcim.input_table";
constexpr std::int64_t kLargestInteger = 1 << 16;

constexpr std::array<std::pair<Kind, const char*>, 5> kKinds = {{{Kind::mvm, "mvm"},
                                                                 {Kind::pool, "pool"},
                                                                 {Kind::add, "add"},
                                                                 {Kind::concat, "concat"},
                                                                 {Kind::rearrange, "rearrange"}}};

std::string fingerprint_of(const onnx::GraphProto& graph) {
  const std::string bytes = graph.SerializeAsString();
  return fmt::format("{:016x}", fingerprint(bytes.data(), bytes.size()));
}

json json_of(const Shape& shape) {
  return {shape.channels, shape.height, shape.width};
}
json json_of(const Window& w) {
  return {w.kernel_h, w.kernel_w, w.stride_h, w.stride_w, w.pad_top, w.pad_left, w.pad_bottom, w.pad_right};
}
json json_of(const Requantisation& r) {
  return {r.multiplier, r.zero_point, r.code_min, r.code_max};
}

json json_of(const Network& network, int index) {
  const Node& node = network.nodes[index];
  json entry{{"name", node.name},
             {"inputs", network.sources(index)},
             {"input", json_of(node.input)},
             {"output", json_of(node.output)},
             {"input_bits", node.input_bits},
             {"input_zero_point", node.input_zero_point},
             {"input_scale", node.input_scale}};
  for (const auto& [kind, name] : kKinds)
    if (kind == node.kind) entry["kind"] = name;
  if (node.is_mvm()) {
    const MvmLayer& mvm = node.mvm;
    entry["window"] = json_of(mvm.window);
    entry["dilation"] = {mvm.dilation_h, mvm.dilation_w};
    entry["groups"] = mvm.groups;
    entry["weight_bits"] = mvm.weight_bits;
    entry["weight_scale"] = mvm.weight_scale;
    entry["channel_scales"] = mvm.channel_scales;
    entry["is_linear"] = mvm.is_linear;
    entry["raw_output"] = mvm.raw_output;
    entry["requantisation"] = json_of(mvm.requantisation);
  }
  if (node.kind == Kind::pool) {
    entry["maximum"] = node.pool.kind == PoolKind::maximum;
    entry["window"] = json_of(node.pool.window);
  }
  if (node.kind == Kind::add) {
    json inputs = json::array();
    for (const JoinInput& input : node.join.inputs) inputs.push_back({input.multiplier, input.zero_point, input.bits});
    entry["join"] = std::move(inputs);
    entry["requantisation"] = json_of(node.join.requantisation);
  }
  if (node.kind == Kind::rearrange) {
    entry["channels"] = node.rearrange.channels;
    entry["rows"] = node.rearrange.rows;
    entry["columns"] = node.rearrange.columns;
  }
  return entry;
}

struct Problem {
  std::string message;
};

/// One value and how it is reached, for complaints.
class Field {
 public:
  Field(const json& value, std::string where) : value_(value), where_(std::move(where)) {}

  [[noreturn]] void fail(const std::string& what) const { throw Problem{fmt::format("{}: {}", where_, what)}; }
  Field operator[](const char* key) const {
    if (!value_.is_object() || !value_.contains(key)) fail(fmt::format("\"{}\" is missing", key));
    return {value_.at(key), where_ + "/" + key};
  }
  std::vector<Field> list() const {
    if (!value_.is_array()) fail("is no list");
    std::vector<Field> all;
    for (std::size_t i = 0; i < value_.size(); ++i) all.emplace_back(value_[i], fmt::format("{}/{}", where_, i));
    return all;
  }
  std::vector<Field> list(std::size_t size) const {
    std::vector<Field> all = list();
    if (all.size() != size) fail(fmt::format("has {} entries, not {}", all.size(), size));
    return all;
  }
  std::string text() const {
    if (!value_.is_string()) fail("is no text");
    return value_.get<std::string>();
  }
  bool flag() const {
    if (!value_.is_boolean()) fail("is neither true nor false");
    return value_.get<bool>();
  }
  double number() const {
    if (!value_.is_number() || !std::isfinite(value_.get<double>())) fail("is no number");
    return value_.get<double>();
  }
  double positive() const {
    const double value = number();
    if (!(value > 0)) fail(fmt::format("is {}; it must be above 0", value));
    return value;
  }
  int integer(std::int64_t low = -1, std::int64_t high = kLargestInteger) const {
    const double value = number();
    if (value < double(low) || value > double(high) || value != std::floor(value))
      fail(fmt::format("is {}; integers of {}..{} are allowed", value, low, high));
    return static_cast<int>(value);
  }
  std::vector<int> integers() const {
    std::vector<int> all;
    for (const Field& one : list()) all.push_back(one.integer());
    return all;
  }

  Shape shape() const {
    const auto part = list(3);
    const Shape result{part[0].integer(1), part[1].integer(1), part[2].integer(1)};
    if (std::int64_t{1} * result.channels * result.height > onnx_file::kLargestMap ||
        std::int64_t{1} * result.channels * result.height * result.width > onnx_file::kLargestMap)
      fail("is larger than any map");
    return result;
  }
  Window window() const {
    const auto part = list(8);
    Window w{part[0].integer(1), part[1].integer(1), part[2].integer(1), part[3].integer(1)};
    w.pad_top = part[4].integer(0);
    w.pad_left = part[5].integer(0);
    w.pad_bottom = part[6].integer(0);
    w.pad_right = part[7].integer(0);
    return w;
  }
  Requantisation requantisation() const {
    const auto part = list(4);
    Requantisation r{part[0].positive(), part[1].integer(0, 255), part[2].integer(0, 255), part[3].integer(0, 255)};
    if (r.code_min > r.code_max) fail("ends before it begins");
    return r;
  }

 private:
  const json& value_;
  std::string where_;
};

class Reader {
 public:
  Reader(std::string name, const onnx::ModelProto& model) : name_(std::move(name)), model_(model) {}

  Network run(const std::string& source) {
    const json root = json::parse(source, nullptr, false);
    if (root.is_discarded()) throw Problem{"is no JSON"};
    const Field top(root, "");
    if (top["fingerprint"].text() != fingerprint_of(model_.graph()))
      throw Problem{
          "the graph is not the one that was written with these metadata; without this entry the graph is read as it "
          "is"};
    Network network;
    network.name = top["name"].text();
    network.data = top["data"].text();
    network.float_accuracy = top["float_accuracy"].number();
    if (network.float_accuracy != -1 && !(network.float_accuracy >= 0 && network.float_accuracy <= 1))
      top["float_accuracy"].fail("is outside 0..1, and not -1 for unknown");
    network.input = top["input"].shape();
    network.input_bits = top["input_bits"].integer(1, 8);
    read_table(network);
    for (const Field& entry : top["nodes"].list()) network.nodes.push_back(node_of(entry));
    if (const auto faults = network_faults(network); !faults.empty()) throw Problem{faults.front()};
    for (Node& node : network.nodes)
      if (node.is_mvm()) {
        if (node.mvm.is_linear && (node.matrix_rows() != node.input.size() || node.positions() != 1))
          throw Problem{fmt::format("{} is called fully connected, but its window is not its input", node.name)};
        read_codes(node);
      }
    return network;
  }

 private:
  void read_table(Network& network) {
    std::string problem = "is missing";
    std::optional<std::vector<std::array<std::uint8_t, 256>>> table;
    for (const auto& entry : model_.metadata_props())
      if (entry.key() == kTableKey) table = onnx_file::table_of(entry.value(), network.input.channels, problem);
    if (!table) throw Problem{fmt::format("{}: {}", kTableKey, problem)};
    for (const auto& codes : *table)
      for (const int code : codes)
        if (code >= 1 << network.input_bits)
          throw Problem{fmt::format("{}: code {} has more than {} bits", kTableKey, code, network.input_bits)};
    network.input_table = std::move(*table);
  }

  static Node node_of(const Field& entry) {
    Node node;
    node.name = entry["name"].text();
    const std::string kind = entry["kind"].text();
    bool known = false;
    for (const auto& [value, name] : kKinds)
      if (kind == name) node.kind = value, known = true;
    if (!known) entry["kind"].fail(fmt::format("\"{}\" is no kind of node", kind));
    node.inputs = entry["inputs"].integers();
    node.input = entry["input"].shape();
    node.output = entry["output"].shape();
    node.input_bits = entry["input_bits"].integer(1, 8);
    node.input_zero_point = entry["input_zero_point"].integer(0, 255);
    node.input_scale = entry["input_scale"].positive();
    if (node.is_mvm()) {
      MvmLayer& mvm = node.mvm;
      mvm.window = entry["window"].window();
      const auto dilation = entry["dilation"].list(2);
      mvm.dilation_h = dilation[0].integer(1);
      mvm.dilation_w = dilation[1].integer(1);
      mvm.groups = entry["groups"].integer(1);
      mvm.weight_bits = entry["weight_bits"].integer(2, 16);
      mvm.weight_scale = entry["weight_scale"].positive();
      for (const Field& scale : entry["channel_scales"].list()) mvm.channel_scales.push_back(scale.positive());
      mvm.is_linear = entry["is_linear"].flag();
      mvm.raw_output = entry["raw_output"].flag();
      mvm.requantisation = entry["requantisation"].requantisation();
    }
    if (node.kind == Kind::pool)
      node.pool = {entry["maximum"].flag() ? PoolKind::maximum : PoolKind::average, entry["window"].window()};
    if (node.kind == Kind::add) {
      for (const Field& input : entry["join"].list()) {
        const auto part = input.list(3);
        node.join.inputs.push_back({part[0].positive(), part[1].integer(0, 255), part[2].integer(1, 8)});
      }
      node.join.requantisation = entry["requantisation"].requantisation();
    }
    if (node.kind == Kind::rearrange)
      node.rearrange = {entry["channels"].integers(), entry["rows"].integers(), entry["columns"].integers()};
    return node;
  }

  /// The values of an initialiser, whole numbers within ±limit.
  std::vector<double> codes(const std::string& tensor, std::size_t count, double limit) const {
    for (const onnx::TensorProto& proto : model_.graph().initializer()) {
      if (proto.name() != tensor) continue;
      std::string problem;
      const auto decoded = onnx_file::decode_tensor(proto, std::nullopt, problem);
      if (!decoded) throw Problem{fmt::format("{}: {}", tensor, problem)};
      if (decoded->values.size() != count)
        throw Problem{fmt::format("{}: {} values, not {}", tensor, decoded->values.size(), count)};
      for (const double value : decoded->values)
        if (!(std::abs(value) <= limit) || value != std::floor(value))
          throw Problem{fmt::format("{}: {} is no integer within ±{}", tensor, value, limit)};
      return decoded->values;
    }
    throw Problem{fmt::format("{}: is missing", tensor)};
  }

  void read_codes(Node& node) const {
    const std::size_t count = std::size_t(node.outputs()) * node.matrix_rows();
    for (const double code : codes(node.name + ".weight.codes", count, (1 << (node.mvm.weight_bits - 1)) - 1))
      node.mvm.weights.push_back(static_cast<std::int16_t>(code));
    for (const double code : codes(node.name + ".bias.codes", std::size_t(node.outputs()), 0x1p31))
      node.mvm.bias.push_back(static_cast<std::int64_t>(code));
  }

  std::string name_;
  const onnx::ModelProto& model_;
};

}  // namespace

std::optional<Network> read_stored_network(const std::string& name, const std::vector<std::uint8_t>& bytes) {
  onnx::ModelProto model;
  if (bytes.size() > std::size_t{1} << 30 || !model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return std::nullopt;
  for (const auto& entry : model.metadata_props()) {
    if (entry.key() != kKey) continue;
    try {
      return Reader(name, model).run(entry.value());
    } catch (const Problem& problem) {
      throw InputError(name, kKey, problem.message);
    }
  }
  return std::nullopt;
}

namespace onnx_file {

std::map<std::string, std::string> metadata_of_graph(const Network& network, const onnx::GraphProto& graph) {
  json nodes = json::array();
  for (std::size_t n = 0; n < network.nodes.size(); ++n) nodes.push_back(json_of(network, static_cast<int>(n)));
  const json root{{"name", network.name},
                  {"data", network.data},
                  {"float_accuracy", network.float_accuracy},
                  {"input", json_of(network.input)},
                  {"input_bits", network.input_bits},
                  {"fingerprint", fingerprint_of(graph)},
                  {"nodes", std::move(nodes)}};
  return {{kKey, root.dump()}, {kTableKey, table_text(network.input_table)}};
}

}  // namespace onnx_file
}  // namespace nvcim::workloads
