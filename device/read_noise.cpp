// SPDX-License-Identifier: Apache-2.0
#include "device/read_noise.h"

#include "arch/check.h"
#include "device/drift.h"
#include "device/pcm_joshi_2020.h"
#include "device/reram_cmo.h"
#include "device/sonos.h"

namespace nvcim::device {

namespace {

/// The law of the device model, siemens.
double model_sigma(const DeviceParameters& parameters, double conductance) {
  switch (parameters.model) {
    case DeviceModel::pcm_joshi_2020:
      return PcmJoshi::read_sigma(parameters.pcm_fit, conductance, seconds_since_programming(parameters));
    case DeviceModel::reram_cmo:
      return ReramCmo::read_sigma(conductance, seconds_since_programming(parameters));
    case DeviceModel::sonos:
      return Sonos::read_sigma(conductance);
    default:
      NVCIM_CHECK(false, "device model {} has no read noise", static_cast<int>(parameters.model));
  }
}

}  // namespace

bool has_read_noise(const DeviceParameters& parameters) {
  return parameters.read_noise_model == ReadNoiseModel::model || parameters.read_noise > 0;
}

double read_variance(const DeviceParameters& parameters, double range_steps, double conductance_steps) {
  if (parameters.read_noise_model == ReadNoiseModel::model) {
    const double step = (parameters.g_max.value() - parameters.g_min.value()) / range_steps;
    const double sigma = model_sigma(parameters, conductance_steps * step) / step;
    return sigma * sigma;
  }
  const double base = parameters.read_noise_model == ReadNoiseModel::constant ? range_steps : conductance_steps;
  const double sigma = parameters.read_noise * base;
  return sigma * sigma;
}

}  // namespace nvcim::device
