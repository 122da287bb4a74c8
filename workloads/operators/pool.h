// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "workloads/network.h"

namespace nvcim::workloads {

/// Pools a whole feature map of codes; see PoolLayer. @param output [node.output.size()]
void pool(const Node& node, const std::uint8_t* input, std::uint8_t* output);

}  // namespace nvcim::workloads
