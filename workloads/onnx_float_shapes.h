// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "workloads/onnx_float_step.h"

/// Rules of the operators that change only shape or order, the same for constants and for what the network computes.
/// Each reads its attributes, or the inputs that newer operator sets have instead; none: refused, or unknown.
namespace nvcim::workloads::onnx_file {

/// Elements first, first + step, ... of one axis.
struct AxisSlice {
  std::int64_t first = 0, step = 1, count = 0;
};

/// Slice: of every axis. @param dims  of the input
std::optional<std::vector<AxisSlice>> read_slices(Step& step, const Dims& dims);

/// Reshape: the target, resolved.
std::optional<Dims> read_reshape(Step& step, const Dims& dims);

/// Squeeze, Unsqueeze, Flatten. @param least  first axis that may be touched
std::optional<Dims> read_squeeze(Step& step, const Dims& dims, int least);
std::optional<Dims> read_unsqueeze(Step& step, const Dims& dims, int least);
std::optional<Dims> read_flatten(Step& step, const Dims& dims);

/// Transpose: input axis of each output axis.
std::optional<std::vector<int>> read_permutation(Step& step, std::size_t rank);

/// Elements; up to 2^62.
std::int64_t count_of(const Dims& dims);

}  // namespace nvcim::workloads::onnx_file
