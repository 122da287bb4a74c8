// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/component.h"

namespace nvcim {
namespace {

// HyperTransport, 4 links: 10.4 W, 22.88 mm^2.
constexpr double kChipLinkPower = 10.4 / 4;
constexpr double kChipLinkArea = 22.88e-6 / 4;

}  // namespace

const Component components::chip_link = {
    .count = [](const CostInput& in) -> std::int64_t { return in.architecture.chip.links; },
    .area = [](const CostInput&) { return area_of_one(kChipLinkArea); },
    .energy = {},
    .load =
        [](const CostInput&, const EnergyTable&) {
          return LoadFigure{0, "0: static power only"};
        },
    .static_watt = kChipLinkPower,
    .static_source = kIsaac,
};

}  // namespace nvcim
