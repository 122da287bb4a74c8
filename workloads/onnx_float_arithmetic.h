// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workloads/onnx_float_step.h"

/// Sums, products and batch normalisation. What is constant is folded into the convolution before it where nobody else
/// reads that.
namespace nvcim::workloads::onnx_file {

void read_batch_norm(Step& step);

/// Add, Sub, Mul, Div.
void read_arithmetic(Step& step);

void read_negation(Step& step);

}  // namespace nvcim::workloads::onnx_file
