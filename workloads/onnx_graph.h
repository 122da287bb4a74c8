// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "arch/input_error.h"
#include "workloads/onnx_tensor.h"

/// The graph of an ONNX file that nobody vouches for: parsed, indexed, its constants decoded on demand. Complaints are
/// gathered and thrown together.
namespace nvcim::workloads::onnx_file {

/// Scale and zero point of a QuantizeLinear or DequantizeLinear.
struct Quantiser {
  double scale = 1;
  int zero_point = 0;
  int type = 0;  ///< of the codes
};

/// Integer constant behind a DequantizeLinear.
struct QuantisedConstant {
  Tensor codes;
  Quantiser quantiser;
};

/// What a reader takes.
struct GraphRules {
  std::int64_t oldest_opset = 0, newest_opset = 0;
  std::vector<std::string> operators;           ///< others are complained about; empty: nothing is said about any
  std::optional<std::filesystem::path> folder;  ///< where tensors may lie in other files; none: nowhere
};

class Graph {
 public:
  /// Reads and checks what needs no meaning: protobuf, versions, unique names, the rules.
  /// Errors: InputError at once where there is no graph to look at; everything else is kept as a complaint.
  Graph(std::string name, const std::vector<std::uint8_t>& bytes, GraphRules rules);

  const onnx::GraphProto& proto() const { return model_.graph(); }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  std::int64_t opset() const { return opset_; }

  /// The node that makes a tensor; null for an input or an initialiser.
  const onnx::NodeProto* producer(const std::string& tensor) const;
  std::vector<const onnx::NodeProto*> consumers(const std::string& tensor) const;
  /// 0, 1, or 2 for more.
  int count_consumers(const std::string& tensor) const;
  bool is_output(const std::string& tensor) const;

  /// A constant: initialiser, Constant node, or either through Identity. Null if `tensor` is computed; a constant that
  /// cannot be decoded is complained about and null too.
  const Tensor* constant(const std::string& tensor);
  bool is_constant(const std::string& tensor) const;
  const onnx::TensorProto* initialiser(const std::string& tensor) const;  ///< null for none

  /// The values of a tensor of the file. What cannot be decoded is complained about.
  std::optional<Tensor> decode(const std::string& name, const onnx::TensorProto& proto);

  /// Codes behind DequantizeLinear(constant) or DequantizeLinear(QuantizeLinear(constant)). Complains in the name of
  /// `user` about anything else.
  std::optional<QuantisedConstant> quantised_constant(const onnx::NodeProto& user, const std::string& tensor);

  /// Parameters of a QuantizeLinear or DequantizeLinear, per tensor. Complains about anything else.
  std::optional<Quantiser> quantiser(const onnx::NodeProto& node);

  void complain(const onnx::NodeProto& node, std::string message);
  void complain(std::string where, std::string message);
  bool is_quantised() const { return quantised_; }
  std::size_t complaints() const { return issues_.size(); }
  bool has_complaints() const { return !issues_.empty(); }
  void throw_complaints();

  /// Marks a node as understood; those never marked are reported by complain_about_leftovers().
  void use(const onnx::NodeProto& node) { used_.insert(&node); }
  bool is_used(const onnx::NodeProto& node) const { return used_.count(&node) > 0; }
  void complain_about_leftovers();

 private:
  void index();
  void check_operators();
  const onnx::TensorProto* find_constant(const std::string& tensor, std::vector<const onnx::NodeProto*>& path) const;

  std::string file_;
  GraphRules rules_;
  std::int64_t opset_ = 0;
  bool quantised_ = false;
  onnx::ModelProto model_;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, const onnx::NodeProto*> producers_;
  std::multimap<std::string, const onnx::NodeProto*> consumers_;
  std::map<std::string, const onnx::TensorProto*> initialisers_;
  std::map<std::string, std::optional<Tensor>> decoded_;
  std::set<const onnx::NodeProto*> used_;
  std::vector<InputIssue> issues_;
};

/// `node "name" (Operator)`; what is not printable ASCII, or long, is left out of the name.
std::string label(const onnx::NodeProto& node);
std::string printable(const std::string& text, std::size_t longest = 100);

/// Null where the node does not have it.
const onnx::AttributeProto* attribute(const onnx::NodeProto& node, const char* name);

/// Attributes, with their ONNX defaults.
std::int64_t integer_attribute(const onnx::NodeProto& node, const char* name, std::int64_t otherwise);
double float_attribute(const onnx::NodeProto& node, const char* name, double otherwise);
std::string text_attribute(const onnx::NodeProto& node, const char* name, const char* otherwise);
std::vector<std::int64_t> list_attribute(const onnx::NodeProto& node, const char* name,
                                         std::vector<std::int64_t> otherwise);

}  // namespace nvcim::workloads::onnx_file
