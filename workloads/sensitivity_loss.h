// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "workloads/sensitivity.h"

/// Where the backward passes of one sample begin: derivatives of the loss to the logits.
namespace nvcim::workloads {

/// Second derivatives, each logit by itself: p (1 - p), or 2. @param seed [classes]
void seed_recursion(SensitivityLoss loss, std::span<const double> logits, std::span<float> seed);

/// A square root of the Hessian to the logits, R with R^T R = H: stream k starts from row k. @param seed
/// [classes][classes]
void seed_gauss_newton(SensitivityLoss loss, std::span<const double> logits, std::span<float> seed);

/// First derivatives. @param label  the true class; squared error wants 1 there and 0 elsewhere. @param seed [classes]
void seed_slope(SensitivityLoss loss, std::span<const double> logits, int label, std::span<float> seed);

}  // namespace nvcim::workloads
