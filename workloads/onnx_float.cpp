// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_float.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "workloads/onnx_calibrated.h"
#include "workloads/onnx_float_activations.h"
#include "workloads/onnx_float_arithmetic.h"
#include "workloads/onnx_float_constants.h"
#include "workloads/onnx_float_matrix.h"
#include "workloads/onnx_float_quantisers.h"
#include "workloads/onnx_float_refusals.h"
#include "workloads/onnx_float_step.h"
#include "workloads/onnx_float_views.h"
#include "workloads/onnx_float_window.h"
#include "workloads/onnx_metadata.h"

namespace nvcim::workloads {
namespace onnx_file {
namespace {

constexpr std::int64_t kOldestOpset = 9, kNewestOpset = 21;
constexpr std::int64_t kLargestInput = std::int64_t{1} << 24;  // elements
constexpr std::int64_t kLargestBatch = 1 << 16;
constexpr std::size_t kMostComplaints = 1000;

using Reader = void (*)(Step&);

/// What works on what the network computes.
const std::map<std::string, Reader>& readers() {
  static const std::map<std::string, Reader> table = {
      {"Add", read_arithmetic},
      {"AveragePool", read_average_pool},
      {"BatchNormalization", read_batch_norm},
      {"Cast", read_identity},
      {"Clip", read_clip},
      {"Concat", read_concat},
      {"Conv", read_conv},
      {"DequantizeLinear", read_dequantise},
      {"Div", read_arithmetic},
      {"Dropout", read_identity},
      {"Flatten", read_shape_change},
      {"Gemm", read_gemm},
      {"GlobalAveragePool", read_global_pool},
      {"GlobalMaxPool", read_global_pool},
      {"HardSigmoid", read_activation},
      {"HardSwish", read_activation},
      {"Identity", read_identity},
      {"LeakyRelu", read_activation},
      {"LogSoftmax", read_softmax},
      {"MatMul", read_matmul},
      {"MaxPool", read_max_pool},
      {"Mul", read_arithmetic},
      {"Neg", read_negation},
      {"Pad", read_pad},
      {"ReduceMean", read_reduce_mean},
      {"QuantizeLinear", read_quantise},
      {"Relu", read_activation},
      {"Reshape", read_shape_change},
      {"Sigmoid", read_activation},
      {"Slice", read_slice},
      {"Softmax", read_softmax},
      {"Split", read_split},
      {"Squeeze", read_shape_change},
      {"Sub", read_arithmetic},
      {"Tanh", read_activation},
      {"Transpose", read_transpose},
      {"Unsqueeze", read_shape_change},
  };
  return table;
}

/// Those of constants only.
constexpr const char* kOfConstants[] = {"Constant", "ConstantOfShape", "Floor", "Gather", "Shape", "Sqrt"};

std::string supported_operators() {
  std::string list;
  for (const auto& [op, reader] : readers()) list += (list.empty() ? "" : ", ") + op;
  return list;
}

struct Input {
  std::string name;
  Dims dims;  // the batch first; empty where it is no good
};

Input find_input(Graph& graph) {
  std::vector<const onnx::ValueInfoProto*> inputs;
  for (const onnx::ValueInfoProto& input : graph.proto().input())
    if (graph.initialiser(input.name()) == nullptr) inputs.push_back(&input);
  if (inputs.size() != 1) {
    graph.complain("input", fmt::format("{} inputs; networks of one input are supported", inputs.size()));
    return {};
  }
  Input result{inputs[0]->name(), {}};
  const auto refuse = [&](std::string message) {
    graph.complain(fmt::format("input \"{}\"", printable(result.name)), std::move(message));
    result.dims.clear();
    return result;
  };
  const auto& type = inputs[0]->type().tensor_type();
  if (type.elem_type() != onnx::TensorProto::FLOAT) return refuse("it must be float");
  const int rank = type.shape().dim_size();
  if (rank < 2 || rank > 4)
    return refuse(
        fmt::format("{} dimensions; batch x channels x height x width, batch x channels x length or batch x "
                    "features wanted",
                    rank));
  std::int64_t elements = 1;
  for (int i = 0; i < rank; ++i) {
    const auto& dim = type.shape().dim(i);
    const std::int64_t size = dim.has_dim_value() ? dim.dim_value() : 0;
    if (i == 0) {
      // 0 and -1 are what some exporters write for an open batch.
      result.dims.push_back(size > 0 && size <= kLargestBatch ? size : kOpenBatch);
      continue;
    }
    if (size < 1 || size > kLargestInput || elements * size > kLargestInput)
      return refuse(fmt::format("dimension {} is {}; export with a size above 0, all together at most {}", i,
                                dim.has_dim_value() ? std::to_string(size) : "open", kLargestInput));
    elements *= size;
    result.dims.push_back(size);
  }
  return result;
}

/// Reads the nodes one by one, in the file's order, which has to be one in which every node follows its inputs.
class Reading {
 public:
  Reading(Graph& graph, const Input& input)
      : graph_(graph),
        import_(graph, input.dims.empty() ? Shape{1, 1, 1} : *map_of(input.dims),
                input.dims.empty() ? kOpenBatch : input.dims.front()) {
    Value value;
    if (!input.dims.empty()) {
      value.kind = Value::Kind::computed;
      value.node = 0;
      value.dims = input.dims;
    }
    if (!input.name.empty()) import_.define(input.name, value);
    known_.insert(input.name);
  }

