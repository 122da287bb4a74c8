// SPDX-License-Identifier: Apache-2.0
#include "device/verify_reach.h"

#include <gmock/gmock.h>

#include "tests/device/written_rows.h"

namespace nvcim::device {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Architecture with_converter(double tolerance, int bits) {
  Architecture a = paper_like(WriteProcess::redraw);
  a.adc.model = AdcModel::sar;
  a.adc.bits = bits;
  a.write_controller.tolerance = tolerance;
  return a;
}

// Tolerance 0.002 and 8 bits: a code stands for 2/256 of the range, so a cell at level 0 is accepted up to 1/256 = 0.39
// % off. A third of the range lies between two codes, 1/384 = 0.26 % from the nearer: no code accepts a cell of levels
// 1 and 2.
TEST(VerifyReach, ATightToleranceIsTheConvertersStep) {
  const VerifyReach reach = verify_reach(rules_of(with_converter(0.002, 8)));
  EXPECT_DOUBLE_EQ(reach.step, 2.0 / 256);
  EXPECT_DOUBLE_EQ(reach.tolerance, 0.002);
  EXPECT_NEAR(reach.farthest, 1.0 / 256, 2.0 / 12288);
  EXPECT_THAT(reach.closed, ElementsAre(1, 2));
  EXPECT_TRUE(reach.matters());
}

TEST(VerifyReach, AWideToleranceGrowsByHalfAStepAtMost) {
  const VerifyReach reach = verify_reach(rules_of(with_converter(0.06, 8)));
  EXPECT_GT(reach.farthest, 0.06 - 1.0 / 256);
  EXPECT_LE(reach.farthest, 0.06 + 1.0 / 256);
  EXPECT_THAT(reach.closed, IsEmpty());
  EXPECT_FALSE(reach.matters());
}

TEST(VerifyReach, TheIdealConverterAcceptsTheToleranceItself) {
  const VerifyReach reach = verify_reach(rules_of(paper_like(WriteProcess::redraw)));
  EXPECT_EQ(reach.step, 0);
  EXPECT_LE(reach.farthest, 0.06);
  EXPECT_NEAR(reach.farthest, 0.06, 1.0 / 12288);
  EXPECT_FALSE(reach.matters());
}

// What is said is what the writer does: cells that a writer accepts are as far off as said, and no farther.
TEST(VerifyReach, IsWhatAWriterAccepts) {
  for (const auto& [tolerance, bits] : {std::pair{0.002, 8}, {0.01, 7}, {0.03, 5}, {0.05, 4}}) {
    Architecture a = with_converter(tolerance, bits);
    a.write_controller.max_attempts = 1;
    const WriteRules rules = rules_of(a);
    double farthest = 0;
    std::vector<bool> accepted(4, false);
    for (int level = 0; level < 4; ++level) {
      Row row(8001);
      for (int i = 0; i < 8001; ++i) {
        row.targets[i] = static_cast<std::int16_t>(level * rules.steps_per_level);
        row.codes[i] = static_cast<std::int16_t>(row.targets[i] + i - 4000);
      }
      row.stuck.assign(8001, 1);
      RowWriter writer(rules, {});
      writer.start(row.view());
      writer.drain();
      std::vector<bool> failed(8001, false);
      for (const std::uint16_t column : writer.unconverged()) failed[column] = true;
      for (int i = 0; i < 8001; ++i) {
        if (failed[i] || row.codes[i] < rules.range.lowest || row.codes[i] > rules.range.highest) continue;
        accepted[level] = true;
        farthest = std::max(farthest, std::abs(i - 4000) / double(rules.range.span));
      }
    }
    const VerifyReach reach = verify_reach(rules);
    EXPECT_DOUBLE_EQ(reach.farthest, farthest) << tolerance << " " << bits;
    for (int level = 0; level < 4; ++level)
      EXPECT_EQ(std::count(reach.closed.begin(), reach.closed.end(), level) == 0, accepted[level]) << level;
  }
}

}  // namespace
}  // namespace nvcim::device
