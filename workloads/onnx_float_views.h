// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workloads/onnx_float_step.h"

/// Operators that change the shape or the order of what the network computes, but no value.
namespace nvcim::workloads::onnx_file {

/// Identity, Dropout, and Cast to floating point.
void read_identity(Step& step);

/// Reshape, Flatten, Squeeze, Unsqueeze.
void read_shape_change(Step& step);

void read_transpose(Step& step);
void read_slice(Step& step);
void read_split(Step& step);
void read_pad(Step& step);
void read_concat(Step& step);

}  // namespace nvcim::workloads::onnx_file
