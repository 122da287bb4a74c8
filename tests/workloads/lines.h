// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "workloads/dataset.h"
#include "workloads/network.h"

namespace nvcim::workloads {

/// Images of 8×8 pixels: class k is a bright line at place k (rows, then columns), on noise.
Dataset lines(int samples, std::uint32_t seed);

/// Of the network's exact reference.
double accuracy(const Network& network, const Dataset& test);

}  // namespace nvcim::workloads
