// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/spread.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace nvcim::sim {
namespace {

TEST(Spread, IsThatOfASmallSample) {
  const Spread spread = spread_of(std::vector{0.8, 0.9, 1.0});
  EXPECT_DOUBLE_EQ(spread.mean, 0.9);
  EXPECT_NEAR(spread.deviation, 0.1, 1e-12);
  EXPECT_NEAR(spread.ci95, 4.302653 * 0.1 / std::sqrt(3.0), 1e-6);  // Student's t, 2 degrees of freedom
  EXPECT_EQ(spread.minimum, 0.8);
  EXPECT_EQ(spread_of(std::vector{0.5}).ci95, 0);
}

}  // namespace
}  // namespace nvcim::sim
