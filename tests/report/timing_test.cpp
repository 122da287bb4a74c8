// SPDX-License-Identifier: Apache-2.0
#include "sim/report/timing.h"

#include <gtest/gtest.h>

#include "tests/report/example_run.h"

namespace nvcim::sim {
namespace {

TEST(SampleTimes, OfOneSampleTakeItsLatencyAsInterval) {
  Timeline timeline;
  timeline.samples = {{5, 105}};
  EXPECT_EQ(sample_times(timeline).latency_cycles, 100u);
  EXPECT_EQ(sample_times(timeline).interval_cycles, 100);
}

TEST(SampleTimes, OfTwoSamplesTakeTheirDistance) {
  Timeline timeline;
  timeline.samples = {{5, 105}, {6, 165}};
  EXPECT_EQ(sample_times(timeline).interval_cycles, 60);
}

TEST(SampleTimes, OfMoreLeaveOutTheFirstWhileThePipelineFills) {
  Timeline timeline;
  timeline.samples = {{0, 100}, {1, 190}, {2, 240}, {3, 291}};
  EXPECT_EQ(sample_times(timeline).interval_cycles, (291 - 190) / 2.0);
}

TEST(SampleTimesDeathTest, ResultsComeInOrder) {
  Timeline timeline;
  timeline.samples = {{0, 100}, {1, 90}};
  EXPECT_DEATH(sample_times(timeline), "before its predecessor");
}

TEST(UnitRows, AreBusiestFirstAndLeaveOutIdleUnits) {
  const auto rows = unit_rows(ExampleRun().cycle.timeline);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].name, "tile0.crossbar0.adc");
  EXPECT_DOUBLE_EQ(rows[0].busy, 1000.0 / 2500);
  EXPECT_DOUBLE_EQ(rows[0].stall, 500.0 / 2500);
}

TEST(UnitKinds, AreMeansOverTheUnitsThatWork) {
  const auto kinds = unit_kinds(ExampleRun().cycle.timeline);
  ASSERT_EQ(kinds.size(), 2u);
  EXPECT_EQ(kinds[0].name, "adc");
  EXPECT_DOUBLE_EQ(kinds[0].busy, 1250.0 / (2 * 2500));
  EXPECT_EQ(kinds[1].name, "router");
}

}  // namespace
}  // namespace nvcim::sim
