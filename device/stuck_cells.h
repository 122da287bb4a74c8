// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/parameters.h"

namespace nvcim::device {

enum class StuckState { free, at_g_min, at_g_max };

/// Whether a cell is stuck, from one uniform draw in (0, 1) per cell and instance: independent cells, shares
/// /device/stuck_at_g_min and /device/stuck_at_g_max.
StuckState stuck_state(const DeviceParameters& parameters, double uniform);

}  // namespace nvcim::device
