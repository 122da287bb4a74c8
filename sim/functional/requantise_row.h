// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sim/analog/converters.h"
#include "workloads/network.h"

namespace nvcim::sim {

/// codes[i] = workloads::requantise(layer_value(conversion, sums[i], zero_point_share), bias, parameters), bit for bit.
/// @param sums  exact integers held in double
void requantise_row(const LayerConversion& conversion, const double* sums, int count, std::int64_t zero_point_share,
                    std::int64_t bias, const workloads::Requantisation& parameters, std::uint8_t* codes);

}  // namespace nvcim::sim
