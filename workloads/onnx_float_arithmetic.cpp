// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_float_arithmetic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace nvcim::workloads::onnx_file {
namespace {

bool is_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

/// factor x + offset on the convolution's outputs, as the convolution itself.
void fold(GraphConvolution& convolution, const GraphAffine& affine) {
  const std::size_t outputs = affine.factor.size(), rows = convolution.weights.size() / outputs;
  if (convolution.bias.empty()) convolution.bias.assign(outputs, 0.0);
  for (std::size_t o = 0; o < outputs; ++o) {
    for (std::size_t r = 0; r < rows; ++r) {
      float& weight = convolution.weights[o * rows + r];
      weight = static_cast<float>(double{weight} * affine.factor[o]);
    }
    convolution.bias[o] = convolution.bias[o] * affine.factor[o] + affine.offset[o];
  }
}

/// The input times factor plus offset, per channel of `map`, which may be another view of it than its node's.
void give_affine(Step& step, const std::string& tensor, const Value& in, const Shape& map, GraphAffine affine) {
  if (!is_finite(affine.factor) || !is_finite(affine.offset)) {
    step.refuse("its constants give factors that are not finite");
    return;
  }
  Graph& graph = step.import().graph();
  const bool alone = in.direct && graph.count_consumers(tensor) == 1 && !graph.is_output(tensor);
  auto* convolution = std::get_if<GraphConvolution>(&step.builder().operation(in.node));
  if (alone && convolution != nullptr && step.builder().node(in.node).output == map) {
    if (!step.spend(convolution->weights.size())) return;
    fold(*convolution, affine);
    step.give(in.node, in.dims, true);
    return;
  }
  if (!step.spend(2 * affine.factor.size())) return;
  const int from = step.as_map(in, map);
  step.give(step.builder().affine(step.name(), from, std::move(affine)), in.dims);
}

/// Values of a constant for the dimensions behind the batch of `dims`, aligned at the right; none where it does not
/// fit.
struct Spread {
  std::vector<double> values;
  bool per_channel = false;  ///< one for each entry of dims[1], or one for all
};

std::optional<Spread> spread(const Tensor& constant, const Dims& dims) {
  Dims own = constant.dims;
  while (own.size() < dims.size()) own.insert(own.begin(), 1);
  if (own.size() > dims.size() || own[0] != 1) return std::nullopt;
  bool others = false;
  for (std::size_t i = 1; i < dims.size(); ++i) {
    if (own[i] != 1 && own[i] != dims[i]) return std::nullopt;
    others |= i > 1 && own[i] != 1;
  }
  if (constant.values.size() == 1) return Spread{constant.values, true};
  if (!others) return Spread{constant.values, true};
  std::size_t count = 1;
  for (std::size_t i = 1; i < dims.size(); ++i) count *= dims[i];
  Spread result;
  for (std::size_t at = 0; at < count; ++at) {
    std::size_t from = 0, left = at, step = 1;
    for (std::size_t i = dims.size(); i-- > 1; left /= dims[i]) {
      if (own[i] != 1) from += left % dims[i] * step;
      step *= own[i];
    }
    result.values.push_back(constant.values[from]);
  }
  return result;
}

/// x op c, or c op x when `first`.
void with_constant(Step& step, int computed, bool constant_first) {
  const std::shared_ptr<const Tensor> constant = step.constant(1 - computed, "constant");
  const std::optional<Value> in = step.data(computed);
  if (!constant || !in) return;
  const std::string& op = step.op();
  if (op == "Div" && constant_first) {
    step.refuse("divides by what the network computes; there is no unit for that");
    return;
  }
  if (constant->values.empty() || in->dims.size() < 2) {
    step.refuse(fmt::format("a constant of {} with {}", text_of(constant->dims), text_of(in->dims)));
    return;
  }
  // The work of spreading is bounded by the size of a map; count it too.
  const Shape own = step.builder().node(in->node).output;
  if (!step.spend(constant->values.size() > 1 ? own.size() : own.channels)) return;
  const std::optional<Spread> values = spread(*constant, in->dims);
  if (!values) {
    step.refuse(
        fmt::format("a constant of {} with {}; one number, one for each channel or one for each element, without "
                    "a batch and without widening the map, is supported",
                    text_of(constant->dims), text_of(in->dims)));
    return;
  }
  Shape map = own;
  if (values->values.size() > 1)
    map = values->per_channel ? map_of(in->dims).value_or(Shape{int(in->dims[1]), 1, own.size() / int(in->dims[1])})
                              : Shape{own.size(), 1, 1};
  GraphAffine affine;
  for (int channel = 0; channel < map.channels; ++channel) {
    const double c = values->values[values->values.size() == 1 ? 0 : channel];
    affine.factor.push_back(op == "Mul" ? c : op == "Div" ? 1 / c : op == "Sub" && constant_first ? -1 : 1);
    affine.offset.push_back(op == "Add" || (op == "Sub" && constant_first) ? c : op == "Sub" ? -c : 0);
  }
  give_affine(step, step.proto().input(computed), *in, map, std::move(affine));
}

/// x hard_sigmoid(x) with the slope of 1/6: what PyTorch writes for hard swish in older operator sets.
bool is_hard_swish(const FloatGraphBuilder& builder, int from, int factor) {
  const GraphNode& gate = builder.node(factor);
  const auto* sigmoid = std::get_if<GraphActivation>(&gate.operation);
  return sigmoid != nullptr && sigmoid->kind == GraphActivation::Kind::hard_sigmoid && gate.inputs.front() == from &&
         std::abs(sigmoid->alpha - 1.0 / 6) < 1e-6 && sigmoid->beta == 0.5;
}

void multiply(Step& step, const Value& left, const Value& right) {
  FloatGraphBuilder& builder = step.builder();
  for (const auto& [map, gate] : {std::pair{&left, &right}, {&right, &left}}) {
    if (!is_hard_swish(builder, map->node, gate->node)) continue;
    step.give(builder.activation(step.name(), map->node, {.kind = GraphActivation::Kind::hard_swish}), map->dims);
    return;
  }
  for (const auto& [map, factor] : {std::pair{&left, &right}, {&right, &left}}) {
    const std::optional<Shape> shape = map_of(map->dims), other = map_of(factor->dims);
    if (map->dims != factor->dims &&
        (!shape || map->dims.size() != factor->dims.size() || *other != Shape{shape->channels, 1, 1}))
      continue;
    const Shape common = shape.value_or(builder.node(map->node).output);
    const int from = step.as_map(*map, common);
    const int by = step.as_map(*factor, map->dims == factor->dims ? common : *other);
    step.give(builder.multiply(step.name(), from, by), map->dims);
    return;
  }
  step.refuse(
      fmt::format("{} times {}; maps of one shape, or a map and one factor for each of its channels, are "
                  "supported",
                  text_of(left.dims), text_of(right.dims)));
}

}  // namespace

