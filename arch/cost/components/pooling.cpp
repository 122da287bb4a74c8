// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/component.h"

namespace nvcim {
namespace {

// Max-pool: 0.4 mW, 0.00024 mm^2, one comparison per 1.2 GHz cycle.
constexpr double kPoolingEnergy = 0.4e-3 / 1.2e9;
constexpr double kPoolingArea = 0.00024e-6;

constexpr Component::EnergyLine kPoolingLines[] = {
    {"pooling", [](const CostInput&) { return energy_of_one(kPoolingEnergy, kIsaac); }},
};

}  // namespace

const Component components::pooling = {
    .count = [](const CostInput& in) { return in.structure.tiles() * in.architecture.digital.pooling_lanes; },
    .area = [](const CostInput&) { return area_of_one(kPoolingArea); },
    .energy = kPoolingLines,
    .load = [](const CostInput& in, const EnergyTable& table) -> LoadFigure {
      return {joule(table, "pooling") * in.architecture.chip.clock.value(), "pooling x clock"};
    },
    .static_watt = 0,
    .static_source = {},
};

}  // namespace nvcim
