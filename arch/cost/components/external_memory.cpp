// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/component.h"

namespace nvcim {
namespace {

// Chip link: 26 pJ per 128 bits (hwcomponents-library).
constexpr double kExternalEnergyPerBit = 26e-12 / 128;

CostFigure bit_over_a_chip_link(const CostInput&) {
  return energy_of_one(kExternalEnergyPerBit,
                       "hwcomponents-library, ISAAC chip link; the memory itself is not included");
}

constexpr Component::EnergyLine kExternalMemoryLines[] = {
    {"external_read", bit_over_a_chip_link},
    {"external_write", bit_over_a_chip_link},
};

}  // namespace

const Component components::external_memory = {
    .count = one_per_chip,
    .area =
        [](const CostInput&) {
          return CostFigure{0, "0: off the chip", "definition", 0};
        },
    .energy = kExternalMemoryLines,
    .load = [](const CostInput& in, const EnergyTable& table) -> LoadFigure {
      return {
          joule(table, "external_read") * in.architecture.buffer.external_bus_bits * in.architecture.chip.clock.value(),
          "external_read x external_bus_bits x clock"};
    },
    .static_watt = 0,
    .static_source = {},
};

}  // namespace nvcim
