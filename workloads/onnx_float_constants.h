// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workloads/onnx_float_step.h"

namespace nvcim::workloads::onnx_file {

/// Works out a node whose inputs are all constants, and the shape of what the network computes. What exporters leave
/// unfolded around shapes and paddings, not arithmetic in general.
/// @return whether the node is of that kind; if so it has been read or refused
bool fold_constants(Step& step);

}  // namespace nvcim::workloads::onnx_file