  void run() {
    bool unsupported = false;
    for (const onnx::NodeProto& node : graph_.proto().node()) {
      if (graph_.complaints() >= kMostComplaints) {
        graph_.complain("", "there is more; this list ends here");
        break;
      }
      unsupported |= !read(node);
      known_.insert(node.output().begin(), node.output().end());
    }
    if (unsupported) graph_.complain("", "the operators that are supported: " + supported_operators());
  }

  /// What the output is; complains where it is nothing.
  std::optional<Value> output() {
    const std::string& name = graph_.proto().output(0).name();
    const Value value = import_.find(name);
    if (value.kind == Value::Kind::computed && value.node > 0) return value;
    if (value.kind == Value::Kind::unknown && known_.count(name) > 0) return std::nullopt;  // its node was refused
    graph_.complain(fmt::format("output \"{}\"", printable(name)),
                    value.kind == Value::Kind::unknown    ? "no node computes it"
                    : value.kind == Value::Kind::constant ? "is a constant"
                                                          : "is the input; the network has no layer");
    return std::nullopt;
  }

  FloatGraph graph() { return import_.builder().build(); }
  const std::map<std::string, ValueRange>& ranges() const { return import_.ranges(); }
  bool per_channel() const { return import_.per_channel(); }

 private:
  /// False for an operator that does not run at all.
  bool read(const onnx::NodeProto& node) {
    Step step(import_, node);
    const bool standard = node.domain().empty() || node.domain() == "ai.onnx";
    const auto reader = readers().find(node.op_type());
    const bool of_constants =
        std::find(std::begin(kOfConstants), std::end(kOfConstants), node.op_type()) != std::end(kOfConstants);
    if (!standard || (reader == readers().end() && !of_constants)) {
      step.refuse(standard ? "is not supported: " + advice_for(node.op_type())
                           : fmt::format("is not supported: the operator domain {} is not standard ONNX",
                                         printable(node.domain())));
      return false;
    }
    for (const std::string& input : node.input())
      if (!input.empty() && known_.count(input) == 0 && graph_.initialiser(input) == nullptr)
        return step.refuse(fmt::format("nothing before it gives its input \"{}\"", printable(input))) || true;
    if (!step.gives(0)) return step.refuse("has no output") || true;
    if (fold_constants(step)) return true;
    if (reader != readers().end()) {
      reader->second(step);
    } else {
      for (int i = 0; i < step.inputs(); ++i)
        if (step.value(i).kind == Value::Kind::computed)
          return step.refuse("is supported on constants only: " + advice_for(node.op_type())) || true;
    }
    return true;
  }

