// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "arch/cost/component.h"

namespace nvcim {
namespace {

// 8 crossbars of 128 x 128 cells: 0.0002 mm^2; area per cell.
constexpr double kCellArea = 0.0002e-6 / (8 * 128 * 128);

/// One grid step of conductance for one phase at one step of the DAC: V^2 G t. The energy of digit d at code c is d^2 c
/// times it, which is what Event::cell_conduction counts.
CostFigure cell_conduction(const CostInput& in) {
  const Architecture& a = in.architecture;
  const int digits = (1 << a.dac.bits) - 1;
  const Voltage step = a.crossbar.read_voltage / double(digits);
  const Energy energy = step * step * in.grid.step * a.crossbar.read_time;
  return {energy.value(),
          fmt::format("V^2 G t with V = read_voltage / {} = {}, G = (g_max - g_min) / {} = {}, t = {}", digits,
                      format_si_rounded(step.value(), "V"), in.grid.span(),
                      format_si_rounded(in.grid.step.value(), "S"), format_quantity(a.crossbar.read_time)),
          "Joule's law", 0};
}

/// Event::cell_conduction of one phase with every cell at g_max and every row at the largest digit.
double full_conduction(const CostInput& in) {
  const Architecture& a = in.architecture;
  const double digit = (1 << a.dac.bits) - 1;
  const double steps = a.device.g_max.value() / in.grid.step.value();
  return digit * digit * steps * a.crossbar.rows * a.crossbar.columns;
}

constexpr Component::EnergyLine kCrossbarLines[] = {
    {"cell_conduction", cell_conduction},
    {"crossbar_read",
     [](const CostInput&) {
       return CostFigure{0, "0: the cells' conduction is counted by itself", "definition", kIsaacNode};
     }},
};

}  // namespace

const Component components::crossbar = {
    .count = [](const CostInput& in) { return in.structure.crossbars(); },
    .area =
        [](const CostInput& in) {
          return area_of_many(kCellArea, in.architecture.crossbar.rows * in.architecture.crossbar.columns, "cells");
        },
    .energy = kCrossbarLines,
    .load = [](const CostInput& in, const EnergyTable& table) -> LoadFigure {
      return {(joule(table, "crossbar_read") + joule(table, "cell_conduction") * full_conduction(in)) *
                  (1 / in.architecture.crossbar.read_time.value()),
              "(crossbar_read + cell_conduction of every cell at g_max and full input) / read_time"};
    },
    .static_watt = 0,
    .static_source = {},
};

}  // namespace nvcim
