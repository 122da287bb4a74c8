// SPDX-License-Identifier: Apache-2.0
#include "device/relaxation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>

#include "arch/check.h"

namespace nvcim::device {
namespace {

/// One line of the measurements: microsiemens; excess kurtosis; share beyond three sigma.
struct Point {
  double at;  ///< log10 of seconds, or degrees Celsius for a bake
  double mean, sigma, kurtosis, beyond;
};

constexpr std::array<Point, 5> kTimeC = {{{-2, 0, 0.93, 29.6, 0.020},
                                          {-1, -0.206, 1.56, 15.2, 0.023},
                                          {0, -0.411, 2.05, 10.1, 0.024},
                                          {0.60206, -0.535, 2.31, 9.4, 0.024},
                                          {5, -1.44, 3.63, 4.3, 0.021}}};
constexpr std::array<Point, 6> kTimeB = {{{-2, -0.12, 2.27, 36.2, 0.025},
                                          {-1, -0.33, 3.49, 24.3, 0.029},
                                          {0, -0.62, 4.54, 16.1, 0.029},
                                          {2, -0.89, 5.21, 11.9, 0.030},
                                          {3, -1.27, 5.83, 10.2, 0.028},
                                          {4, -1.33, 7.79, 59.9, 0.022}}};
constexpr std::array<Point, 5> kBakeA = {{{100, 2.1, 13.5, 5, 0.017},
                                          {140, 4.4, 16.8, 5, 0.017},
                                          {180, 5.1, 20.7, 5, 0.017},
                                          {220, -11.2, 30.1, 5, 0.017},
                                          {260, -52.6, 53.8, 0.5, 0.004}}};
// Only mean and sigma are measured for B's bakes; the mean between the first and the last is taken as linear.
constexpr std::array<Point, 5> kBakeB = {{{100, -3.3, 8.72, 0, 0},
                                          {140, -2.775, 9.46, 0, 0},
                                          {180, -2.25, 10.08, 0, 0},
                                          {220, -1.725, 10.83, 0, 0},
                                          {260, -1.2, 11.36, 0, 0}}};
constexpr double kBakeShortest = 1.2 * 3600, kBakeLongest = 2 * 3600;
constexpr double kBakeTime = 1.6 * 3600;  ///< the middle, for comparison with room temperature
constexpr double kRoom = 25;

struct State {
  double at;  ///< uS, middle of the bin
  double early, late;
};
constexpr std::array<State, 5> kStateC = {
    {{2.5, 1.54, 2.21}, {7.5, 2.30, 3.41}, {15, 2.31, 4.01}, {25, 2.09, 3.78}, {35, 1.70, 3.29}}};
constexpr double kStateEarly = 0, kStateLate = 5;  ///< log10 of seconds

double celsius(const DeviceParameters& p) {
  return p.temperature.value() - 273.15;
}

Point interpolate(std::span<const Point> points, double at) {
  std::size_t i = 0;
  while (i + 2 < points.size() && points[i + 1].at < at) ++i;
  const Point& a = points[i];
  const Point& b = points[i + 1];
  const double part = std::clamp((at - a.at) / (b.at - a.at), 0.0, 1.0);
  const auto mix = [part](double from, double to) { return (1 - part) * from + part * to; };
  return {at, mix(a.mean, b.mean), mix(a.sigma, b.sigma), mix(a.kurtosis, b.kurtosis), mix(a.beyond, b.beyond)};
}

double normal_beyond(double limit) {
  return std::erfc(limit / std::numbers::sqrt2);
}

/// Two normal populations of unit total variance: the tail's share p settles both sigmas once the kurtosis is given,
///   tail^2 = 1 + sqrt(m (1-p) / p), core^2 = 1 - sqrt(m p / (1-p)), m = kurtosis / 3,
/// and p is found so that the wanted share lies beyond three sigma. p / (1-p) <= 1 / m keeps the core real.
void shape(const Point& point, RelaxationLaw& law) {
  const double m = point.kurtosis / 3;
  const auto set = [&](double p) {
    law.tail_share = p;
    law.tail_ratio = std::sqrt(1 + std::sqrt(m * (1 - p) / p));
    law.core_ratio = std::sqrt(std::max(0.0, 1 - std::sqrt(m * p / (1 - p))));
    return p * normal_beyond(3 / law.tail_ratio) +
           (law.core_ratio > 0 ? (1 - p) * normal_beyond(3 / law.core_ratio) : 0);
  };
  double low = 1e-6;
  double high = 1 / (1 + m);
  for (int step = 0; step < 60; ++step) {
    const double middle = 0.5 * (low + high);
    (set(middle) < point.beyond ? low : high) = middle;
  }
}

/// What a bake adds to technology B: ratio of sigmas and shift of the mean, 1 and 0 at room temperature.
void heat(double temperature, Point& point) {
  const Point room = interpolate(kTimeB, std::log10(kBakeTime));
  const Point bake = interpolate(kBakeB, std::max(temperature, kBakeB.front().at));
  const double part = std::clamp((temperature - kRoom) / (kBakeB.front().at - kRoom), 0.0, 1.0);
  point.sigma *= 1 + part * (bake.sigma / room.sigma - 1);
  point.mean += part * (bake.mean - room.mean);
}

double state_c(double conductance, double State::*column) {
  const double g = std::clamp(conductance, kStateC.front().at, kStateC.back().at);
  std::size_t i = 0;
  while (i + 2 < kStateC.size() && kStateC[i + 1].at < g) ++i;
  const double part = (g - kStateC[i].at) / (kStateC[i + 1].at - kStateC[i].at);
  return (1 - part) * (kStateC[i].*column) + part * (kStateC[i + 1].*column);
}

double root_mean_square(double State::*column) {
  constexpr int kSteps = 400;
  double sum = 0;
  for (int i = 0; i < kSteps; ++i) {
    const double value = state_c((i + 0.5) * 40.0 / kSteps, column);
    sum += value * value;
  }
  return std::sqrt(sum / kSteps);
}

}  // namespace

RelaxationLaw relaxation_law(const DeviceParameters& parameters) {
  RelaxationLaw law;
  if (parameters.relaxation == RelaxationModel::none || parameters.age.value() == 0) return law;
  const double log_time = std::log10(parameters.age.value());
  Point point{};
  switch (parameters.relaxation) {
    case RelaxationModel::technology_a:
      point = interpolate(kBakeA, celsius(parameters));
      break;
    case RelaxationModel::technology_b:
      point = interpolate(kTimeB, log_time);
      heat(celsius(parameters), point);
      break;
    case RelaxationModel::technology_c:
      point = interpolate(kTimeC, log_time);
      break;
    case RelaxationModel::none:
      break;
  }
  law.mean = point.mean * 1e-6;
  law.sigma = point.sigma * 1e-6;
  if (parameters.relaxation_shape == RelaxationShape::heavy_tailed) shape(point, law);
  return law;
}

double relaxation_state_factor(const DeviceParameters& parameters, double conductance) {
  if (parameters.relaxation != RelaxationModel::technology_c || parameters.age.value() == 0) return 1;
  static const double early_rms = root_mean_square(&State::early);
  static const double late_rms = root_mean_square(&State::late);
  const double part =
      std::clamp((std::log10(parameters.age.value()) - kStateEarly) / (kStateLate - kStateEarly), 0.0, 1.0);
  const double g = conductance * 1e6;
  return (1 - part) * state_c(g, &State::early) / early_rms + part * state_c(g, &State::late) / late_rms;
}

double relaxed(const DeviceParameters& parameters, const RelaxationLaw& law, double programmed, double uniform,
               double normal) {
  if (law.sigma == 0) return programmed;
  const double ratio = uniform < law.tail_share ? law.tail_ratio : law.core_ratio;
  const double sigma = law.sigma * relaxation_state_factor(parameters, programmed);
  return std::max(0.0, programmed + law.mean + sigma * ratio * normal);
}

std::vector<Contradiction> check_relaxation(const DeviceParameters& p) {
  std::vector<Contradiction> faults;
  if (p.relaxation == RelaxationModel::none) return faults;
  const char* name = EnumNames<RelaxationModel>::all[static_cast<int>(p.relaxation)].text;
  struct Range {
    double g_max, shortest, longest, coldest, hottest;
  };
  constexpr std::array<Range, 3> kRanges = {{{240e-6, kBakeShortest, kBakeLongest, 100, 260},
                                             {128e-6, 0.01, 1e4, kRoom, 260},
                                             {40e-6, 0.01, 1e5, kRoom, kRoom}}};
  const Range& range = kRanges[static_cast<int>(p.relaxation) - 1];
  // A quarter of a degree lets "25 C" and "298 K" mean the same.
  constexpr double kTolerance = 0.25;
  if (p.g_max.value() > range.g_max * (1 + 1e-9))
    faults.push_back({{"/device/g_max", "/device/relaxation"},
                      fmt::format("g_max {} is above {}, the largest conductance at which {} was measured",
                                  format_quantity(p.g_max), format_si(range.g_max, "S"), name)});
  const double age = p.age.value();
  if (age > 0 && (age < range.shortest || age > range.longest))
    faults.push_back({{"/device/age", "/device/relaxation"},
                      fmt::format("age {} is outside {}..{}, over which {} was measured", format_quantity(p.age),
                                  format_si(range.shortest, "s"), format_si(range.longest, "s"), name)});
  if (age > 0 && (celsius(p) < range.coldest - kTolerance || celsius(p) > range.hottest + kTolerance))
    faults.push_back({{"/device/temperature", "/device/relaxation"},
                      fmt::format("temperature {:.6g} C is outside {:.6g}..{:.6g} C, over which {} was measured",
                                  celsius(p), range.coldest, range.hottest, name)});
  return faults;
}

}  // namespace nvcim::device
