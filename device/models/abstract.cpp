// SPDX-License-Identifier: Apache-2.0
#include "device/models/abstract.h"

#include <algorithm>
#include <limits>

namespace nvcim::device {

double from_zero(const DeviceParameters&) {
  return 0;
}

double without_limit(const DeviceParameters&) {
  return std::numeric_limits<double>::infinity();
}

double gaussian_sigma(const DeviceParameters& parameters, double level_fraction) {
  return std::max(0.0, parameters.sigma + parameters.sigma_slope * level_fraction) * parameters.sigma_scale;
}

double sigma_in_siemens(const DeviceParameters& parameters, double target,
                        double (*law)(const DeviceParameters&, double level_fraction)) {
  DeviceParameters unscaled = parameters;
  unscaled.sigma_scale = 1;
  const double range = parameters.g_max.value() - parameters.g_min.value();
  return law(unscaled, (target - parameters.g_min.value()) / range) * range;
}

}  // namespace nvcim::device
