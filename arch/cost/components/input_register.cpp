// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/component.h"

namespace nvcim {
namespace {

// Input register of 2 KB, feeding 8 crossbars of 128 rows with one bit each per 100 ns: 1.24 mW, 0.0021 mm^2.
constexpr double kInputRegisterEnergyPerBit = 1.24e-3 * 100e-9 / (8 * 128);
constexpr double kInputRegisterAreaPerByte = 0.0021e-6 / 2048;

constexpr Component::EnergyLine kInputRegisterLines[] = {
    {"input_register",
     [](const CostInput& in) {
       return energy_of_bits(kInputRegisterEnergyPerBit, in.architecture.crossbar.rows * in.architecture.dac.bits,
                             kIsaac);
     }},
};

}  // namespace

const Component components::input_register = {
    .count = [](const CostInput& in) { return in.structure.groups(); },
    .area =
        [](const CostInput& in) {
          return area_of_many(kInputRegisterAreaPerByte, in.architecture.tile.input_register_bytes, "bytes");
        },
    .energy = kInputRegisterLines,
    .load = [](const CostInput& in, const EnergyTable& table) -> LoadFigure {
      return {
          joule(table, "input_register") * in.structure.group_size() * (1 / in.architecture.crossbar.read_time.value()),
          "input_register x crossbars_per_group / read_time"};
    },
    .static_watt = 0,
    .static_source = {},
};

}  // namespace nvcim
