// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workloads/onnx_float_step.h"

namespace nvcim::workloads::onnx_file {

/// QuantizeLinear of a map: says which range its codes hold. DequantizeLinear of it changes nothing.
void read_quantise(Step& step);
void read_dequantise(Step& step);

/// DequantizeLinear of constant codes, one scale or one for each index of an axis; none: refused.
std::optional<Tensor> dequantised(Step& step);

}  // namespace nvcim::workloads::onnx_file
