// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "arch/parameters.h"
#include "workloads/network.h"

namespace nvcim::testing {

/// An architecture of random geometry, encoding, converters, noise, timing and traffic parameters on which `network`
/// fits.
Architecture random_architecture(std::uint64_t seed, const workloads::Network& network);

}  // namespace nvcim::testing
