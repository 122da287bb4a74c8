// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/parameters.h"

namespace nvcim::device {

/// Programming variation of the `gaussian` model: the programmed conductance is N(target, sigma^2) with
/// sigma = (sigma + sigma_slope * level_fraction) * sigma_scale, in units of g_max - g_min, never below 0.
/// Drawn once per instance. Source: SWIM (Yan et al., DAC 2022), constant in g; the linear term is the simplest
/// conductance-dependent law. Range: any; it is an abstract model, not a measured device.
/// @param level_fraction  target level / highest level, 0…1
double gaussian_sigma(const DeviceParameters& parameters, double level_fraction);

}  // namespace nvcim::device
