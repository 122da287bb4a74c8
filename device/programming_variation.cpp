// SPDX-License-Identifier: Apache-2.0
#include "device/programming_variation.h"

#include "device/device_model.h"
#include "device/fefet.h"
#include "device/gaussian.h"

namespace nvcim::device {

double programming_sigma(const DeviceParameters& parameters, double level_fraction) {
  // The abstract models are defined on the level; a detour over siemens would only add roundings.
  switch (parameters.model) {
    case DeviceModel::ideal:
      return 0;
    case DeviceModel::gaussian:
    case DeviceModel::measured:
      return gaussian_sigma(parameters, level_fraction);
    case DeviceModel::fefet:
      return fefet_sigma(parameters, level_fraction);
    default:
      break;
  }
  const double range = parameters.g_max.value() - parameters.g_min.value();
  return programmed_conductance(parameters, parameters.g_min.value() + level_fraction * range).sigma / range;
}

}  // namespace nvcim::device
