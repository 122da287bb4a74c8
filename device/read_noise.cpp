// SPDX-License-Identifier: Apache-2.0
#include "device/read_noise.h"

namespace nvcim::device {

double read_variance(const DeviceParameters& parameters, double range_steps, double conductance_steps) {
  const double base = parameters.read_noise_model == ReadNoiseModel::constant ? range_steps : conductance_steps;
  const double sigma = parameters.read_noise * base;
  return sigma * sigma;
}

}  // namespace nvcim::device
