// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "device/models/abstract.h"
#include "device/models/growing_spread.h"

namespace nvcim::device {
namespace {

constexpr double kSonosLast = 5 * 86400.0;  ///< s

struct Saturation {
  double a;  ///< nA
  double b;  ///< nA
};
constexpr std::array<Saturation, 6> kSpreadOfDay = {{{19.88665, 176.3115},
                                                     {25.59102, 186.85544},
                                                     {28.72753, 193.56834},
                                                     {31.04318, 198.90332},
                                                     {33.76214, 204.77023},
                                                     {34.57909, 207.34309}}};
constexpr Saturation kReadNoise = {12.58037, 215.36557};
constexpr double kNanoampereOfSiemens = 1e9 * 0.1;

double current_law(Saturation law, double conductance) {
  const double current = std::max(conductance, 0.0) * kNanoampereOfSiemens;
  return law.a * (1 - std::exp(-current / law.b)) / kNanoampereOfSiemens;
}

/// A and B linear between days.
double sonos_sigma(double target, double seconds) {
  const double days = std::clamp(seconds, 0.0, kSonosLast) / 86400;
  const auto day = std::min(static_cast<std::size_t>(days), kSpreadOfDay.size() - 2);
  const double part = days - static_cast<double>(day);
  const Saturation from = kSpreadOfDay[day];
  const Saturation to = kSpreadOfDay[day + 1];
  return current_law({(1 - part) * from.a + part * to.a, (1 - part) * from.b + part * to.b}, target);
}

double sonos_moved(const DeviceParameters&, double target, double programmed, std::span<const double> stretches,
                   std::span<const double> normals) {
  return programmed + grown(sonos_sigma(target, 0), stretches, normals,
                            [&](double seconds) { return sonos_sigma(target, seconds); });
}

}  // namespace

/// 40 nm SONOS charge-trap memory in subthreshold. V. Agrawal et al., "Subthreshold operation of SONOS analog memory to
/// enable accurate low-power neural network inference", IEDM 2022, Fig. 10(a) and 11(b); fits of CrossSim in cell
/// current: sigma = A (1 - exp(-I / B)), I <= 1600 nA, A and B each day from programming to five days later, read noise
/// with its own A and B. Currents are taken at the 0.1 V on which 1600 nA are the model's 16 uS. The mean drift of Fig.
/// 10(b) is not included: a chip compensates it. Drift: the spread grows from programming to the age, in variance.
const DeviceLaw models::sonos = {
    .source = "Agrawal et al., IEDM 2022, Fig. 10(a), 11(b); fit of CrossSim",
    .form = "A (1 - exp(-I / B)), I the cell current at 0.1 V",
    .lowest = from_zero,
    .highest = [](const DeviceParameters&) { return 16e-6; },
    .sigma = [](const DeviceParameters&, double target, double seconds) { return sonos_sigma(target, seconds); },
    .level_sigma = nullptr,
    .exact = false,
    .after_write_verify = true,
    .measured_after = from_zero,
    .drift = {.longest_age = kSonosLast,
              .stretches = [](const DeviceParameters&, double seconds) { return days(seconds); },
              .moved = sonos_moved},
    .read_sigma = [](const DeviceParameters&, double conductance,
                     double) { return current_law(kReadNoise, conductance); },
};

}  // namespace nvcim::device
