// SPDX-License-Identifier: Apache-2.0
#include "device/endurance.h"

#include <algorithm>
#include <numeric>

namespace nvcim::device {

std::uint64_t Endurance::most() const {
  return pulses_.empty() ? 0 : *std::max_element(pulses_.begin(), pulses_.end());
}

double Endurance::mean() const {
  if (pulses_.empty()) return 0;
  const auto sum = std::accumulate(pulses_.begin(), pulses_.end(), std::uint64_t{0});
  return static_cast<double>(sum) / static_cast<double>(pulses_.size());
}

double Endurance::used(const DeviceParameters& parameters) const {
  return parameters.endurance > 0 ? static_cast<double>(most()) / parameters.endurance : 0;
}

std::size_t Endurance::beyond(const DeviceParameters& parameters) const {
  if (parameters.endurance <= 0) return 0;
  return static_cast<std::size_t>(std::count_if(pulses_.begin(), pulses_.end(), [&](std::uint64_t pulses) {
    return static_cast<double>(pulses) > parameters.endurance;
  }));
}

}  // namespace nvcim::device
