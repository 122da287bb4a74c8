// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "workloads/network.h"

namespace nvcim::workloads {

/// What contradicts itself in a network, one sentence each that begins with the node's name; empty when it is sound:
/// inputs that come before their readers, shapes that follow from windows, lists and inputs, parameters in range, codes
/// within their bits, all readers of a map agreeing on bits and zero point, the writer's zero point too, no map that
/// nobody reads. Weights may be missing (a shape alone).
std::vector<std::string> network_faults(const Network& network);

}  // namespace nvcim::workloads
