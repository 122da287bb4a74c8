// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/ATen.h>

#include "workloads/quantisation.h"

/// Rounding in the forward pass that gradients pass straight through.
namespace nvcim::workloads {

/// To the nearest whole number, halves to even.
at::Tensor round_straight_through(const at::Tensor& x);
/// To the nearest whole number, halves up.
at::Tensor round_half_up_straight_through(const at::Tensor& x);

/// Values on the grid low·scale, … high·scale. Clamping has its true gradient, rounding a straight-through one.
at::Tensor on_activation_grid(const at::Tensor& x, double scale, int low, int high);

/// The range whose codes are nearest to `values` (in the mean of squares, on 100,000 of them or more, evenly spaced):
/// the least and the largest, both times a factor of 0.1 to 1. Never narrower than nothing: 0 … 1 where all are 0.
ValueRange nearest_range(const at::Tensor& values, int bits);

}  // namespace nvcim::workloads
