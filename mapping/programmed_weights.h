// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/chip_instance.h"
#include "mapping/plan.h"
#include "workloads/network.h"

namespace nvcim::mapping {

/// The weights that a chip's cells stand for, normalised (1 is the layer's full scale): what its columns would sum
/// without converter errors and read noise. Where a layer has copies, their mean. An offset column's deviation is part
/// of every weight of its row.
/// @return [nodes][outputs * matrix rows], empty for pooling
std::vector<std::vector<float>> programmed_weights(const workloads::Network& network, const Plan& plan,
                                                   const ChipInstance& chip);

}  // namespace nvcim::mapping
