// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/studies/monte_carlo.h"

namespace nvcim::sim {

/// A random network on a noisy chip; its own answers are the labels, so that the chip without noise is always right.
MonteCarloRequest small_study();

}  // namespace nvcim::sim
