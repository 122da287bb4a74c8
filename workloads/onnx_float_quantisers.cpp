// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_float_quantisers.h"

#include <fmt/format.h>

namespace nvcim::workloads::onnx_file {

void read_quantise(Step& step) {
  const std::optional<Value> in = step.data();
  const std::shared_ptr<const Tensor> scale = step.constant(1, "scale");
  std::shared_ptr<const Tensor> zero;
  if (step.has(2)) zero = step.constant(2, "zero point");
  if (!in || step.failed()) return;
  const int type = zero ? zero->type : onnx::TensorProto::UINT8;
  if (scale->values.size() != 1 || !(scale->values[0] > 0) || (zero && zero->values.size() != 1) ||
      (type != onnx::TensorProto::UINT8 && type != onnx::TensorProto::INT8)) {
    step.refuse("a map is quantised with one positive scale and one zero point, uint8 or int8");
    return;
  }
  const double least = type == onnx::TensorProto::UINT8 ? 0 : -128, offset = zero ? zero->values[0] : 0;
  const double step_size = scale->values[0];
  if (!step.import().set_range(in->node, {(least - offset) * step_size, (least + 255 - offset) * step_size})) {
    step.refuse("quantises a map that is quantised with another scale elsewhere");
    return;
  }
  step.give_view(*in, in->dims);
}

void read_dequantise(Step& step) {
  if (const std::optional<Value> in = step.data()) step.give_view(*in, in->dims);
}

std::optional<Tensor> dequantised(Step& step) {
  const std::shared_ptr<const Tensor> codes = step.constant(0, "input"), scale = step.constant(1, "scale");
  std::shared_ptr<const Tensor> zero;
  if (step.has(2)) zero = step.constant(2, "zero point");
  if (!codes || !scale || step.failed() || !step.spend(codes->values.size())) return std::nullopt;
  std::size_t inner = codes->values.size(), count = 1;  // elements that share an index of the axis; indices
  if (scale->values.size() != 1) {
    const std::optional<int> axis = step.axis(step.integer("axis", 1), codes->dims.size(), 0);
    if (!axis) return std::nullopt;
    count = static_cast<std::size_t>(codes->dims[*axis]);
    step.import().set_per_channel();
    inner = 1;
    for (std::size_t i = *axis + 1; i < codes->dims.size(); ++i) inner *= static_cast<std::size_t>(codes->dims[i]);
  }
  if (scale->values.size() != count || (zero && zero->values.size() != count) || inner == 0) {
    step.refuse(fmt::format("{} scales for codes of {}", scale->values.size(), text_of(codes->dims)));
    return std::nullopt;
  }
  Tensor real{onnx::TensorProto::FLOAT, codes->dims, codes->values};
  for (std::size_t i = 0; i < real.values.size(); ++i) {
    const std::size_t index = i / inner % count;
    real.values[i] = (real.values[i] - (zero ? zero->values[index] : 0)) * scale->values[index];
  }
  return real;
}

}  // namespace nvcim::workloads::onnx_file
