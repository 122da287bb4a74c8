// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "arch/check.h"
#include "device/models/abstract.h"

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
double normalised(const Fit& fit, double conductance) {
  return std::clamp(conductance / (fit.highest * 1e-6), 1e-9, 1.0);
}

double pcm_sigma(const DeviceParameters& p, double target, double) {
  const Fit& fit = fit_of(p.pcm_fit);
  const auto& c = fit.coefficients;
  const double g = target / (fit.highest * 1e-6);
  return std::max(0.0, c[0] + g * (c[1] + g * (c[2] + g * c[3]))) * 1e-6;
}

double pcm_moved(const DeviceParameters& p, double target, double programmed, std::span<const double> stretches,
                 std::span<const double> normals) {
  if (stretches.empty()) return programmed;
  const Fit& fit = fit_of(p.pcm_fit);
  const double log_g = std::log(normalised(fit, target));
  const double nu_mean = std::clamp(-0.0155 * log_g + 0.0244, 0.049, 0.1);
  const double nu_sigma = std::clamp(-0.0125 * log_g - 0.0059, 0.008, 0.045);
  const double nu = nu_mean + nu_sigma * normals[0];
  return programmed * std::pow(std::max(stretches.back() / fit.t0, 1.0), -nu);
}

double pcm_read_sigma(const DeviceParameters& p, double conductance, double seconds) {
  if (conductance <= 0) return 0;
  const Fit& fit = fit_of(p.pcm_fit);
  const double q = std::min(0.0088 / std::pow(normalised(fit, conductance), 0.65), 0.2);
  const double t_r = fit.read_time;
  return conductance * q * std::sqrt(std::log((seconds + t_r) / (2 * t_r)));
}

}  // namespace

/// Phase-change memory, spread left by its write-verify, power-law drift, 1/f read noise. V. Joshi et al., "Accurate
/// deep neural network inference using computational phase-change memory", Nat. Commun. 2020, Fig. 3(b); the fits are
/// those of aihwkit (PCMLikeNoiseModel, Hermes) and CrossSim. g = G / largest conductance of the fit, 0 <= g <= 1.
///   spread of programming: polynomial in G, PcmFit chooses it
///   drift:      G(t) = G (t / t0)^-nu, nu ~ N(mean, sigma) per cell: one draw, as the source describes a cell by its
///               exponent; mean = -0.0155 ln g + 0.0244 within 0.049…0.1, sigma = -0.0125 ln g - 0.0059 within
///               0.008…0.045
///   read noise: sigma = G Q sqrt(ln((t + t_r) / (2 t_r))), Q = min(0.0088 / g^0.65, 0.2)
/// t counts from programming; t0 is when the spread was measured. Drift exponents and read noise of the Hermes cells
/// are taken from the same laws.
const DeviceLaw models::pcm_joshi_2020 = {
    .source = "Joshi et al., Nat. Commun. 2020, Fig. 3(b); fits of aihwkit and CrossSim",
    .form = "quadratic or cubic in G / highest",
    .lowest = from_zero,
    .highest = [](const DeviceParameters& p) { return fit_of(p.pcm_fit).highest * 1e-6; },
    .sigma = pcm_sigma,
    .level_sigma = nullptr,
    .exact = false,
    .after_write_verify = true,
    .measured_after = [](const DeviceParameters& p) { return fit_of(p.pcm_fit).t0; },
    .drift = {.stretches =
                  [](const DeviceParameters& p, double seconds) {
                    return seconds > fit_of(p.pcm_fit).t0 ? std::vector{seconds} : std::vector<double>();
                  },
              .moved = pcm_moved},
    .read_sigma = pcm_read_sigma,
};

}  // namespace nvcim::device
