// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/parameters.h"

namespace nvcim::device {

/// Read noise of one cell, drawn anew at every read; a column's is the sum of its driven cells' variances times the
/// square of the digit. Gaussian; /device/read_noise of the range (constant) or of the cell's own conductance.
/// @param range_steps   g_max - g_min in grid steps   @param conductance_steps  the programmed cell, pedestal included
/// @return variance in grid steps squared
double read_variance(const DeviceParameters& parameters, double range_steps, double conductance_steps);

}  // namespace nvcim::device
