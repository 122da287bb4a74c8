// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "workloads/network.h"

namespace nvcim::sim {

/// workloads::pool of several maps, with a short cut for the usual 2 x 2 maximum.
/// @param input [images][node.input.size()]   @param output [images][node.output.size()]
void pool_maps(const workloads::Node& node, const std::uint8_t* input, int images, std::uint8_t* output);

}  // namespace nvcim::sim
