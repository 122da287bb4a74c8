// SPDX-License-Identifier: Apache-2.0
#include "device/models/device_law.h"

#include <array>

namespace nvcim::device {
namespace {

#define NVCIM_ENTRY(name, doc, parameters) &models::name,
constexpr std::array kLaws = {NVCIM_DEVICE_MODELS(NVCIM_ENTRY)};
#undef NVCIM_ENTRY

}  // namespace

const DeviceLaw& device_law(DeviceModel model) {
  return *kLaws[model.index()];
}

Programmed programmed_conductance(const DeviceParameters& parameters, double target) {
  const DeviceLaw& law = device_law(parameters.model);
  return {target, law.sigma(parameters, target, law.measured_after(parameters)) * parameters.sigma_scale};
}

double programming_sigma(const DeviceParameters& parameters, double level_fraction) {
  // The abstract models are defined on the level; a detour over siemens would only add roundings.
  const DeviceLaw& law = device_law(parameters.model);
  if (law.level_sigma != nullptr) return law.level_sigma(parameters, level_fraction);
  const double range = parameters.g_max.value() - parameters.g_min.value();
  return programmed_conductance(parameters, parameters.g_min.value() + level_fraction * range).sigma / range;
}

double seconds_since_programming(const DeviceParameters& parameters) {
  return parameters.age.value() + device_law(parameters.model).measured_after(parameters);
}

}  // namespace nvcim::device
