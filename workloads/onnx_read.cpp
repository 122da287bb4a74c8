// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_read.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <filesystem>

#include "workloads/onnx_graph.h"
#include "workloads/onnx_layers.h"
#include "workloads/onnx_metadata.h"

namespace nvcim::workloads {

namespace onnx_file {

namespace {

constexpr std::int64_t kLargestSide = 4096;
constexpr double kSameMapScale = 1e-6;

/// Follows the one chain from the input to the output, node by node.
class Walk {
 public:
  Walk(Graph& graph, const std::string& name) : graph_(graph) { network_.name = name; }

  Network run() {
    if (find_input())
      while (next()) {
      }
    if (!graph_.has_complaints()) finish();
    if (!stopped_) graph_.complain_about_leftovers();
    graph_.throw_complaints();
    return std::move(network_);
  }

 private:
  /// What the tensor in hand holds.
  enum class State {
    real,   // floats not yet quantised: the network input
    codes,  // integers
    grid,   // floats that are codes times a scale
    sums,   // the output of an MVM, to be requantised
    means,  // the output of an average pool, to be rounded
  };

  bool find_input();
  bool next();
  void finish();

  /// Each handles one operator; false stops the walk, with a complaint made.
  bool quantise(const onnx::NodeProto& node);
  bool dequantise(const onnx::NodeProto& node);
  bool multiply(const onnx::NodeProto& node);
  bool add(const onnx::NodeProto& node);
  bool clamp(const onnx::NodeProto& node);
  bool pool(const onnx::NodeProto& node);
  bool step(const onnx::NodeProto& node);

  bool refuse(const onnx::NodeProto& node, std::string message) {
    graph_.complain(node, std::move(message));
    return false;
  }
  bool same_quantiser(const onnx::NodeProto& node, const Quantiser& found);
  /// Unsigned zero point: int8 codes are shifted by 128.
  static int unsigned_zero(const Quantiser& q) { return q.zero_point + (q.type == onnx::TensorProto::INT8 ? 128 : 0); }
  bool check_type(const onnx::NodeProto& node, const Quantiser& q);
  Node& append(const onnx::NodeProto& node, const Shape& output);

