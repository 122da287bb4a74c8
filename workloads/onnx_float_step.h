// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "workloads/float_graph.h"
#include "workloads/onnx_float.h"
#include "workloads/onnx_graph.h"

/// What the readers of single operators share.
namespace nvcim::workloads::onnx_file {

using Dims = std::vector<std::int64_t>;

/// Stands for a batch that is left open: a prime, to tell it from other dimensions.
constexpr std::int64_t kOpenBatch = 104'729;

/// "2 x 3"; N for an open batch.
std::string text_of(const Dims& dims);

/// What is known of a tensor while the graph is read.
struct Value {
  enum class Kind {
    unknown,   ///< its node cannot be read, which has been said
    constant,  ///< in the file, or worked out
    computed,  ///< from the network's input
  };
  Kind kind = Kind::unknown;
  const onnx::TensorProto* stored = nullptr;  ///< constant in the file, or
  std::shared_ptr<const Tensor> folded;       ///< constant worked out
  int node = -1;                              ///< computed: node of the graph; its map has the same order of elements
  Dims dims;                                  ///< computed: the batch first
  bool direct = false;                        ///< computed by a convolution that nobody has seen under another name
  FloatOutput output = FloatOutput::logits;   ///< other: only the end of the network may follow
};

/// State of reading one file.
class FloatImport {
 public:
  FloatImport(Graph& graph, Shape input, std::int64_t batch);

  Graph& graph() { return graph_; }
  FloatGraphBuilder& builder() { return builder_; }
  /// First dimension of every computed tensor: the file's, or a number that no other dimension is where it is open.
  std::int64_t batch() const { return batch_; }
  Value find(const std::string& tensor) const;
  void define(const std::string& tensor, Value value) { values_.emplace(tensor, std::move(value)); }

  /// Counts elements against a limit, so that a small file cannot ask for much. False past it; said once.
  bool spend(std::size_t elements);
  /// The decoded values of a constant; null where they are no good, which has been said.
  std::shared_ptr<const Tensor> decode(const std::string& tensor, const Value& value);
  /// What a map's codes hold, as its QuantizeLinear says. False where another said something else.
  bool set_range(int node, ValueRange range);
  /// By name of the node.
  const std::map<std::string, ValueRange>& ranges() const { return ranges_; }
  /// Codes with a scale for each index of an axis were read.
  void set_per_channel() { per_channel_ = true; }
  bool per_channel() const { return per_channel_; }
  /// A name for a node of the graph that no other has.
  std::string unused_name(const std::string& wanted);

 private:
  Graph& graph_;
  FloatGraphBuilder builder_;
  std::int64_t batch_;
  std::map<std::string, Value> values_;
  std::map<std::string, int> names_;  // how often each was asked for
  std::map<std::string, ValueRange> ranges_;
  bool per_channel_ = false;
  std::size_t spent_ = 0, decoded_ = 0;
};

/// Map of a computed tensor: channels x height x width; features are channels, a line is a map of height 1. None for
/// other ranks.
std::optional<Shape> map_of(const Dims& dims);

/// One node being read. What is refused is said at once; a node none of whose outputs is given leaves them unknown.
class Step {
 public:
  Step(FloatImport& import, const onnx::NodeProto& node) : import_(import), node_(node) {}

  const std::string& op() const { return node_.op_type(); }
  const onnx::NodeProto& proto() const { return node_; }
  FloatImport& import() { return import_; }
  FloatGraphBuilder& builder() { return import_.builder(); }
  std::int64_t opset() const { return import_.graph().opset(); }

  /// Attributes; one of another type is refused.
  bool has_attribute(const char* name) const { return attribute(node_, name) != nullptr; }
  std::int64_t integer(const char* name, std::int64_t otherwise);
  double real(const char* name, double otherwise);
  std::string text(const char* name, const char* otherwise);
  std::optional<Dims> list(const char* name);

  int inputs() const { return node_.input_size(); }
  bool has(int input) const { return input < node_.input_size() && !node_.input(input).empty(); }
  bool gives(int output) const { return output < node_.output_size() && !node_.output(output).empty(); }
  Value value(int input) const { return has(input) ? import_.find(node_.input(input)) : Value(); }
  bool is_constant(int input) const { return value(input).kind == Value::Kind::constant; }

  /// A constant input; null where it is none or no good, which has been said. @param what  what it is to the node
  std::shared_ptr<const Tensor> constant(int input, const char* what);
  /// A constant list of whole numbers.
  std::optional<Dims> integers(int input, const char* what);
  /// A list that is an attribute in older operator sets and an input in newer ones; none where it is not given or no
  /// good (then failed()).
  std::optional<Dims> list_or_input(const char* name, int input);
  /// A computed input; none where it is not, which has been said. @param after_softmax  whether it may be
  std::optional<Value> data(int input = 0, bool after_softmax = false);
  /// The graph's node of a computed value as a map of `shape`.
  int as_map(const Value& value, const Shape& shape);
  /// Axis of a tensor of this rank, counted from the front; refused outside least..rank - 1.
  std::optional<int> axis(std::int64_t axis, std::size_t rank, int least);

  /// Says that the node cannot be read and why. Always false.
  bool refuse(std::string message);
  bool failed() const { return failed_; }
  bool spend(std::size_t elements);
  /// Refuses maps of more elements than are supported; none then.
  std::optional<Shape> checked(std::int64_t channels, std::int64_t height, std::int64_t width);

  /// For a node of the graph: the file's name, or that of its output.
  std::string name(const char* suffix = "");
  void give(Value value, int output = 0);
  void give(int node, Dims dims, bool direct = false);
  /// The input under another name, or in another shape.
  void give_view(Value value, Dims dims);

 private:
  FloatImport& import_;
  const onnx::NodeProto& node_;
  bool failed_ = false;
};

}  // namespace nvcim::workloads::onnx_file
