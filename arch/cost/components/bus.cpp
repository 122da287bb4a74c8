// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/component.h"
#include "arch/cost/components/bus_figures.h"

namespace nvcim {
namespace {

// For 256 bits: 0.090 mm^2.
constexpr double kBusAreaPerBit = 0.090e-6 / 256;

constexpr Component::EnergyLine kBusLines[] = {
    {"bus", [](const CostInput&) { return energy_of_one(kBusEnergyPerBit, kHwcomponents); }},
};

}  // namespace

const Component components::bus = {
    .count = one_per_tile,
    .area = [](const CostInput& in) { return area_of_many(kBusAreaPerBit, in.architecture.buffer.bus_bits, "bits"); },
    .energy = kBusLines,
    .load = [](const CostInput& in, const EnergyTable& table) -> LoadFigure {
      return {joule(table, "bus") * (in.architecture.buffer.bus_bits * in.architecture.chip.clock.value()),
              "bus x bus_bits x clock"};
    },
    .static_watt = 0,
    .static_source = {},
};

}  // namespace nvcim
