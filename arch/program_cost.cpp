// SPDX-License-Identifier: Apache-2.0
#include "arch/program_cost.h"

#include <algorithm>
#include <cmath>

#include "arch/cycles.h"

namespace nvcim {
namespace {

Time in_whole_cycles(const Architecture& architecture, Time time) {
  return static_cast<double>(whole_cycles(time, architecture.chip.clock)) / architecture.chip.clock;
}

}  // namespace

int cells_per_turn(const Architecture& architecture, Voltage amplitude) {
  const WriteControllerParameters& writer = architecture.write_controller;
  // Decimal limits that are meant as a whole number of cells must not lose one to rounding.
  constexpr double kRounding = 1 + 1e-9;
  double cells = writer.write_drivers;
  const Current one_cell = amplitude * architecture.device.g_max;
  if (writer.charge_pump_current.value() > 0)
    cells = std::min(cells, std::floor((writer.charge_pump_current / one_cell).value() * kRounding));
  if (writer.peak_power.value() > 0)
    cells = std::min(cells, std::floor((writer.peak_power / (one_cell * amplitude)).value() * kRounding));
  return static_cast<int>(cells);
}

Time write_row_time(const Architecture& architecture, int columns) {
  const WriteControllerParameters& writer = architecture.write_controller;
  const int at_once = cells_per_turn(architecture, writer.pulse_voltage);
  const int turns = (columns + at_once - 1) / at_once;
  return in_whole_cycles(architecture, writer.set_up_time) +
         double(turns) * in_whole_cycles(architecture, writer.pulse_width);
}

}  // namespace nvcim
