// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/parameters.h"

namespace nvcim::device {

/// Devices whose middle levels are harder to hold: with s = /device/mid_level_factor, the spread is
/// sigma / sqrt(0.4 s^2 + 0.6), times s for levels strictly between a quarter and three quarters of the highest; sigma
/// as in `gaussian`. s = 1 RRAM1, 2 FeFET2, 4 RRAM4, 6 FeFET6. Source: TRICE (Yan et al., ICCAD 2023). An abstract
/// model.
/// @param level_fraction  target level / highest level, 0…1   @return in units of g_max - g_min
double fefet_sigma(const DeviceParameters& parameters, double level_fraction);

}  // namespace nvcim::device
