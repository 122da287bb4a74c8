// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "arch/parameters.h"
#include "mapping/chip_instance.h"
#include "mapping/plan.h"
#include "workloads/network.h"

namespace nvcim::sim {

/// What the digital unit takes off the outputs of an MVM because inputs are unsigned codes: sum of w (x - z) = sum of
/// w x - z * sum of w. Where /digital/zero_point_sum asks for the programmed weights, each copy of the layer has sums
/// of its own, read from its cells as they are now (age and wire resistance included). The measurement counts as exact:
/// reads averaged until read noise and the converters' errors no longer show, rounded to whole units. Taken once per
/// chip, it is not among the events of an inference.
/// @return [layer.copies][node.outputs()], in units of weight code * input code
std::vector<std::int64_t> zero_point_shares(const Architecture& architecture, const workloads::Node& node,
                                            const mapping::Plan& plan, const mapping::LayerPlan& layer,
                                            const mapping::ChipInstance& chip);

}  // namespace nvcim::sim
