// SPDX-License-Identifier: Apache-2.0
#include "sim/report/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace nvcim::sim {
namespace {

TEST(MetricRegistry, EveryEntryIsComplete) {
  std::set<std::string_view> names;
  for (const MetricInfo& info : metric_registry()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_FALSE(info.unit.empty() || info.doc.empty() || info.formula.empty() || info.source.empty()) << info.name;
  }
}

TEST(MetricRegistry, AnExactEntryWinsOverAFamilyAndTheLongerFamilyOverTheShorter) {
  EXPECT_EQ(find_metric("energy.static")->name, "energy.static");
  EXPECT_EQ(find_metric("energy.adc")->name, "energy.*");
  EXPECT_EQ(find_metric("energy.layer.fc1")->name, "energy.layer.*");
  EXPECT_EQ(find_metric("area.chip")->name, "area.chip");
  EXPECT_EQ(find_metric("energy."), nullptr);
  EXPECT_EQ(find_metric("no.such"), nullptr);
}

TEST(MetricRegistry, SuggestsWhatLooksAlike) {
  EXPECT_THAT(similar_metrics("acuracy"), ::testing::Contains("accuracy"));
  EXPECT_THAT(similar_metrics("latency"), ::testing::Contains("latency.inference"));
}

TEST(FormatMetric, IsMadeForReaders) {
  EXPECT_EQ(format_metric(0.90123, "fraction"), "90.12 %");
  EXPECT_EQ(format_metric(1234567, "count"), "1,234,567");
  EXPECT_EQ(format_metric(123, "count"), "123");
  EXPECT_EQ(format_metric(0.25, "count"), "0.25");
  EXPECT_EQ(format_metric(81300.4, "1/s"), "81,300 /s");
  EXPECT_EQ(format_metric(1.667e-12, "J"), "1.667 pJ");
  EXPECT_EQ(format_metric(0.5422, "TOPS/W"), "0.5422 TOPS/W");
  EXPECT_EQ(format_metric(35e-6, "ratio"), "35 ppm");
  EXPECT_EQ(format_metric(0.0123, "ratio"), "1.23 %");
  EXPECT_EQ(format_metric(2.5, "ratio"), "250 %");
  EXPECT_EQ(format_metric(0, "ratio"), "0 %");
  EXPECT_EQ(format_metric(1.773e-3, "m^2"), "1773 mm^2");
  EXPECT_EQ(format_metric(9.7081e-5, "TOPS/W"), "97.08 MOPS/W");
}

}  // namespace
}  // namespace nvcim::sim
