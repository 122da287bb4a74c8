// SPDX-License-Identifier: Apache-2.0
#include "device/drift.h"

#include <algorithm>
#include <cmath>

#include "arch/check.h"
#include "device/pcm_joshi_2020.h"
#include "device/reram_cmo.h"
#include "device/rram_wan_nature_2022.h"
#include "device/sonos.h"

namespace nvcim::device {
namespace {

/// What must be added to a spread of `before` to make it one of `after`; a fit may shrink somewhere, a cell cannot.
double growth(double before, double after) {
  return std::sqrt(std::max(0.0, after * after - before * before));
}

}  // namespace

double seconds_since_programming(const DeviceParameters& parameters) {
  const double age = parameters.age.value();
  switch (parameters.model) {
    case DeviceModel::pcm_joshi_2020:
      return age + PcmJoshi::t0(parameters.pcm_fit);
    case DeviceModel::rram_wan_nature_2022:
      return age + RramWan::kFirst;
    case DeviceModel::reram_cmo:
      return age + ReramCmo::kFirst;
    default:
      return age;
  }
}

double drifted(const DeviceParameters& parameters, double target, double programmed, double normal) {
  if (parameters.drift == DriftModel::none) return programmed;
  const double seconds = seconds_since_programming(parameters);
  double g = programmed;
  switch (parameters.model) {
    case DeviceModel::pcm_joshi_2020:
      g = PcmJoshi::drifted(parameters.pcm_fit, target, programmed, seconds, normal);
      break;
    case DeviceModel::reram_cmo:
      g = ReramCmo::drifted(programmed, seconds, normal);
      break;
    case DeviceModel::rram_wan_nature_2022:
      g += normal * growth(RramWan::sigma(target, RramWan::kFirst), RramWan::sigma(target, seconds));
      break;
    case DeviceModel::sonos:
      g += normal * growth(Sonos::sigma(target, 0), Sonos::sigma(target, seconds));
      break;
    default:
      NVCIM_CHECK(false, "device model {} has no drift law", static_cast<int>(parameters.model));
  }
  return std::max(g, 0.0);
}

}  // namespace nvcim::device
