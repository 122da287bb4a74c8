// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/parameters.h"

namespace nvcim::device {

/// Standard deviation of one write by /device/model, in units of g_max - g_min, sigma_scale included; 0 for `ideal`.
/// Unverified for ideal, gaussian, fefet and measured; what the source's own write-verify left for the others
/// (device/device_model.h).
double programming_sigma(const DeviceParameters& parameters, double level_fraction);

}  // namespace nvcim::device