void read_batch_norm(Step& step) {
  if (step.integer("training_mode", 0) != 0) step.refuse("training_mode 1; export the network after model.eval()");
  for (int output = 1; output < step.proto().output_size(); ++output)
    if (step.gives(output) && step.import().graph().count_consumers(step.proto().output(output)) > 0)
      step.refuse("its running statistics are used; export the network after model.eval()");
  const double epsilon = step.real("epsilon", 1e-5);
  std::shared_ptr<const Tensor> parameters[4];
  const char* const names[] = {"scale", "shift", "mean", "variance"};
  for (int i = 0; i < 4; ++i) parameters[i] = step.constant(i + 1, names[i]);
  const std::optional<Value> in = step.data();
  if (step.failed() || !in) return;
  const std::optional<Shape> map = map_of(in->dims);
  if (!map) {
    step.refuse(fmt::format("its input is {}; 2 to 4 dimensions are supported", text_of(in->dims)));
    return;
  }
  for (int i = 0; i < 4; ++i)
    if (parameters[i]->values.size() != std::size_t(map->channels)) {
      step.refuse(
          fmt::format("{} values of {} for {} channels", parameters[i]->values.size(), names[i], map->channels));
      return;
    }
  GraphAffine affine;
  for (int channel = 0; channel < map->channels; ++channel) {
    const double factor = parameters[0]->values[channel] / std::sqrt(parameters[3]->values[channel] + epsilon);
    affine.factor.push_back(factor);
    affine.offset.push_back(parameters[1]->values[channel] - factor * parameters[2]->values[channel]);
  }
  give_affine(step, step.proto().input(0), *in, *map, std::move(affine));
}

void read_arithmetic(Step& step) {
  if (step.inputs() != 2) {
    step.refuse(fmt::format("{} inputs; it takes two", step.inputs()));
    return;
  }
  if (step.is_constant(0)) return with_constant(step, 1, true);
  if (step.is_constant(1)) return with_constant(step, 0, false);
  const std::string& op = step.op();
  if (op == "Div") {
    step.refuse("divides by what the network computes; there is no unit for that");
    return;
  }
  const std::optional<Value> left = step.data(0), right = step.data(1);
  if (!left || !right) return;
  if (op == "Mul") return multiply(step, *left, *right);
  if (left->dims != right->dims) {
    step.refuse(fmt::format("{} and {}; maps of one shape are supported", text_of(left->dims), text_of(right->dims)));
    return;
  }
  FloatGraphBuilder& builder = step.builder();
  const Shape shape = map_of(left->dims).value_or(builder.node(left->node).output);
  const int first = step.as_map(*left, shape);
  int second = step.as_map(*right, shape);
  if (op == "Sub") {
    if (!step.spend(2 * std::size_t(shape.channels))) return;
    second = builder.scale(step.name(".negative"), second, -1);
  }
  step.give(builder.add(step.name(), {first, second}), left->dims);
}

void read_negation(Step& step) {
  const std::optional<Value> in = step.data();
  if (!in) return;
  const Shape map = step.builder().node(in->node).output;
  if (!step.spend(2 * std::size_t(map.channels))) return;
  GraphAffine affine{std::vector<double>(map.channels, -1.0), std::vector<double>(map.channels, 0.0)};
  give_affine(step, step.proto().input(0), *in, map, std::move(affine));
}

}  // namespace nvcim::workloads::onnx_file
