// SPDX-License-Identifier: Apache-2.0
#include "workloads/sensitivity_statistics.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace nvcim::workloads {
namespace {

TEST(Spearman, OfAnyIncreasingFunctionIsOne) {
  EXPECT_DOUBLE_EQ(spearman(std::array{1.0, 5.0, 2.0, 9.0}, std::array{0.1, 50.0, 0.2, 51.0}), 1);
  EXPECT_DOUBLE_EQ(spearman(std::array{1.0, 5.0, 2.0}, std::array{-1.0, -5.0, -2.0}), -1);
}

TEST(Spearman, TiesTakeTheirMeanRank) {
  // Ranks 0.5, 0.5, 2, 3 against 0, 1, 2, 3: covariance 4.5, variances 4.5 and 5.
  EXPECT_NEAR(spearman(std::array{0.0, 0.0, 1.0, 2.0}, std::array{1.0, 2.0, 3.0, 4.0}), 4.5 / std::sqrt(4.5 * 5),
              1e-15);
}

TEST(Spearman, OfAConstantIsZeroUnlessBothAre) {
  EXPECT_EQ(spearman(std::array{1.0, 1.0}, std::array{1.0, 2.0}), 0);
  EXPECT_EQ(spearman(std::array{1.0, 1.0}, std::array{3.0, 3.0}), 1);
}

TEST(TopOverlap, CountsTheSharedLargest) {
  const std::array a{9.0, 8.0, 1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
  const std::array b{9.0, 1.0, 8.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0};
  EXPECT_DOUBLE_EQ(top_overlap(a, b, 0.1), 1);
  EXPECT_DOUBLE_EQ(top_overlap(a, b, 0.2), 0.5);
  EXPECT_DOUBLE_EQ(top_overlap(a, b, 1), 1);
}

TEST(MedianRatio, LeavesOutZeroDenominators) {
  EXPECT_DOUBLE_EQ(median_ratio(std::array{1.0, 2.0, 9.0, 4.0}, std::array{2.0, 2.0, 0.0, 2.0}), 1);
  EXPECT_EQ(median_ratio(std::array{1.0}, std::array{0.0}), 0);
}

TEST(ZeroShare, CountsExactZeros) {
  EXPECT_DOUBLE_EQ(zero_share(std::array{0.0, 1e-300, 0.0, 1.0}), 0.5);
}

}  // namespace
}  // namespace nvcim::workloads
