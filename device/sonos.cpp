// SPDX-License-Identifier: Apache-2.0
#include "device/sonos.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace nvcim::device {
namespace {

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

}  // namespace

double Sonos::sigma(double target, double seconds) {
  const double days = std::clamp(seconds, 0.0, kLast) / 86400;
  const auto day = std::min(static_cast<std::size_t>(days), kSpreadOfDay.size() - 2);
  const double part = days - static_cast<double>(day);
  const Saturation from = kSpreadOfDay[day];
  const Saturation to = kSpreadOfDay[day + 1];
  return current_law({(1 - part) * from.a + part * to.a, (1 - part) * from.b + part * to.b}, target);
}

double Sonos::read_sigma(double conductance) {
  return current_law(kReadNoise, conductance);
}

}  // namespace nvcim::device
