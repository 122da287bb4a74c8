// SPDX-License-Identifier: Apache-2.0
#include "device/pcm_joshi_2020.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "arch/check.h"

namespace nvcim::device {
namespace {

struct Fit {
  PcmFit fit;
  double highest;                      ///< uS
  double t0;                           ///< s
  double read_time;                    ///< s
  std::array<double, 4> coefficients;  ///< uS, rising powers of g
};
// CrossSim's is given in powers of G in uS: b * 25 and c * 25^2 here. It names no read time; aihwkit's is used.
constexpr std::array<Fit, 4> kFits = {{
    {PcmFit::joshi_aihwkit, 25, 20, 250e-9, {0.26348, 1.9650, -1.1731, 0}},
    {PcmFit::joshi_crosssim, 25, 27.36, 250e-9, {0.28638599, 0.07585724 * 25, -0.00178767 * 625, 0}},
    {PcmFit::hermes_two_devices, 20.7, 300, 512e-9, {0.16603222, 4.71806468, -8.48101252, 4.68961419}},
    {PcmFit::hermes_one_device, 10.35, 200, 512e-9, {0.15781817, 2.32443916, -2.16310839, 0.68841818}},
}};

const Fit& fit_of(PcmFit fit) {
  for (const Fit& row : kFits)
    if (row.fit == fit) return row;
  NVCIM_CHECK(false, "PCM fit {}", static_cast<int>(fit));
}

/// The laws in ln g have no value at zero; their clips are reached far above this.
double normalised(PcmFit fit, double conductance) {
  return std::clamp(conductance / PcmJoshi::highest(fit), 1e-9, 1.0);
}

}  // namespace

double PcmJoshi::highest(PcmFit fit) {
  return fit_of(fit).highest * 1e-6;
}
double PcmJoshi::t0(PcmFit fit) {
  return fit_of(fit).t0;
}
double PcmJoshi::read_time(PcmFit fit) {
  return fit_of(fit).read_time;
}

double PcmJoshi::sigma(PcmFit fit, double target) {
  const auto& c = fit_of(fit).coefficients;
  const double g = target / highest(fit);
  return std::max(0.0, c[0] + g * (c[1] + g * (c[2] + g * c[3]))) * 1e-6;
}

double PcmJoshi::nu_mean(PcmFit fit, double target) {
  return std::clamp(-0.0155 * std::log(normalised(fit, target)) + 0.0244, 0.049, 0.1);
}

double PcmJoshi::nu_sigma(PcmFit fit, double target) {
  return std::clamp(-0.0125 * std::log(normalised(fit, target)) - 0.0059, 0.008, 0.045);
}

double PcmJoshi::drifted(PcmFit fit, double target, double programmed, double seconds, double normal) {
  const double nu = nu_mean(fit, target) + nu_sigma(fit, target) * normal;
  return programmed * std::pow(std::max(seconds / t0(fit), 1.0), -nu);
}

double PcmJoshi::read_sigma(PcmFit fit, double conductance, double seconds) {
  if (conductance <= 0) return 0;
  const double q = std::min(0.0088 / std::pow(normalised(fit, conductance), 0.65), 0.2);
  const double t_r = read_time(fit);
  return conductance * q * std::sqrt(std::log((seconds + t_r) / (2 * t_r)));
}

}  // namespace nvcim::device
