// SPDX-License-Identifier: Apache-2.0
#include "device/gaussian.h"

#include <algorithm>

namespace nvcim::device {

double gaussian_sigma(const DeviceParameters& parameters, double level_fraction) {
  return std::max(0.0, parameters.sigma + parameters.sigma_slope * level_fraction) * parameters.sigma_scale;
}

}  // namespace nvcim::device
