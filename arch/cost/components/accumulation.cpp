// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/component.h"
#include "arch/cost/components/shift_add_figures.h"

namespace nvcim {
namespace {

constexpr Component::EnergyLine kAccumulationLines[] = {
    {"accumulate", [](const CostInput&) { return energy_of_one(kShiftAddEnergy, kIsaac); }},
};

}  // namespace

const Component components::accumulation = {
    .count = [](const CostInput& in) { return in.structure.tiles() * in.structure.accumulators_per_tile(); },
    .area = [](const CostInput&) { return area_of_one(kShiftAddArea); },
    .energy = kAccumulationLines,
    .load = [](const CostInput& in, const EnergyTable& table) -> LoadFigure {
      return {joule(table, "accumulate") * in.architecture.digital.accumulate_lanes /
                  double(in.structure.accumulators_per_tile()) * in.architecture.chip.clock.value(),
              "accumulate x lanes per unit x clock"};
    },
    .static_watt = 0,
    .static_source = {},
};

}  // namespace nvcim
