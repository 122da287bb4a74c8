// SPDX-License-Identifier: Apache-2.0
#include "device/fefet.h"

#include <cmath>

#include "device/gaussian.h"

namespace nvcim::device {

double fefet_sigma(const DeviceParameters& parameters, double level_fraction) {
  const double s = parameters.mid_level_factor;
  const double outer = gaussian_sigma(parameters, level_fraction) / std::sqrt(0.4 * s * s + 0.6);
  return level_fraction > 0.25 && level_fraction < 0.75 ? outer * s : outer;
}

}  // namespace nvcim::device
