// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "arch/parameters.h"

namespace nvcim {

/// Closed formulas of the unverified write of one row, one pulse per cell.

/// Cells of one row that are pulsed in one turn: the write drivers, and what /write_controller/charge_pump_current and
/// peak_power leave of them with every cell taken at g_max. At least 1 on a checked architecture.
int cells_per_turn(const Architecture& architecture, Voltage amplitude);

/// set_up_time + ceil(columns / cells_per_turn) * pulse_width, each rounded up to cycles of the clock.
Time write_row_time(const Architecture& architecture, int columns);

}  // namespace nvcim
