// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "arch/cost/component.h"

namespace nvcim {
namespace {

// One driven line: the 50 fF that ZigZag-IMC gives a converter's driver per bit; it names no node.
constexpr double kDriverCapacitance = 50e-15;

CostFigure write_driver(const CostInput& in) {
  const Voltage voltage = in.architecture.write_controller.pulse_voltage;
  const double volt = voltage.value();
  return {kDriverCapacitance * volt * volt, fmt::format("C V^2 with C = 50 fF and V = {}", format_quantity(voltage)),
          "driver capacitance of ZigZag-IMC's DAC law, 50 fF", 0};
}

constexpr Component::EnergyLine kWriteControllerLines[] = {
    {"write_driver", write_driver},
};

}  // namespace

const Component components::write_controller = {
    .count = one_per_tile,
    .area =
        [](const CostInput&) {
          return CostFigure{0, "0: no published figure", "none", 0};
        },
    .energy = kWriteControllerLines,
    .load =
        [](const CostInput&, const EnergyTable&) {
          return LoadFigure{0, "0: idle during inference"};
        },
    .static_watt = 0,
    .static_source = {},
};

}  // namespace nvcim
