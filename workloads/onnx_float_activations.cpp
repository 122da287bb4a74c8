// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_float_activations.h"

#include <fmt/format.h>

#include <limits>

#include "workloads/onnx_float_shapes.h"

namespace nvcim::workloads::onnx_file {
namespace {

using Kind = GraphActivation::Kind;

/// Defaults are those of the operator reference.
GraphActivation activation_of(Step& step) {
  const std::string& op = step.op();
  if (op == "LeakyRelu") return {.kind = Kind::leaky_relu, .alpha = step.real("alpha", 0.01)};
  if (op == "Sigmoid") return {.kind = Kind::sigmoid};
  if (op == "Tanh") return {.kind = Kind::tanh};
  if (op == "HardSwish") return {.kind = Kind::hard_swish};
  if (op == "HardSigmoid")
    return {.kind = Kind::hard_sigmoid, .alpha = step.real("alpha", 0.2), .beta = step.real("beta", 0.5)};
  return {.kind = Kind::relu};
}

/// A limit of a Clip: an attribute up to operator set 10, an input from 11 on.
double limit(Step& step, const char* name, int input, double otherwise) {
  if (!step.has(input)) return step.real(name, otherwise);
  const std::shared_ptr<const Tensor> value = step.constant(input, name);
  if (!value) return otherwise;
  if (value->values.size() != 1) step.refuse(fmt::format("its {} is not one number", name));
  return value->values.empty() ? otherwise : value->values[0];
}

void give_activation(Step& step, const Value& in, const GraphActivation& activation) {
  step.give(step.builder().activation(step.name(), in.node, activation), in.dims);
}

}  // namespace

void read_activation(Step& step) {
  const GraphActivation activation = activation_of(step);
  const std::optional<Value> in = step.data();
  if (in && !step.failed()) give_activation(step, *in, activation);
}

void read_clip(Step& step) {
  // What the reference has for a limit that is not given: the ends of single precision.
  constexpr double kEnd = std::numeric_limits<float>::max();
  const double low = limit(step, "min", 1, -kEnd), high = limit(step, "max", 2, kEnd);
  if (low > high) step.refuse(fmt::format("limits {}..{}", low, high));
  const std::optional<Value> in = step.data();
  if (!in || step.failed()) return;
  if (low == 0 && high >= kEnd)
    give_activation(step, *in, {.kind = Kind::relu});
  else
    give_activation(step, *in, {.kind = Kind::clip, .alpha = low, .beta = high});
}

void read_softmax(Step& step) {
  // Up to operator set 12 everything from the axis on is taken together, and the default is 1.
  const bool together = step.opset() < 13;
  const std::int64_t asked = step.integer("axis", together ? 1 : -1);
  const std::optional<Value> in = step.data();
  if (!in) return;
  const std::optional<int> axis = step.axis(asked, in->dims.size(), 1);
  if (!axis) return;
  const std::int64_t all = count_of(Dims(in->dims.begin() + 1, in->dims.end()));
  const std::int64_t here = together ? count_of(Dims(in->dims.begin() + *axis, in->dims.end())) : in->dims[*axis];
  if (here != all) {
    step.refuse(
        fmt::format("works on axis {} of {}; supported is one probability for each class of the whole image, at "
                    "the end of the network",
                    *axis, text_of(in->dims)));
    return;
  }
  Value result = *in;
  result.direct = false;
  result.output = step.op() == "Softmax" ? FloatOutput::softmax : FloatOutput::log_softmax;
  step.give(std::move(result));
}

}  // namespace nvcim::workloads::onnx_file
