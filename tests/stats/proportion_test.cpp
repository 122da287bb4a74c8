// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/proportion.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nvcim::sim {
namespace {

TEST(WilsonInterval, EndsSolveTheDefiningEquation) {
  // The ends are the p0 for which |p - p0| = z sqrt(p0 (1 - p0) / n).
  const double z = 1.959963984540054;
  for (const auto& [successes, trials] : {std::pair{9013, 10000}, {1, 4}, {50, 100}, {99, 100}}) {
    const double p = double(successes) / trials;
    const Interval interval = wilson_interval(successes, trials);
    for (const double end : {interval.low, interval.high})
      EXPECT_NEAR(std::abs(p - end), z * std::sqrt(end * (1 - end) / trials), 1e-12) << successes << "/" << trials;
    EXPECT_LT(interval.low, p);
    EXPECT_GT(interval.high, p);
  }
}

TEST(WilsonInterval, OfNoneOrAllEndsExactlyAtZeroOrOne) {
  const double z2 = 1.959963984540054 * 1.959963984540054;
  EXPECT_EQ(wilson_interval(0, 10).low, 0.0);
  EXPECT_NEAR(wilson_interval(0, 10).high, z2 / (10 + z2), 1e-12);
  EXPECT_EQ(wilson_interval(10, 10).high, 1.0);
  EXPECT_NEAR(wilson_interval(10, 10).low, 10 / (10 + z2), 1e-12);
}

TEST(WilsonIntervalDeathTest, NeedsATrial) {
  EXPECT_DEATH(wilson_interval(0, 0), "0 of 0");
}

}  // namespace
}  // namespace nvcim::sim
