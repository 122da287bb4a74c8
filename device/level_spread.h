// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/parameters.h"

namespace nvcim::device {

/// A standard deviation over the levels that a cell can be written to, each level counted once.
struct LevelSpread {
  double minimum = 0, mean = 0, maximum = 0;
};

/// Of one write of /device/model (programming_sigma), in units of g_max - g_min. @param max_level  highest level, > 0
LevelSpread programming_spread(const DeviceParameters& parameters, int max_level);

/// Of one read of one cell at its target (read_variance, at /device/age), in units of g_max - g_min; 0 without read
/// noise.
LevelSpread read_spread(const DeviceParameters& parameters, int max_level);

}  // namespace nvcim::device
