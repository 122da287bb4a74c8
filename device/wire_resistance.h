// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "arch/units.h"

/// Exact steady state of a crossbar whose wires have resistance. Every row is driven at its left end, every column ends
/// in a virtual ground at its bottom; one wire segment lies between a driver and its first cell, between neighbouring
/// cells, and between a column's last cell and its sense amplifier. Rows and columns are therefore not interchangeable.
namespace nvcim::device {

/// Resistance of one segment; zero is an ideal wire.
struct WireSegments {
  Resistance row;
  Resistance column;
};

/// Column currents in ampere [columns] for one set of drives: the sparse nodal equations of every node of every wire,
/// solved directly. Meant for single vectors and as the check of effective_conductance.
/// @param siemens  [rows][columns] cell conductances, finite and not negative
/// @param volts    [rows] drive voltages, of either sign
std::vector<double> column_currents(std::span<const double> siemens, int rows, int columns, WireSegments wires,
                                    std::span<const double> volts);

/// The conductances in siemens [rows][columns] of the crossbar with ideal wires that gives the same column currents for
/// every drive: I[j] = sum over i of effective[i][j] * V[i]. Exact because cells and wires are linear; an undriven row
/// is held at 0 V. 0 <= effective always; equal to `siemens` when both segments are zero. Cost: max(rows, columns) *
/// min(rows, columns)^3 multiplications (one core: 128 x 128 0.06 s, 256 x 256 1 s, 512 x 512 16 s).
/// @param siemens  [rows][columns] cell conductances, finite and not negative
std::vector<double> effective_conductance(std::span<const double> siemens, int rows, int columns, WireSegments wires);

}  // namespace nvcim::device
