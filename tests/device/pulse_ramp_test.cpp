// SPDX-License-Identifier: Apache-2.0
#include "device/pulse_ramp.h"

#include <gmock/gmock.h>

#include <cmath>
#include <tuple>

namespace nvcim::device {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

/// Two amplitudes (1, 2 V), three gates (1, 2, 3 V), two widths (100, 200 ns).
PulseParameters small(LoopOrder order) {
  PulseParameters p;
  p.amplitude_start = from_si<Voltage>(1.0);
  p.amplitude_stop = from_si<Voltage>(2.0);
  p.amplitude_step = from_si<Voltage>(1.0);
  p.gate_start = from_si<Voltage>(1.0);
  p.gate_stop = from_si<Voltage>(3.0);
  p.gate_step = from_si<Voltage>(1.0);
  p.width_start = from_si<Time>(100e-9);
  p.width_stop = from_si<Time>(250e-9);
  p.width_step = from_si<Time>(100e-9);
  p.order = order;
  return p;
}

std::vector<std::tuple<int, int, int>> combinations(LoopOrder order) {
  const PulseRamp ramp(small(order));
  std::vector<std::tuple<int, int, int>> seen;
  for (int i = 0; i < ramp.length(); ++i) {
    const Pulse pulse = ramp.at(i);
    seen.emplace_back(std::lround(pulse.amplitude.value()), std::lround(pulse.gate.value()),
                      std::lround(pulse.width.value() * 1e7));
  }
  return seen;
}

using C = std::tuple<int, int, int>;

TEST(PulseRamp, NestsItsLoopsInEveryOrder) {
  EXPECT_THAT(combinations(LoopOrder::agw),
              ElementsAre(C{1, 1, 1}, C{2, 1, 1}, C{1, 2, 1}, C{2, 2, 1}, C{1, 3, 1}, C{2, 3, 1}, C{1, 1, 2},
                          C{2, 1, 2}, C{1, 2, 2}, C{2, 2, 2}, C{1, 3, 2}, C{2, 3, 2}));
  EXPECT_THAT(combinations(LoopOrder::awg),
              ElementsAre(C{1, 1, 1}, C{2, 1, 1}, C{1, 1, 2}, C{2, 1, 2}, C{1, 2, 1}, C{2, 2, 1}, C{1, 2, 2},
                          C{2, 2, 2}, C{1, 3, 1}, C{2, 3, 1}, C{1, 3, 2}, C{2, 3, 2}));
  EXPECT_THAT(combinations(LoopOrder::gaw),
              ElementsAre(C{1, 1, 1}, C{1, 2, 1}, C{1, 3, 1}, C{2, 1, 1}, C{2, 2, 1}, C{2, 3, 1}, C{1, 1, 2},
                          C{1, 2, 2}, C{1, 3, 2}, C{2, 1, 2}, C{2, 2, 2}, C{2, 3, 2}));
  EXPECT_THAT(combinations(LoopOrder::gwa),
              ElementsAre(C{1, 1, 1}, C{1, 2, 1}, C{1, 3, 1}, C{1, 1, 2}, C{1, 2, 2}, C{1, 3, 2}, C{2, 1, 1},
                          C{2, 2, 1}, C{2, 3, 1}, C{2, 1, 2}, C{2, 2, 2}, C{2, 3, 2}));
  EXPECT_THAT(combinations(LoopOrder::wag),
              ElementsAre(C{1, 1, 1}, C{1, 1, 2}, C{2, 1, 1}, C{2, 1, 2}, C{1, 2, 1}, C{1, 2, 2}, C{2, 2, 1},
                          C{2, 2, 2}, C{1, 3, 1}, C{1, 3, 2}, C{2, 3, 1}, C{2, 3, 2}));
  EXPECT_THAT(combinations(LoopOrder::wga),
              ElementsAre(C{1, 1, 1}, C{1, 1, 2}, C{1, 2, 1}, C{1, 2, 2}, C{1, 3, 1}, C{1, 3, 2}, C{2, 1, 1},
                          C{2, 1, 2}, C{2, 2, 1}, C{2, 2, 2}, C{2, 3, 1}, C{2, 3, 2}));
}

TEST(PulseRamp, StaysAtItsLastPulse) {
  const PulseRamp ramp(small(LoopOrder::agw));
  EXPECT_EQ(ramp.at(1'000'000).gate, from_si<Voltage>(3.0));
  EXPECT_EQ(ramp.at(1'000'000).amplitude, from_si<Voltage>(2.0));
}

TEST(PulseRamp, ReachesAStopThatIsAWholeNumberOfSteps) {
  PulseParameters p;  // 1.30 to 2.50 V in steps of 0.05 V: 25 pulses, not 24 by a rounding error
  const PulseRamp ramp(p);
  EXPECT_EQ(ramp.length(), 25);
  EXPECT_THAT(ramp.at(24).amplitude.value(), DoubleNear(2.5, 1e-12));
}

TEST(SwitchingProbability, FollowsTheThreshold) {
  DeviceParameters p;
  p.threshold_sigma = from_si<Voltage>(0.1);
  p.threshold_per_decade = from_si<Voltage>(0.2);
  p.access_drop = from_si<Voltage>(0.5);
  const auto probability = [&](double volts, double gate, double seconds) {
    return switching_probability(p, from_si<Voltage>(2.0), from_si<Time>(1e-7),
                                 {from_si<Voltage>(volts), from_si<Voltage>(gate), from_si<Time>(seconds)});
  };
  const auto normal = [](double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); };
  EXPECT_DOUBLE_EQ(probability(2.0, 9, 1e-7), 0.5);
  EXPECT_NEAR(probability(2.1, 9, 1e-7), normal(1), 1e-12);
  EXPECT_NEAR(probability(1.8, 9, 1e-6), normal(0), 1e-12);     // a decade of width is 0.2 V
  EXPECT_NEAR(probability(5.0, 2.4, 1e-7), normal(-1), 1e-12);  // the transistor passes 1.9 V
  p.threshold_sigma = from_si<Voltage>(0.0);
  EXPECT_EQ(probability(2.001, 9, 1e-7), 1);
  EXPECT_EQ(probability(1.999, 9, 1e-7), 0);
}

}  // namespace
}  // namespace nvcim::device
