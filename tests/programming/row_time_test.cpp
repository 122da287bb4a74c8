// SPDX-License-Identifier: Apache-2.0
#include "sim/programming/row_time.h"

#include <gmock/gmock.h>

#include "arch/load.h"
#include "arch/program_cost.h"
#include "tests/support/random_network.h"

namespace nvcim::sim {
namespace {

using ::testing::DoubleNear;

TEST(RowTime, OfFixedPulsesIsTheSumOfItsParts) {
  Architecture a = load_architecture("swim_paper", {"/write_controller/process=fixed_mean"});
  const workloads::Network network = nvcim::testing::random_lenet(1);
  const mapping::Plan plan = mapping::make_plan(a, network);
  const std::vector<double> times = mean_row_times(a, network, plan);
  ASSERT_EQ(times.size(), 121u);  // the widest layer has 120 outputs
  EXPECT_DOUBLE_EQ(times[0], write_row_time(a, 120).value());
  // Load: 1 + ceil(columns x 9 / 256), 1 to 5; set-up 19, RESET 100, polarity 19, 9 x SET 100; no verify.
  for (int count = 1; count <= 120; ++count)
    EXPECT_THAT(times[count] - times[0], DoubleNear((3.5 + 19 + 100 + 19 + 900) * 1e-9, 2.6e-9)) << count;
}

TEST(RowTime, GrowsWithTheCellsAndLessForEachMore) {
  const Architecture a = load_architecture("swim_paper");
  const workloads::Network network = nvcim::testing::random_lenet(1);
  const std::vector<double> times = mean_row_times(a, network, mapping::make_plan(a, network));
  EXPECT_GT(times[1], times[0]);
  for (std::size_t count = 1; count < times.size(); ++count) EXPECT_GE(times[count], times[count - 1]);
  // A row waits for its slowest cell: 120 cells take a few times as long as one, not 120 times.
  EXPECT_GT(times[120] - times[0], 1.5 * (times[1] - times[0]));
  EXPECT_LT(times[120] - times[0], 10 * (times[1] - times[0]));
}

// Measured at 1, 2, 4, 8, … cells and the widest row; a line between.
TEST(RowTime, BetweenMeasuredCountsLiesOnTheLine) {
  const Architecture a = load_architecture("swim_paper");
  const workloads::Network network = nvcim::testing::random_lenet(1);
  const std::vector<double> times = mean_row_times(a, network, mapping::make_plan(a, network));
  ASSERT_EQ(times.size(), 121u);
  for (const auto& [low, high] : {std::pair(2, 4), {4, 8}, {8, 16}, {16, 32}, {32, 64}, {64, 120}}) {
    EXPECT_GT(times[high], times[low]);
    for (int count = low; count <= high; ++count)
      EXPECT_NEAR(times[count], times[low] + (times[high] - times[low]) * (count - low) / (high - low), 1e-15) << count;
  }
}

}  // namespace
}  // namespace nvcim::sim
