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

/// Ends of the stretches of time that have a draw each, from `first` on, the last one at `until`.
std::vector<double> decades(double first, double until) {
  std::vector<double> ends;
  // A decade that ends within rounding of `until` must not leave a last stretch of nothing.
  constexpr double kRounding = 1 + 1e-12;
  for (double end = 10 * first; end * kRounding < until; end *= 10) ends.push_back(end);
  if (until > first) ends.push_back(until);
  return ends;
}

std::vector<double> days(double until) {
  constexpr double kDay = 86400;
  std::vector<double> ends;
  for (int day = 1; day * kDay < until; ++day) ends.push_back(day * kDay);
  if (until > 0) ends.push_back(until);
  return ends;
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

DriftLaw::DriftLaw(const DeviceParameters& parameters) : parameters_(parameters) {
  if (parameters.drift == DriftModel::none) return;
  const double seconds = seconds_since_programming(parameters);
  switch (parameters.model) {
    case DeviceModel::pcm_joshi_2020:
      times_ = {seconds};
      break;
    case DeviceModel::rram_wan_nature_2022:
      times_ = decades(RramWan::kFirst, seconds);
      break;
    case DeviceModel::reram_cmo:
      times_ = decades(ReramCmo::kFirst, seconds);
      times_.insert(times_.begin(), ReramCmo::kFirst);
      break;
    case DeviceModel::sonos:
      times_ = days(seconds);
      break;
    default:
      NVCIM_CHECK(false, "device model {} has no drift law", static_cast<int>(parameters.model));
  }
  draws_ = static_cast<int>(times_.size());
}

double DriftLaw::grown(double target, std::span<const double> normals) const {
  const auto sigma = [&](double seconds) {
    switch (parameters_.model) {
      case DeviceModel::reram_cmo:
        return ReramCmo::drift_sigma(seconds);
      case DeviceModel::sonos:
        return Sonos::sigma(target, seconds);
      default:
        return RramWan::sigma(target, seconds);
    }
  };
  // The spread of programming itself is not drift; that of reram_cmo has none in it.
  double before = 0;
  if (parameters_.model == DeviceModel::sonos) before = sigma(0);
  if (parameters_.model == DeviceModel::rram_wan_nature_2022) before = sigma(RramWan::kFirst);
  double sum = 0;
  for (std::size_t i = 0; i < times_.size(); ++i) {
    // A fit may shrink somewhere, a cell cannot.
    const double after = std::max(before, sigma(times_[i]));
    sum += normals[i] * std::sqrt(after * after - before * before);
    before = after;
  }
  return sum;
}

double DriftLaw::drifted(double target, double programmed, std::span<const double> normals) const {
  if (parameters_.drift == DriftModel::none) return programmed;
  const double seconds = seconds_since_programming(parameters_);
  double g = programmed;
  switch (parameters_.model) {
    case DeviceModel::pcm_joshi_2020:
      g = PcmJoshi::drifted(parameters_.pcm_fit, target, programmed, seconds, normals[0]);
      break;
    case DeviceModel::reram_cmo:
      g += ReramCmo::drift_mean(seconds) + grown(target, normals);
      break;
    default:
      g += grown(target, normals);
  }
  return std::max(g, 0.0);
}

}  // namespace nvcim::device
