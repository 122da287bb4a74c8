// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/component.h"
#include "arch/cost/components/shift_add_figures.h"

namespace nvcim {
namespace {

constexpr Component::EnergyLine kShiftAddLines[] = {
    {"shift_add", [](const CostInput&) { return energy_of_one(kShiftAddEnergy, kIsaac); }},
};

}  // namespace

const Component components::shift_add = {
    .count = [](const CostInput& in) { return in.structure.groups() * in.structure.shift_adds_per_group(); },
    .area = [](const CostInput&) { return area_of_one(kShiftAddArea); },
    .energy = kShiftAddLines,
    .load = [](const CostInput& in, const EnergyTable& table) -> LoadFigure {
      return {joule(table, "shift_add") * kShiftAddsPerCycle * in.architecture.chip.clock.value(),
              "shift_add x 2 clock"};
    },
    .static_watt = 0,
    .static_source = {},
};

}  // namespace nvcim