  Graph& graph_;
  Network network_;
  std::string tensor_;
  State state_ = State::real;
  Shape shape_;
  bool flat_ = false;
  bool integer_input_ = false;
  bool stopped_ = false;
  Quantiser grid_;   // of the codes in hand; zero point unsigned
  Quantiser input_;  // of the network input
  int code_max_ = 255;
  double clamp_min_ = 0, clamp_max_ = 0;  // real values, for sums
  bool has_min_ = false, has_max_ = false;
};

bool Walk::find_input() {
  std::vector<const onnx::ValueInfoProto*> inputs;
  for (const onnx::ValueInfoProto& input : graph_.proto().input())
    if (!graph_.is_constant(input.name())) inputs.push_back(&input);
  stopped_ = true;
  if (inputs.size() != 1) {
    graph_.complain("input", fmt::format("{} inputs; networks of one input are supported", inputs.size()));
    return false;
  }
  if (graph_.proto().output_size() != 1) {
    graph_.complain("output",
                    fmt::format("{} outputs; networks of one output are supported", graph_.proto().output_size()));
    return false;
  }
  const std::string where = fmt::format("input \"{}\"", inputs[0]->name());
  const auto& type = inputs[0]->type().tensor_type();
  integer_input_ = type.elem_type() == onnx::TensorProto::UINT8;
  if (!integer_input_ && type.elem_type() != onnx::TensorProto::FLOAT) {
    graph_.complain(where, "it must be float or uint8");
    return false;
  }
  const int rank = type.shape().dim_size();
  if (rank != 2 && rank != 4) {
    graph_.complain(where,
                    fmt::format("{} dimensions; batch x channels x height x width or batch x features wanted", rank));
    return false;
  }
  std::int64_t dims[3] = {1, 1, 1};
  for (int i = 1; i < rank; ++i) {
    const auto& dim = type.shape().dim(i);
    dims[i - 1] = dim.has_dim_value() ? dim.dim_value() : 0;
    if (dims[i - 1] < 1 || dims[i - 1] > (rank == 2 ? kLargestSide * kLargestSide : kLargestSide)) {
      graph_.complain(where, fmt::format("dimension {} is {}; it must be a number above 0 and not past {}", i,
                                         dim.has_dim_value() ? std::to_string(dim.dim_value()) : "not given",
                                         rank == 2 ? kLargestSide * kLargestSide : kLargestSide));
      return false;
    }
  }
  if (dims[0] * dims[1] * dims[2] > kLargestSide * kLargestSide) {
    graph_.complain(where, fmt::format("{} x {} x {} is larger than {} elements", dims[0], dims[1], dims[2],
                                       kLargestSide * kLargestSide));
    return false;
  }
  shape_ = network_.input = {int(dims[0]), int(dims[1]), int(dims[2])};
  flat_ = rank == 2;
  state_ = integer_input_ ? State::codes : State::real;
  tensor_ = inputs[0]->name();
  stopped_ = false;
  return true;
}

/// One node further; false at the end of the chain, or where it cannot be followed.
bool Walk::next() {
  const auto users = graph_.consumers(tensor_);
  if (users.empty()) {
    if (!graph_.is_output(tensor_)) graph_.complain(fmt::format("tensor \"{}\"", tensor_), "nothing uses it");
    return false;
  }
  stopped_ = true;  // unless this node can be followed
  if (users.size() > 1 || graph_.is_output(tensor_)) {
    std::string names;
    for (const onnx::NodeProto* user : users)
      names += fmt::format("{}\"{}\" ({})", names.empty() ? "" : ", ", user->name(), user->op_type());
    graph_.complain(fmt::format("tensor \"{}\"", tensor_),
                    fmt::format("the network branches here, to {}{}; only chains are supported", names,
                                graph_.is_output(tensor_) ? " and the output" : ""));
    return false;
  }
  const onnx::NodeProto& node = *users[0];
  if (graph_.is_used(node)) return refuse(node, "the graph has a cycle");
  graph_.use(node);
  if (node.output_size() < 1) return refuse(node, "has no output");
  const bool two_sided = node.op_type() == "Add";
  if (!two_sided && node.input(0) != tensor_)
    return refuse(node, fmt::format("\"{}\" is a parameter of it, but is computed; it must be a constant", tensor_));
  if (!step(node)) return false;
  stopped_ = false;
  tensor_ = node.output(0);
  return true;
}

bool Walk::step(const onnx::NodeProto& node) {
  const std::string& op = node.op_type();
  if (op == "QuantizeLinear") return quantise(node);
  if (op == "DequantizeLinear") return dequantise(node);
  if (op == "Conv" || op == "Gemm" || op == "MatMul") return multiply(node);
  if (op == "Add") return add(node);
  if (op == "Relu" || op == "Clip") return clamp(node);
  if (op == "MaxPool" || op == "AveragePool" || op == "GlobalAveragePool") return pool(node);
  if (op == "Flatten" || op == "Reshape") return reshape(graph_, node, shape_, flat_);
  if (op == "Identity" || op == "Dropout") return true;
  // Known to be not supported; the operators were checked before.
  return false;
}

bool Walk::check_type(const onnx::NodeProto& node, const Quantiser& q) {
  if (q.type == onnx::TensorProto::UINT8 || q.type == onnx::TensorProto::INT8) return true;
  return refuse(node, "activations must be uint8 or int8");
}

bool Walk::same_quantiser(const onnx::NodeProto& node, const Quantiser& found) {
  if (std::abs(found.scale - grid_.scale) <= kSameMapScale * grid_.scale && unsigned_zero(found) == grid_.zero_point)
    return true;
  return refuse(node, fmt::format("scale {}, zero point {}, but its input has {}, {}; only Conv, Gemm and MatMul may "
                                  "change them",
                                  found.scale, unsigned_zero(found), grid_.scale, grid_.zero_point));
}

bool Walk::quantise(const onnx::NodeProto& node) {
  const auto q = graph_.quantiser(node);
  if (!q || !check_type(node, *q)) return false;
  const int zero = unsigned_zero(*q);
  if (zero < 0 || zero > 255) return refuse(node, fmt::format("zero point {} is outside its type", q->zero_point));
  if (state_ == State::codes) return refuse(node, "its input is quantised already");
  if (state_ == State::real) {
    grid_ = input_ = {q->scale, zero, onnx::TensorProto::UINT8};
  } else if (state_ == State::sums) {
    Requantisation& r = network_.nodes.back().mvm.requantisation;
    r.multiplier = grid_.scale * network_.nodes.back().mvm.weight_scale / q->scale;
    r.zero_point = zero;
    auto code = [&](double real) { return int(std::clamp(std::nearbyint(real / q->scale) + zero, 0.0, 255.0)); };
    r.code_min = has_min_ ? code(clamp_min_) : 0;
    r.code_max = has_max_ ? code(clamp_max_) : 255;
    if (!(r.multiplier > 0) || !std::isfinite(r.multiplier))
      return refuse(node, fmt::format("the multiplier {} of its layer is not a number above 0", r.multiplier));
    if (r.code_min > r.code_max) return refuse(node, fmt::format("codes {}..{}: none", r.code_min, r.code_max));
    code_max_ = r.code_max;
    grid_ = {q->scale, zero, onnx::TensorProto::UINT8};
  } else if (!same_quantiser(node, *q)) {
    return false;
  }
  state_ = State::codes;
  return true;
}

bool Walk::dequantise(const onnx::NodeProto& node) {
  const auto q = graph_.quantiser(node);
  if (!q || !check_type(node, *q)) return false;
  if (state_ != State::codes) return refuse(node, "its input is not quantised");
  if (network_.nodes.empty() && input_.type == 0) {
    if (q->type != onnx::TensorProto::UINT8) return refuse(node, "the network input must be uint8 or float");
    grid_ = input_ = {q->scale, q->zero_point, onnx::TensorProto::UINT8};
  } else if (!same_quantiser(node, *q)) {
    return false;
  }
  state_ = State::grid;
  return true;
}

Node& Walk::append(const onnx::NodeProto& node, const Shape& output) {
  Node& added = network_.nodes.emplace_back();
  added.name = node.name().empty() ? fmt::format("{}{}", node.op_type(), network_.nodes.size()) : node.name();
  added.input = shape_;
  added.output = shape_ = output;
  added.input_bits = std::max(1, int(std::bit_width(unsigned(std::max(code_max_, grid_.zero_point)))));
  added.input_zero_point = grid_.zero_point;
  added.input_scale = grid_.scale;
  return added;
}

bool Walk::multiply(const onnx::NodeProto& node) {
  if (state_ != State::grid) return refuse(node, "its input must come from DequantizeLinear");
  Shape output;
  auto layer = matrix_of(graph_, node, shape_, flat_, grid_.scale, output);
  if (!layer) return false;
  append(node, output).mvm = std::move(*layer);
  state_ = State::sums;
  has_min_ = has_max_ = false;
  return true;
}

bool Walk::add(const onnx::NodeProto& node) {
  if (node.input_size() != 2) return refuse(node, "takes two inputs");
  const std::string& other = node.input(node.input(0) == tensor_ ? 1 : 0);
  if (state_ == State::sums && !has_min_ && !has_max_) {
    MvmLayer& layer = network_.nodes.back().mvm;
    if (std::any_of(layer.bias.begin(), layer.bias.end(), [](std::int64_t b) { return b != 0; }))
      return refuse(node, "its layer has a bias already");
    return set_bias(graph_, node, other, grid_.scale, network_.nodes.back().outputs(), layer);
  }
  const Tensor* shift = graph_.constant(other);
  if (state_ == State::means && shift && shift->values.size() == 1) {
    // The constant that makes a runtime round halves up, as the pooling unit does: a quarter of the smallest step.
    const double wanted = grid_.scale / (4.0 * network_.nodes.back().pool.window.area());
    if (std::abs(shift->values[0] - wanted) <= 0.5 * wanted) return true;
  }
  return refuse(node, "only the addition of a constant bias to the output of Conv, Gemm or MatMul is supported");
}

bool Walk::clamp(const onnx::NodeProto& node) {
  const bool relu = node.op_type() == "Relu";
  const bool on_grid = state_ == State::grid && !network_.nodes.empty() && network_.nodes.back().is_mvm() && relu;
  if (on_grid) {
    Requantisation& r = network_.nodes.back().mvm.requantisation;
    r.code_min = std::max(r.code_min, r.zero_point);
    r.code_max = std::max(r.code_max, r.zero_point);
    return true;
  }
  if (state_ != State::sums) return refuse(node, "is supported only after Conv, Gemm or MatMul");
  double lo = -INFINITY, hi = INFINITY;
  if (relu) {
    lo = 0;
  } else {
    for (int i = 1; i <= 2 && i < node.input_size(); ++i) {
      if (node.input(i).empty()) continue;
      const Tensor* limit = graph_.constant(node.input(i));
      if (!limit || limit->values.size() != 1) return refuse(node, "its limits must be constants");
      (i == 1 ? lo : hi) = limit->values[0];
    }
    if (lo > hi) return refuse(node, fmt::format("limits {}..{}", lo, hi));
  }
  // One clamp after the other: the limits of the first are clamped by the second.
  if (has_min_ || std::isfinite(lo)) clamp_min_ = std::clamp(has_min_ ? clamp_min_ : lo, lo, hi);
  if (has_max_ || std::isfinite(hi)) clamp_max_ = std::clamp(has_max_ ? clamp_max_ : hi, lo, hi);
  has_min_ |= std::isfinite(lo);
  has_max_ |= std::isfinite(hi);
  return true;
}

bool Walk::pool(const onnx::NodeProto& node) {
  const bool maximum = node.op_type() == "MaxPool";
  if (flat_) return refuse(node, "its input has two dimensions, it takes four");
  if (state_ != State::grid && !(maximum && state_ == State::codes && grid_.scale > 0 && input_.type != 0))
    return refuse(node, "its input must be quantised: QuantizeLinear and DequantizeLinear come before a pool");
  Shape output;
  const auto pool = pool_of(graph_, node, shape_, output);
  if (!pool) return false;
  Node& added = append(node, output);
  added.kind = Node::Kind::pool;
  added.pool = *pool;
  if (!maximum) state_ = State::means;
  return true;
}

void Walk::finish() {
  const std::string where = fmt::format("output \"{}\"", tensor_);
  if (network_.nodes.empty()) return graph_.complain(where, "the network has no layer");
  Node& last = network_.nodes.back();
  if (state_ == State::means) return graph_.complain(where, "an average must be quantised again");
  if (state_ == State::sums) {
    if (has_min_ || has_max_)
      return graph_.complain(where, "an activation after the last layer must be followed by QuantizeLinear");
    last.mvm.raw_output = true;
    last.mvm.requantisation = {};
  }
  network_.input_bits = network_.nodes.front().input_bits;
  apply_metadata(graph_, input_, integer_input_, network_);
}

}  // namespace
}  // namespace onnx_file

Network read_onnx(const std::string& name, const std::vector<std::uint8_t>& bytes) {
  onnx_file::Graph graph(
      name, bytes,
      {.oldest_opset = 10,
       .newest_opset = 21,
       .operators = {"Conv", "Gemm", "MatMul", "Add", "Relu", "Clip", "MaxPool", "AveragePool", "Flatten", "Reshape",
                     "QuantizeLinear", "DequantizeLinear", "Identity", "Constant", "Dropout", "GlobalAveragePool"},
       .folder = {}});
  // Without any quantisation every further complaint would be a consequence.
  if (!graph.is_quantised()) {
    graph.complain(
        "",
        "holds no quantisation (no QuantizeLinear or DequantizeLinear): the network is in floating point. Quantise "
        "it first, per tensor, in QDQ form, e.g. with onnxruntime.quantization.quantize_static");
    graph.throw_complaints();
  }
  return onnx_file::Walk(graph, std::filesystem::path(name).stem().string()).run();
}

}  // namespace nvcim::workloads
