// SPDX-License-Identifier: Apache-2.0
#include "arch/ceil_div.h"
#include "arch/cost/component.h"
#include "arch/cost/components/bus_figures.h"

namespace nvcim {
namespace {

// Router, 32-bit flits: 0.151 mm^2; 20.74 pJ per 256 bits (hwcomponents-library).
constexpr double kRouterEnergyPerBit = 20.74e-12 / 256;
constexpr double kRouterAreaPerFlitBit = 0.151e-6 / 32;
constexpr int kRouterPorts = 5;
constexpr int kRouterLinks = 4;

constexpr Component::EnergyLine kInterconnectLines[] = {
    {"router_flit",
     [](const CostInput& in) {
       return energy_of_bits(kRouterEnergyPerBit, in.architecture.interconnect.flit_bits, kHwcomponents);
     }},
    {"link_flit",
     [](const CostInput& in) {
       return energy_of_bits(kBusEnergyPerBit, in.architecture.interconnect.flit_bits,
                             "hwcomponents-library, ISAAC bus of a tile's length");
     }},
};

}  // namespace

const Component components::interconnect = {
    .count =
        [](const CostInput& in) {
          return ceil_div<std::int64_t>(in.structure.tiles(), in.architecture.interconnect.tiles_per_router);
        },
    .area =
        [](const CostInput& in) {
          return area_of_many(kRouterAreaPerFlitBit, in.architecture.interconnect.flit_bits, "flit bits");
        },
    .energy = kInterconnectLines,
    .load = [](const CostInput& in, const EnergyTable& table) -> LoadFigure {
      return {(kRouterPorts * joule(table, "router_flit") + kRouterLinks * joule(table, "link_flit")) *
                  in.architecture.chip.clock.value(),
              "(5 router_flit + 4 link_flit) x clock"};
    },
    .static_watt = 0,
    .static_source = {},
};

}  // namespace nvcim
