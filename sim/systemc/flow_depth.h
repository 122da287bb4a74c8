// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "sim/systemc/machine_constants.h"

namespace nvcim::sim {

/// How many pixels each input of each stage must be able to hold for the pipeline to flow: [stages][inputs].
///
/// Where a map has several readers, or a stage several maps to read, one path can need pixels that the other is not
/// ready for: at the sum of a residual block, those of the skip path wait for the convolutions beside it. The depths
/// are what lies in the buffers when pixels are produced one by one, each only when the next result needs it. With that
/// room this order is possible; a network of processes with bounded buffers that gives the same results in any order
/// then flows in every order, so it cannot lock up. Elsewhere the depth is what a window needs to move at all.
/// O(pixels of two samples x inputs).
std::vector<std::vector<std::int64_t>> flow_depths(const mapping::Schedule& schedule,
                                                   const std::vector<StageFacts>& stages);

}  // namespace nvcim::sim
