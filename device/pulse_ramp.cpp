// SPDX-License-Identifier: Apache-2.0
#include "device/pulse_ramp.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace nvcim::device {
namespace {

/// Longer ramps than any attempt limit need no exact length.
constexpr int kLongest = 1 << 20;

template <class Q>
int steps(Q start, Q stop, Q step) {
  // A rounding error must not lose the last step.
  const double count = std::floor(((stop - start) / step).value() + 1e-9) + 1;
  return static_cast<int>(std::clamp(count, 1.0, double(kLongest)));
}

}  // namespace

PulseRamp::PulseRamp(const PulseParameters& p)
    : amplitude_{p.amplitude_start.value(), p.amplitude_step.value(),
                 steps(p.amplitude_start, p.amplitude_stop, p.amplitude_step), 1},
      gate_{p.gate_start.value(), p.gate_step.value(), steps(p.gate_start, p.gate_stop, p.gate_step), 1},
      width_{p.width_start.value(), p.width_step.value(), steps(p.width_start, p.width_stop, p.width_step), 1} {
  std::array<Variable*, 3> fastest_first{};
  switch (p.order) {
    case LoopOrder::agw:
      fastest_first = {&amplitude_, &gate_, &width_};
      break;
    case LoopOrder::awg:
      fastest_first = {&amplitude_, &width_, &gate_};
      break;
    case LoopOrder::gaw:
      fastest_first = {&gate_, &amplitude_, &width_};
      break;
    case LoopOrder::gwa:
      fastest_first = {&gate_, &width_, &amplitude_};
      break;
    case LoopOrder::wag:
      fastest_first = {&width_, &amplitude_, &gate_};
      break;
    case LoopOrder::wga:
      fastest_first = {&width_, &gate_, &amplitude_};
      break;
  }
  for (Variable* variable : fastest_first) {
    variable->stride = length_;
    length_ = static_cast<int>(std::min<long long>(static_cast<long long>(length_) * variable->count, kLongest));
  }
}

Pulse PulseRamp::at(int index) const {
  const int i = std::min(index, length_ - 1);
  const auto value = [i](const Variable& v) { return v.start + v.step * (i / v.stride % v.count); };
  return {from_si<Voltage>(value(amplitude_)), from_si<Voltage>(value(gate_)), from_si<Time>(value(width_))};
}

double switching_probability(const DeviceParameters& parameters, Voltage threshold, Time reference_width,
                             const Pulse& pulse) {
  const double seen = std::min(pulse.amplitude.value(), (pulse.gate - parameters.access_drop).value());
  const double limit =
      threshold.value() - parameters.threshold_per_decade.value() * std::log10((pulse.width / reference_width).value());
  const double sigma = parameters.threshold_sigma.value();
  if (sigma == 0) return seen > limit ? 1 : 0;
  return 0.5 * std::erfc((limit - seen) / (sigma * std::numbers::sqrt2));
}

}  // namespace nvcim::device
