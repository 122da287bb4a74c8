// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "arch/parameters.h"
#include "workloads/network.h"

namespace nvcim::mapping {

/// Tiles that a network takes with so many copies of every MVM node. @param copies  [nodes]
using TilesNeeded = std::function<int(const std::vector<int>& copies)>;

/// Copies of every MVM node's weights, [nodes] (1 for the others). Layers that /mapping/duplicate names have what it
/// says. With /mapping/duplication = auto the others share the tiles that are left so that the slowest of them is as
/// fast as it can be: a layer takes positions x input phases x conversions of a column group, divided by its copies,
/// and no layer has more copies than that pace asks for (replication of early layers to balance the pipeline: Shafiee
/// et al., ISCA 2016). The limit is the chip's tiles, or those of them that /mapping/area_limit allows.
/// Errors: InputError when one copy of each does not fit below the area limit.
std::vector<int> choose_copies(const Architecture& architecture, const workloads::Network& network,
                               const TilesNeeded& tiles_needed);

}  // namespace nvcim::mapping
