// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "device/models/abstract.h"
#include "device/models/growing_spread.h"

namespace nvcim::device {
namespace {

constexpr double kCmoLowest = 8e-6;
constexpr double kCmoFirst = 1;  ///< s

double cmo_sigma(const DeviceParameters& p, double target, double) {
  return p.cmo_acceptance == CmoAcceptance::fine ? 0.00106879 * target + 0.00081107e-6
                                                 : 0.01129027418 * target + 0.0112185391e-6;
}

/// The spread of programming is not in the drift's.
double cmo_moved(const DeviceParameters&, double, double programmed, std::span<const double> stretches,
                 std::span<const double> normals) {
  const double mean = -0.08900206e-6 * std::log(std::max(stretches.back(), kCmoFirst));
  const auto sigma = [](double seconds) {
    return (0.04201137 * std::log(std::max(seconds, kCmoFirst)) + 0.41183342) * 1e-6;
  };
  return programmed + (mean + grown(0, stretches, normals, sigma));
}

std::vector<double> cmo_stretches(const DeviceParameters&, double seconds) {
  std::vector<double> ends = decades(kCmoFirst, seconds);
  ends.insert(ends.begin(), kCmoFirst);
  return ends;
}

double cmo_read_sigma(const DeviceParameters&, double conductance, double seconds) {
  constexpr double kReadTime = 1e-6;
  const double microsiemens = std::max(conductance, kCmoLowest) * 1e6;
  return 0.0277316483 * std::log10(microsiemens) * std::sqrt(std::log((seconds + kReadTime) / (2 * kReadTime))) * 1e-6;
}

}  // namespace

/// Conductive-metal-oxide/HfOx ReRAM, spread left by its write-verify, logarithmic drift, 1/f read noise. Fits of
/// aihwkit (ReRamCMONoiseModel; IBM, D. F. Falcone et al.), 8 uS <= G <= 90 uS.
///   spread of programming: 0.00106879 G + 0.00081107 uS at 0.2 % acceptance, 0.01129027 G + 0.01121854 uS at 2 %
///   drift:      mean -0.089 ln t uS, spread 0.042 ln t + 0.4118 uS, t in seconds >= 1
///   read noise: 0.0277 log10(G / uS) sqrt(ln((t + t_r) / (2 t_r))) uS, t_r = 1 us
/// The drift's 0.4118 uS is there from t = 1 s on, which is age 0; nothing was measured before.
const DeviceLaw models::reram_cmo = {
    .source = "conductive-metal-oxide/HfOx ReRAM; fit of aihwkit",
    .form = "a G + b, by cmo_acceptance",
    .lowest = [](const DeviceParameters&) { return kCmoLowest; },
    .highest = [](const DeviceParameters&) { return 90e-6; },
    .sigma = cmo_sigma,
    .level_sigma = nullptr,
    .exact = false,
    .after_write_verify = true,
    .measured_after = [](const DeviceParameters&) { return kCmoFirst; },
    .drift = {.stretches = cmo_stretches, .moved = cmo_moved},
    .read_sigma = cmo_read_sigma,
};

}  // namespace nvcim::device
