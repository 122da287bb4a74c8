// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "device/models/abstract.h"
#include "device/models/growing_spread.h"

namespace nvcim::device {
namespace {

constexpr double kWanHighest = 40e-6;
constexpr double kWanFirst = 1;           ///< s
constexpr double kWanLast = 2 * 86400.0;  ///< s

struct FitAtAge {
  double seconds;
  std::array<double, 5> coefficients;  ///< uS, rising powers of g
};
constexpr std::array<FitAtAge, 3> kFitsByAge = {{
    {1, {0.348, 16.030, -43.853, 45.393, -16.815}},
    {86400, {0.701, 22.086, -50.773, 47.095, -16.458}},
    {2 * 86400.0, {0.782, 20.274, -43.507, 37.062, -11.934}},
}};

double evaluate(const FitAtAge& fit, double g) {
  double sum = 0;
  for (auto c = fit.coefficients.rbegin(); c != fit.coefficients.rend(); ++c) sum = sum * g + *c;
  return sum * 1e-6;
}

/// Linear in log time between the three fits. Targets outside the range take the value at its end.
double wan_sigma(double target, double seconds) {
  const double g = std::clamp(target, 0.0, kWanHighest) / kWanHighest;
  const double t = std::clamp(seconds, kWanFirst, kWanLast);
  const FitAtAge& from = t < kFitsByAge[1].seconds ? kFitsByAge[0] : kFitsByAge[1];
  const FitAtAge& to = t < kFitsByAge[1].seconds ? kFitsByAge[1] : kFitsByAge[2];
  const double part = std::log(t / from.seconds) / std::log(to.seconds / from.seconds);
  return (1 - part) * evaluate(from, g) + part * evaluate(to, g);
}

double wan_moved(const DeviceParameters&, double target, double programmed, std::span<const double> stretches,
                 std::span<const double> normals) {
  return programmed + grown(wan_sigma(target, kWanFirst), stretches, normals,
                            [&](double seconds) { return wan_sigma(target, seconds); });
}

}  // namespace

/// RRAM of the NeuRRAM chip, spread left by its write-verify and the relaxation since. W. Wan et al., "A
/// compute-in-memory chip based on resistive random-access memory", Nature 2022, Extended Data Fig. 3; quartics of
/// aihwkit in g = G / 40 uS at 1 s, 1 day and 2 days after programming, 0 <= G <= 40 uS. CrossSim's own cubic for 1 day
/// agrees within 15 % except near zero. Drift: the spread grows from its 1 s law to that of the age, in variance.
const DeviceLaw models::rram_wan_nature_2022 = {
    .source = "Wan et al., Nature 2022, Extended Data Fig. 3; fit of aihwkit",
    .form = "quartic in G / 40 uS, at 1 s, 1 day, 2 days",
    .lowest = from_zero,
    .highest = [](const DeviceParameters&) { return kWanHighest; },
    .sigma = [](const DeviceParameters&, double target, double seconds) { return wan_sigma(target, seconds); },
    .level_sigma = nullptr,
    .exact = false,
    .after_write_verify = true,
    .measured_after = [](const DeviceParameters&) { return kWanFirst; },
    .drift = {.longest_age = kWanLast,
              .stretches = [](const DeviceParameters&, double seconds) { return decades(kWanFirst, seconds); },
              .moved = wan_moved},
    .read_sigma = nullptr,
};

}  // namespace nvcim::device
