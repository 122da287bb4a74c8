// SPDX-License-Identifier: Apache-2.0
#include "arch/cost/component.h"
#include "arch/cost/components/edram_figures.h"

namespace nvcim {
namespace {

constexpr Component::EnergyLine kGlobalBufferLines[] = {
    {"global_buffer_write", [](const CostInput&) { return energy_of_one(kEdramEnergyPerBit, kHwcomponents); }},
    {"global_buffer_read", [](const CostInput&) { return energy_of_one(kEdramEnergyPerBit, kHwcomponents); }},
};

}  // namespace

const Component components::global_buffer = {
    .count = one_per_chip,
    .area =
        [](const CostInput& in) {
          return area_of_many(kEdramAreaPerKibibyte, in.architecture.buffer.global_kibibytes, "KiB");
        },
    .energy = kGlobalBufferLines,
    .load = [](const CostInput& in, const EnergyTable& table) -> LoadFigure {
      return {joule(table, "global_buffer_read") * in.architecture.buffer.global_bus_bits *
                  in.architecture.chip.clock.value(),
              "global_buffer_read x global_bus_bits x clock"};
    },
    .static_watt = 0,
    .static_source = {},
};

}  // namespace nvcim
