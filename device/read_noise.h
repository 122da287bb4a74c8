// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/parameters.h"

namespace nvcim::device {

/// Whether reads are noisy at all.
bool has_read_noise(const DeviceParameters& parameters);

/// Read noise of one cell, drawn anew at every read; a column's is the sum of its driven cells' variances times the
/// square of the digit. Gaussian; /device/read_noise of the range (constant), of the cell's own conductance
/// (proportional), or the law of /device/model at /device/age (model): 1/f noise of pcm_joshi_2020 and reram_cmo,
/// sonos. Never falls with conductance.
/// @param range_steps   g_max - g_min in grid steps   @param conductance_steps  the programmed cell, pedestal included
/// @return variance in grid steps squared
double read_variance(const DeviceParameters& parameters, double range_steps, double conductance_steps);

}  // namespace nvcim::device