  Graph& graph_;
  FloatImport import_;
  std::set<std::string> known_;  // tensors that the nodes so far give, whether they could be read or not
};

/// The nodes that the output needs, which then is the last.
FloatGraph without_dead_nodes(FloatGraph graph, int output) {
  std::vector<bool> needed(output + 1, false);
  needed[0] = needed[output] = true;
  for (int n = output; n > 0; --n)
    for (const int input : graph.nodes[n].inputs) needed[input] = needed[input] || needed[n];
  FloatGraph result;
  std::vector<int> number(output + 1, -1);
  for (int n = 0; n <= output; ++n) {
    if (!needed[n]) continue;
    number[n] = static_cast<int>(result.nodes.size());
    result.nodes.push_back(std::move(graph.nodes[n]));
    for (int& input : result.nodes.back().inputs) input = number[input];
  }
  return result;
}

void set_full_scales(FloatGraph& graph) {
  for (GraphNode& node : graph.nodes) {
    auto* convolution = std::get_if<GraphConvolution>(&node.operation);
    if (convolution == nullptr) continue;
    float largest = 0;
    for (const float weight : convolution->weights) largest = std::max(largest, std::abs(weight));
    convolution->full_scale = largest > 0 ? largest : 1;
  }
}

}  // namespace
}  // namespace onnx_file

namespace {

FloatNetwork read(const std::string& name, const std::vector<std::uint8_t>& bytes,
                  const std::optional<std::filesystem::path>& folder, bool quantised) {
  using namespace onnx_file;
  Graph graph(name, bytes,
              {.oldest_opset = kOldestOpset, .newest_opset = kNewestOpset, .operators = {}, .folder = folder});
  if (graph.is_quantised() && !quantised)
    throw InputError(name, "",
                     "holds a quantised network (QuantizeLinear, DequantizeLinear), which runs as it is: give it to "
                     "the commands as --workload. Only networks in floating point are read here");
  if (graph.proto().output_size() != 1) {
    graph.complain("output", fmt::format("{} outputs; export the network with the one that gives its logits",
                                         graph.proto().output_size()));
    graph.throw_complaints();
  }
  const Input input = find_input(graph);
  Reading reading(graph, input);
  reading.run();
  const std::optional<Value> output = reading.output();
  FloatNetwork network;
  network.name = std::filesystem::path(name).stem().string();
  if (!input.dims.empty()) network.pixels = pixel_scale(graph, map_of(input.dims)->channels);
  network.quantisation = stored_quantisation(graph);
  if (graph.is_quantised()) {
    network.quantisation.emplace();
    network.quantisation->ranges = reading.ranges();
    network.quantisation->per_channel = reading.per_channel();
  }
  graph.throw_complaints();
  network.graph = without_dead_nodes(reading.graph(), output->node);
  network.output = output->output;
  set_full_scales(network.graph);
  return network;
}

}  // namespace

FloatNetwork read_float_onnx(const std::string& name, const std::vector<std::uint8_t>& bytes,
                             const std::optional<std::filesystem::path>& folder) {
  return read(name, bytes, folder, false);
}

FloatNetwork read_quantised_graph(const std::string& name, const std::vector<std::uint8_t>& bytes,
                                  const std::optional<std::filesystem::path>& folder) {
  return read(name, bytes, folder, true);
}

bool is_float_onnx(const std::vector<std::uint8_t>& bytes) {
  onnx::ModelProto model;
  if (bytes.size() > std::size_t{1} << 30 || !model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return false;
  return model.graph().node_size() > 0 &&
         std::none_of(model.graph().node().begin(), model.graph().node().end(), [](const onnx::NodeProto& node) {
           return node.op_type() == "QuantizeLinear" || node.op_type() == "DequantizeLinear";
         });
}

}  // namespace nvcim::workloads
