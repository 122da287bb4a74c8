// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workloads/onnx_float_step.h"

/// What runs on crossbars.
namespace nvcim::workloads::onnx_file {

void read_conv(Step& step);
void read_gemm(Step& step);
void read_matmul(Step& step);

}  // namespace nvcim::workloads::onnx_file
