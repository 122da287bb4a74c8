// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/component.h"

namespace nvcim {
namespace {

constexpr Component::EnergyLine kAdcLines[] = {
    {"adc_conversion",
     [](const CostInput& in) {
       return CostFigure{in.adc.conversion.value(), in.adc.energy_formula, in.adc.energy_source, 0};
     }},
};

}  // namespace

const Component components::adc = {
    .count = [](const CostInput& in) { return in.structure.crossbars() * in.structure.adcs_per_crossbar(); },
    .area =
        [](const CostInput& in) {
          return CostFigure{in.adc.area.value(), in.adc.area_formula, in.adc.area_source, 0};
        },
    .energy = kAdcLines,
    .load = [](const CostInput& in, const EnergyTable& table) -> LoadFigure {
      return {joule(table, "adc_conversion") * in.architecture.adc.sample_rate.value(), "adc_conversion x sample_rate"};
    },
    .static_watt = 0,
    .static_source = {},
};

}  // namespace nvcim
