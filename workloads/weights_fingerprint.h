// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "workloads/network.h"

namespace nvcim::workloads {

/// Of what a chip's cells can hold of the network: shapes, windows, widths and codes of its weights, in the order of
/// the nodes. Names, biases, scales and data do not enter: they are not in the cells.
std::uint64_t weights_fingerprint(const Network& network);

}  // namespace nvcim::workloads
