// SPDX-License-Identifier: Apache-2.0
#include "device/device_model.h"

#include <algorithm>
#include <array>
#include <limits>

#include "arch/check.h"
#include "device/fefet.h"
#include "device/gaussian.h"
#include "device/pcm_joshi_2020.h"
#include "device/reram_cmo.h"
#include "device/rram_milo_irps_2021.h"
#include "device/rram_wan_nature_2022.h"
#include "device/sonos.h"

namespace nvcim::device {
namespace {

double range_of(const DeviceParameters& p) {
  return p.g_max.value() - p.g_min.value();
}
double level_fraction(const DeviceParameters& p, double target) {
  return (target - p.g_min.value()) / range_of(p);
}
/// gaussian_sigma without sigma_scale, which programmed_conductance applies to every law alike.
double abstract_sigma(const DeviceParameters& p, double target, double (*law)(const DeviceParameters&, double)) {
  DeviceParameters unscaled = p;
  unscaled.sigma_scale = 1;
  return law(unscaled, level_fraction(p, target)) * range_of(p);
}

constexpr auto kZero = [](const DeviceParameters&) { return 0.0; };
constexpr auto kUnbounded = [](const DeviceParameters&) { return std::numeric_limits<double>::infinity(); };

const std::array<DeviceLaw, std::size(EnumNames<DeviceModel>::all)> kLaws = {{
    {DeviceModel::ideal, "definition", "sigma = 0", kZero, kUnbounded,
     [](const DeviceParameters&, double) { return 0.0; }, false, false},
    {DeviceModel::gaussian, "SWIM, Yan et al., DAC 2022",
     "sigma + sigma_slope x level / highest level, of g_max - g_min", kZero, kUnbounded,
     [](const DeviceParameters& p, double target) { return abstract_sigma(p, target, gaussian_sigma); }, false, false},
    {DeviceModel::rram_milo_irps_2021, "Milo et al., IRPS 2021, Fig. 4 (IGVVA-100); fit of CrossSim",
     "4.782321 - 0.009107 G uS", [](const DeviceParameters&) { return RramMilo::kLowest; },
     [](const DeviceParameters&) { return RramMilo::kHighest; },
     [](const DeviceParameters&, double target) { return RramMilo::sigma(target); }, false, false},
    {DeviceModel::rram_wan_nature_2022, "Wan et al., Nature 2022, Extended Data Fig. 3; fit of aihwkit",
     "quartic in G / 40 uS, at 1 s, 1 day, 2 days", [](const DeviceParameters&) { return RramWan::kLowest; },
     [](const DeviceParameters&) { return RramWan::kHighest; },
     [](const DeviceParameters&, double target) { return RramWan::sigma(target, RramWan::kFirst); }, true, false},
    {DeviceModel::pcm_joshi_2020, "Joshi et al., Nat. Commun. 2020, Fig. 3(b); fits of aihwkit and CrossSim",
     "quadratic or cubic in G / highest", [](const DeviceParameters&) { return 0.0; },
     [](const DeviceParameters& p) { return PcmJoshi::highest(p.pcm_fit); },
     [](const DeviceParameters& p, double target) { return PcmJoshi::sigma(p.pcm_fit, target); }, true, true},
    {DeviceModel::reram_cmo, "conductive-metal-oxide/HfOx ReRAM; fit of aihwkit", "a G + b, by cmo_acceptance",
     [](const DeviceParameters&) { return ReramCmo::kLowest; },
     [](const DeviceParameters&) { return ReramCmo::kHighest; },
     [](const DeviceParameters& p, double target) { return ReramCmo::sigma(p.cmo_acceptance, target); }, true, true},
    {DeviceModel::sonos, "Agrawal et al., IEDM 2022, Fig. 10(a), 11(b); fit of CrossSim",
     "A (1 - exp(-I / B)), I the cell current at 0.1 V", [](const DeviceParameters&) { return Sonos::kLowest; },
     [](const DeviceParameters&) { return Sonos::kHighest; },
     [](const DeviceParameters&, double target) { return Sonos::sigma(target, 0); }, true, true},
    {DeviceModel::fefet, "TRICE, Yan et al., ICCAD 2023",
     "gaussian / sqrt(0.4 s^2 + 0.6), x s between a quarter and three quarters of the highest level", kZero, kUnbounded,
     [](const DeviceParameters& p, double target) { return abstract_sigma(p, target, fefet_sigma); }, false, false},
    {DeviceModel::measured, "unverified: SWIM, Yan et al., DAC 2022; verified: /device/table", "gaussian", kZero,
     kUnbounded, [](const DeviceParameters& p, double target) { return abstract_sigma(p, target, gaussian_sigma); },
     false, false},
}};

}  // namespace

bool DeviceLaw::after_write_verify() const {
  switch (model) {
    case DeviceModel::ideal:
    case DeviceModel::gaussian:
    case DeviceModel::fefet:
    case DeviceModel::measured:
      return false;
    default:
      return true;
  }
}

const DeviceLaw& device_law(DeviceModel model) {
  for (const DeviceLaw& law : kLaws)
    if (law.model == model) return law;
  NVCIM_CHECK(false, "device model {}", static_cast<int>(model));
}

Programmed programmed_conductance(const DeviceParameters& parameters, double target) {
  return {target, device_law(parameters.model).sigma(parameters, target) * parameters.sigma_scale};
}

}  // namespace nvcim::device
