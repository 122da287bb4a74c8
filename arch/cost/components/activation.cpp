// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/component.h"

namespace nvcim {
namespace {

// Sigmoid: 2 units, 0.52 mW, 0.0006 mm^2, one value each per 1.2 GHz cycle.
constexpr double kActivationEnergy = 0.52e-3 / (2 * 1.2e9);
constexpr double kActivationArea = 0.0006e-6 / 2;

constexpr Component::EnergyLine kActivationLines[] = {
    {"activation", [](const CostInput&) { return energy_of_one(kActivationEnergy, kIsaac); }},
};

}  // namespace

const Component components::activation = {
    .count = [](const CostInput& in) { return in.structure.tiles() * in.architecture.digital.activation_lanes; },
    .area = [](const CostInput&) { return area_of_one(kActivationArea); },
    .energy = kActivationLines,
    .load = [](const CostInput& in, const EnergyTable& table) -> LoadFigure {
      return {joule(table, "activation") * in.architecture.chip.clock.value(), "activation x clock"};
    },
    .static_watt = 0,
    .static_source = {},
};

}  // namespace nvcim
