// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/component.h"

namespace nvcim {
namespace {

// Output register of 256 B, one code of 8 ADCs of 1.2 GS/s: 0.23 mW, 0.00077 mm^2.
constexpr double kOutputRegisterEnergy = 0.23e-3 / (8 * 1.2e9);
constexpr double kOutputRegisterAreaPerByte = 0.00077e-6 / 256;

constexpr Component::EnergyLine kOutputRegisterLines[] = {
    {"output_register", [](const CostInput&) { return energy_of_one(kOutputRegisterEnergy, kIsaac); }},
};

}  // namespace

const Component components::output_register = {
    .count = [](const CostInput& in) { return in.structure.groups(); },
    .area =
        [](const CostInput& in) {
          return area_of_many(kOutputRegisterAreaPerByte, in.architecture.tile.output_register_bytes, "bytes");
        },
    .energy = kOutputRegisterLines,
    .load = [](const CostInput& in, const EnergyTable& table) -> LoadFigure {
      return {joule(table, "output_register") * double(in.structure.adcs_per_crossbar() * in.structure.group_size()) *
                  in.architecture.adc.sample_rate.value(),
              "output_register x ADCs of the group x sample_rate"};
    },
    .static_watt = 0,
    .static_source = {},
};

}  // namespace nvcim
