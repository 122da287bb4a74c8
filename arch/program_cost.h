// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "arch/parameters.h"

namespace nvcim {

/// Closed formulas of one unverified write pass: every row once, one pulse per cell, rows one after another within a
/// tile (one write controller per tile), tiles at the same time. The simulated write controller (sim/programming) adds
/// the way of the targets to it and waits for the chip's power.

/// Cells of one row that are pulsed in one turn: the write drivers, and what /write_controller/charge_pump_current and
/// peak_power leave of them with every cell taken at g_max. At least 1 on a checked architecture.
int cells_per_turn(const Architecture& architecture, Voltage amplitude);

/// set_up_time + ceil(columns / cells_per_turn) * pulse_width, each rounded up to cycles of the clock.
Time write_row_time(const Architecture& architecture, int columns);

/// Time of the tile with the most rows. @param rows_of_busiest_tile  rows written in it, @param columns of each
Time write_once_time(const Architecture& architecture, std::int64_t rows_of_busiest_tile, int columns);

/// V^2 G t of one pulse, first order (half-selected cells and wires are not included). Source: the same law as in
/// MLP+NeuroSim; 2 V on 50 uS for 100 ns is 20 pJ.
Energy write_pulse_energy(const Architecture& architecture, Conductance conductance);

/// The same for many cells at once: linear in the sum of their conductances.
/// @param sum_of_conductances  of all cells written, pedestal included
Energy write_once_energy(const Architecture& architecture, Conductance sum_of_conductances);

}  // namespace nvcim
