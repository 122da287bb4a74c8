// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device/models/device_law.h"

/// What the models share that no device was measured for: they hold for any conductance and time.
namespace nvcim::device {

double from_zero(const DeviceParameters&);      ///< 0: any target from there, any moment
double without_limit(const DeviceParameters&);  ///< infinity: targets of any size

/// (sigma + sigma_slope x level_fraction) x sigma_scale of g_max - g_min, never below 0. Source: SWIM (Yan et al., DAC
/// 2022), constant in g; the linear term is the simplest law that depends on the conductance.
double gaussian_sigma(const DeviceParameters& parameters, double level_fraction);

/// A law on the level in siemens, without sigma_scale. @param law  as DeviceLaw::level_sigma
double sigma_in_siemens(const DeviceParameters& parameters, double target,
                        double (*law)(const DeviceParameters&, double level_fraction));

/// A model that is nothing but a law on the level, right after an unverified write. @tparam law  as
/// DeviceLaw::level_sigma
template <double (*law)(const DeviceParameters&, double level_fraction)>
constexpr DeviceLaw abstract_law(std::string_view source, std::string_view form) {
  return {
      .source = source,
      .form = form,
      .lowest = from_zero,
      .highest = without_limit,
      .sigma = [](const DeviceParameters& p, double target, double) { return sigma_in_siemens(p, target, law); },
      .level_sigma = law,
      .exact = false,
      .after_write_verify = false,
      .measured_after = from_zero,
      .drift = {},
      .read_sigma = nullptr,
  };
}

}  // namespace nvcim::device
