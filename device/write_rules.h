// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "arch/conductance_grid.h"
#include "device/cell_range.h"
#include "device/measured_table.h"
#include "device/pulse_ramp.h"

namespace nvcim::device {

/// One polarity of the `incremental` process: its pulses, and what share of them switches a cell.
struct PolarityRules {
  PulseRamp ramp;
  /// [min(ramp length, kListed)] probability times 2^32 of each pulse; the last holds beyond.
  std::vector<std::uint64_t> switching;

  static constexpr int kListed = 4096;
};

/// What one level of the architecture takes from the table of the `measured` process; distances from the target in grid
/// steps.
struct MeasuredLevel {
  int table_level;
  double below, above;         ///< deviations that pass; infinite on the outer side of an end level
  double low_tail, high_tail;  ///< probability that an unverified write ends below, above the window, where it can

  bool passes(double deviation) const { return deviation >= -below && deviation <= above; }
};

/// Everything write-verify needs to know about the cells of one layer: made once, shared by all rows and threads.
/// Distances are in grid steps; every spread and the tolerance include sigma_scale.
struct WriteRules {
  WriteProcess process;
  CellRange range;
  int max_attempts;
  double tolerance;
  int steps_per_level;
  std::vector<double> redraw_sigma;  ///< [max_level + 1] spread of an unverified write by target level
  PolarityRules set, reset;
  double remaining;       ///< part of the error that a switching pulse leaves
  double pulse_sigma;     ///< its spread
  double verified_sigma;  ///< residual of fixed_mean
  int fixed_set, fixed_reset;
  std::optional<MeasuredTable> table;   ///< of `measured`
  std::vector<MeasuredLevel> measured;  ///< [max_level + 1] of `measured`, which has windows instead of a tolerance
  double verify_lsb;                    ///< resolution of a verify read; 0: unlimited
  double read_sigma;                    ///< read noise where it does not depend on the cell; 0: none
  bool noise_by_cell;                   ///< read noise depends on the conductance: `parameters` decides
  DeviceParameters parameters;
};

/// @param grid  the layer's
/// @throws InputError when the process is `measured` and its table cannot be read, has another number of levels, or
/// does
///         not say where cells end.
WriteRules make_write_rules(const Architecture& architecture, const ConductanceGrid& grid);

/// Standard deviation that a verified write is expected to leave, in units of g_max - g_min, sigma_scale included:
/// /write_controller/verified_sigma, 0 for an ideal device. What `fixed_mean` draws; of the other processes, what the
/// selection counts with.
double verified_sigma(const Architecture& architecture);

/// Resolution in grid steps of a verify read through the shared ADC. Only one row is driven, so the converter's range
/// is set to one cell, 0…2 (g_max - g_min): 2^bits codes over the codes that a cell may hold. 0 for the ideal
/// converter.
double verify_resolution(const AdcParameters& adc, const CellRange& range);

}  // namespace nvcim::device
