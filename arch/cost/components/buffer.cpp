// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/component.h"
#include "arch/cost/components/edram_figures.h"

namespace nvcim {
namespace {

CostFigure bit_of_edram(const CostInput&) {
  return energy_of_one(kEdramEnergyPerBit, kHwcomponents);
}

constexpr Component::EnergyLine kBufferLines[] = {
    {"input_buffer_write", bit_of_edram},
    {"input_buffer_read", bit_of_edram},
    {"output_buffer_write", bit_of_edram},
    {"output_buffer_read", bit_of_edram},
};

}  // namespace

const Component components::buffer = {
    .count = one_per_tile,
    .area =
        [](const CostInput& in) {
          return area_of_many(kEdramAreaPerKibibyte,
                              in.architecture.buffer.input_kibibytes + in.architecture.buffer.output_kibibytes, "KiB");
        },
    .energy = kBufferLines,
    .load = [](const CostInput& in, const EnergyTable& table) -> LoadFigure {
      return {(joule(table, "input_buffer_read") + joule(table, "output_buffer_write")) *
                  (in.architecture.buffer.bus_bits * in.architecture.chip.clock.value()),
              "(input_buffer_read + output_buffer_write) x bus_bits x clock"};
    },
    .static_watt = 0,
    .static_source = {},
};

}  // namespace nvcim
