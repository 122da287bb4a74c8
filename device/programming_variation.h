// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/parameters.h"

namespace nvcim::device {

/// Standard deviation of one unverified write by /device/model, in units of g_max - g_min; 0 for `ideal`.
double programming_sigma(const DeviceParameters& parameters, double level_fraction);

}  // namespace nvcim::device
