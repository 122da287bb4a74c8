// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workloads/network.h"

/// Windows of an MVM over a batch as columns of a matrix, for a GradientPass.
namespace nvcim::workloads {

/// Fully connected: the one window is the whole input, so that the map is its own unrolled form.
bool covers_input(const Node& node);

/// columns [window rows][samples][positions] of a map [channels][samples][plane]; padding stands for the value 0.
void unroll(const Node& node, const float* map, int samples, float* columns);

/// The transpose of unroll: adds every column entry to the map element it was read from.
void roll_up(const Node& node, const float* columns, int samples, float* map);

/// A map [channels][samples][plane] as the input of a fully connected layer, [channels * plane][samples].
void flatten(const Shape& shape, const float* map, int samples, float* rows);
/// Adds such rows to a map.
void add_unflattened(const Shape& shape, const float* rows, int samples, float* map);

}  // namespace nvcim::workloads
