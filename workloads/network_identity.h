// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "workloads/network.h"

namespace nvcim::workloads {

/// Of everything that decides what the network computes: input table, shapes, weights, biases, requantisation. Files
/// that belong to one network name it by this.
std::uint64_t network_fingerprint(const Network& network);

}  // namespace nvcim::workloads
