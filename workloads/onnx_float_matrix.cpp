// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_float_matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "workloads/onnx_float_window.h"

namespace nvcim::workloads::onnx_file {
namespace {

/// A fully connected layer: weights [rows][outputs], or [outputs][rows] when `transposed`, times `factor`.
void connect(Step& step, bool transposed, double factor, const std::vector<double>& bias) {
  const std::shared_ptr<const Tensor> weights = step.constant(1, "matrix of weights");
  if (weights && weights->dims.size() != 2)
    step.refuse(fmt::format("weights of {}; two dimensions wanted", text_of(weights->dims)));
  const std::optional<Value> in = step.data();
  if (!weights || !in || step.failed()) return;
  const std::int64_t rows = weights->dims[transposed ? 1 : 0], outputs = weights->dims[transposed ? 0 : 1];
  if (in->dims.size() != 2) {
    step.refuse(fmt::format("its input is {}; batch x features is supported, so flatten it before", text_of(in->dims)));
    return;
  }
  if (rows != in->dims[1]) {
    step.refuse(fmt::format("weights for {} inputs, it has {}", rows, in->dims[1]));
    return;
  }
  if (!bias.empty() && bias.size() != std::size_t(outputs) && bias.size() != 1) {
    step.refuse(fmt::format("{} biases for {} outputs", bias.size(), outputs));
    return;
  }
  if (!step.checked(outputs, 1, 1) || !step.spend(weights->values.size() + outputs)) return;
  std::vector<float> matrix(weights->values.size());
  for (std::int64_t o = 0; o < outputs; ++o)
    for (std::int64_t r = 0; r < rows; ++r)
      matrix[o * rows + r] = static_cast<float>(factor * weights->values[transposed ? o * rows + r : r * outputs + o]);
  std::vector<double> biases = bias;
  if (biases.size() == 1) biases.assign(outputs, bias[0]);
  step.give(step.builder().linear(step.name(), in->node, int(outputs), std::move(matrix), std::move(biases)),
            {in->dims[0], outputs}, true);
}

}  // namespace

void read_conv(Step& step) {
  const std::int64_t groups = step.integer("group", 1);
  const std::shared_ptr<const Tensor> weights = step.constant(1, "weights");
  std::shared_ptr<const Tensor> bias;
  if (step.has(2)) bias = step.constant(2, "bias");
  if (!weights || (step.has(2) && !bias)) return;
  const Dims& dims = weights->dims;
  if (dims.size() < 3 || std::count(dims.begin(), dims.end(), 0) > 0) {
    step.refuse(fmt::format("weights of {}", text_of(dims)));
    return;
  }
  const Dims kernel(dims.begin() + 2, dims.end());
  if (step.list("kernel_shape").value_or(kernel) != kernel)
    step.refuse(fmt::format("kernel_shape and weights of {} differ", text_of(dims)));
  if (groups < 1 || dims[0] % groups != 0)
    step.refuse(fmt::format("{} outputs do not fall into {} groups", dims[0], groups));
  if (bias && bias->values.size() != std::size_t(dims[0]))
    step.refuse(fmt::format("{} biases for {} outputs", bias->values.size(), dims[0]));
  const std::optional<WindowAttributes> attributes = read_window(step, kernel);
  const std::optional<Value> in = step.data();
  if (!attributes || !in || step.failed()) return;
  if (in->dims.size() != dims.size()) {
    step.refuse(fmt::format("its input is {}, weights are {}", text_of(in->dims), text_of(dims)));
    return;
  }
  const Shape map = *map_of(in->dims);
  if (groups > map.channels || map.channels != dims[1] * groups) {
    step.refuse(fmt::format("weights for {} channels in each of {} groups, the input has {} channels", dims[1], groups,
                            map.channels));
    return;
  }
  const FittedWindow fitted = fit_window(*attributes, map);
  const std::optional<Shape> out = step.checked(dims[0], fitted.height, fitted.width);
  if (!out || !step.spend(weights->values.size() + out->channels)) return;
  GraphConvolution convolution;
  convolution.window = fitted.window;
  convolution.dilation_h = attributes->dilation_h;
  convolution.dilation_w = attributes->dilation_w;
  convolution.groups = int(groups);
  convolution.weights.assign(weights->values.begin(), weights->values.end());
  if (bias) convolution.bias = bias->values;
  const int node =
      step.builder().convolution(step.name(), step.as_map(*in, map), out->channels, std::move(convolution));
  Dims result{in->dims[0], out->channels, out->height, out->width};
  if (dims.size() == 3) result.erase(result.begin() + 2);
  step.give(node, std::move(result), true);
}

void read_gemm(Step& step) {
  if (step.integer("transA", 0) != 0)
    step.refuse("transA 1 turns batch and features round; only transA 0 is supported");
  const double beta = step.real("beta", 1);
  std::vector<double> bias;
  if (step.has(2)) {
    const std::shared_ptr<const Tensor> c = step.constant(2, "bias");
    if (!c) return;
    if (c->dims.size() > 2 || (c->dims.size() == 2 && c->dims[0] != 1)) {
      step.refuse(fmt::format("a bias of {}; one number for each output is supported", text_of(c->dims)));
      return;
    }
    bias = c->values;
    for (double& b : bias) b *= beta;
  }
  connect(step, step.integer("transB", 0) != 0, step.real("alpha", 1), bias);
}

void read_matmul(Step& step) {
  const Value left = step.value(0), right = step.value(1);
  if (left.kind == Value::Kind::computed && right.kind == Value::Kind::computed) {
    step.refuse(
        "multiplies two tensors that are both computed, as attention does; crossbars hold constant matrices, so "
        "the right one must be a constant");
    return;
  }
  if (left.kind == Value::Kind::constant && right.kind == Value::Kind::computed) {
    step.refuse("its matrix is on the left; x W with a constant W on the right is supported");
    return;
  }
  connect(step, false, 1, {});
}

}  // namespace nvcim::workloads::onnx_file
