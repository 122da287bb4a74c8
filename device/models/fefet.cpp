// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "device/models/abstract.h"

namespace nvcim::device {
namespace {

double fefet_sigma(const DeviceParameters& parameters, double level_fraction) {
  const double s = parameters.mid_level_factor;
  const double outer = gaussian_sigma(parameters, level_fraction) / std::sqrt(0.4 * s * s + 0.6);
  return level_fraction > 0.25 && level_fraction < 0.75 ? outer * s : outer;
}

}  // namespace

/// Devices whose middle levels are harder to hold: with s = /device/mid_level_factor, the spread is
/// sigma / sqrt(0.4 s^2 + 0.6), times s for levels strictly between a quarter and three quarters of the highest; sigma
/// as in `gaussian`. s = 1 RRAM1, 2 FeFET2, 4 RRAM4, 6 FeFET6. Source: TRICE (Yan et al., ICCAD 2023). An abstract
/// model.
const DeviceLaw models::fefet = abstract_law<fefet_sigma>(
    "TRICE, Yan et al., ICCAD 2023",
    "gaussian / sqrt(0.4 s^2 + 0.6), x s between a quarter and three quarters of the highest level");

}  // namespace nvcim::device
