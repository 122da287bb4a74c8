// SPDX-License-Identifier: Apache-2.0
#include "device/read_noise.h"

#include "arch/check.h"
#include "device/models/device_law.h"

namespace nvcim::device {

bool has_read_noise(const DeviceParameters& parameters) {
  return parameters.read_noise_model == ReadNoiseModel::model || parameters.read_noise > 0;
}

double read_variance(const DeviceParameters& parameters, double range_steps, double conductance_steps) {
  if (parameters.read_noise_model == ReadNoiseModel::model) {
    const double step = (parameters.g_max.value() - parameters.g_min.value()) / range_steps;
    const auto law = device_law(parameters.model).read_sigma;
    NVCIM_CHECK(law != nullptr, "device model {} has no read noise", parameters.model.row().name);
    const double sigma = law(parameters, conductance_steps * step, seconds_since_programming(parameters)) / step;
    return sigma * sigma;
  }
  const double base = parameters.read_noise_model == ReadNoiseModel::constant ? range_steps : conductance_steps;
  const double sigma = parameters.read_noise * base;
  return sigma * sigma;
}

}  // namespace nvcim::device
