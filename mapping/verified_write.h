// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "arch/parameters.h"
#include "mapping/plan.h"
#include "workloads/network.h"

namespace nvcim::mapping {

/// What write-verify leaves in the marked cells of one block; the seam where a model of the write process plugs in.
/// Today: the abstract outcome of the SWIM papers, N(target, verified_sigma^2) of the conductance range, times
/// /device/sigma_scale like every deviation; no tolerance bound, no cycle count. Stuck cells stay where they are, an
/// ideal device takes no deviation.
/// @param marked [rows * columns] 1: write-verify
/// @param codes  [rows][columns] after the unverified write; marked cells are replaced
void write_verified_cells(const Architecture& architecture, const workloads::Node& node, const LayerPlan& layer,
                          const Block& block, std::span<const std::uint8_t> marked, std::uint64_t seed,
                          std::uint32_t instance, std::vector<std::int16_t>& codes);

/// Standard deviation that a verified write leaves, in units of g_max - g_min, sigma_scale included.
double verified_sigma(const Architecture& architecture);

}  // namespace nvcim::mapping
