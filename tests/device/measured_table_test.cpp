// SPDX-License-Identifier: Apache-2.0
#include "device/measured_table.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <numeric>

#include "arch/input_error.h"
#include "tests/device/draws.h"

namespace nvcim::device {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Published {
  const char* table;
  int level;
  double success, pulses, set, reset;
  int median, p99;
};

class ShippedTable : public testing::TestWithParam<Published> {};

TEST_P(ShippedTable, DrawsCellsAsMeasured) {
  const Published& want = GetParam();
  const MeasuredTable table = MeasuredTable::load(want.table);
  ASSERT_EQ(table.levels(), 4);
  const DrawStream stream(3, Purpose::write_outcome, 0, 0, 0);
  constexpr int kCells = 400'000;
  std::vector<int> pulses;
  double success = 0, set = 0, reset = 0;
  for (std::uint32_t group = 0; group < kCells / 4; ++group)
    for (std::uint32_t bits : stream.block(want.level, group)) {
      const MeasuredTable::Outcome& cell = table.draw(want.level, bits);
      pulses.push_back(cell.pulses);
      success += cell.success;
      set += cell.set;
      reset += cell.reset;
    }
  EXPECT_NEAR(success / kCells, want.success, 0.003);
  EXPECT_NEAR(std::accumulate(pulses.begin(), pulses.end(), 0.0) / kCells, want.pulses, 0.03 * want.pulses);
  EXPECT_NEAR(set / kCells, want.set, 0.03 * want.set + 0.01);
  EXPECT_NEAR(reset / kCells, want.reset, 0.03 * want.reset + 0.01);
  std::sort(pulses.begin(), pulses.end());
  EXPECT_NEAR(pulses[kCells / 2], want.median, 1);
  EXPECT_NEAR(pulses[kCells / 100 * 99], want.p99, 1 + 0.03 * want.p99);
}

// N8: success, mean pulses, SET, RESET, p50, p99.
INSTANTIATE_TEST_SUITE_P(N8, ShippedTable,
                         testing::Values(Published{"sdr_chip1", 0, 1.0000, 3.61, 2.61, 1.00, 2, 14},
                                         Published{"sdr_chip1", 1, 0.9973, 14.15, 7.20, 6.95, 12, 47},
                                         Published{"sdr_chip1", 2, 0.9963, 11.26, 5.79, 5.47, 9, 43},
                                         Published{"sdr_chip1", 3, 0.8550, 4.09, 0, 4.09, 1, 21},
                                         Published{"ispp_chip2", 0, 1.0000, 10.38, 9.38, 1.04, 10, 28},
                                         Published{"ispp_chip2", 1, 0.9967, 29.88, 26.02, 3.88, 21, 133},
                                         Published{"ispp_chip2", 2, 0.9968, 28.10, 23.56, 4.56, 20, 132},
                                         Published{"ispp_chip2", 3, 0.8555, 8.42, 0, 8.42, 1, 50}),
                         [](const auto& level) {
                           return std::string(level.param.table) + "_L" + std::to_string(level.param.level);
                         });

constexpr const char* kHeader = "level,r_low_ohm,r_high_ohm,pulses,set,reset,success,cells\n";

TEST(MeasuredTable, DrawsEveryBinInProportion) {
  const MeasuredTable table =
      MeasuredTable::parse(std::string("# mine\n") + kHeader + "0,0,1,1,0,1,1,1\n0,0,1,3,2,1,0,3\r\n", "mine.csv");
  ASSERT_EQ(table.levels(), 1);
  EXPECT_EQ(table.cells(0), 4u);
  // A quarter of the bits each: exact at the borders.
  EXPECT_EQ(table.draw(0, 0).pulses, 1);
  EXPECT_EQ(table.draw(0, 0x3fffffff).pulses, 1);
  EXPECT_EQ(table.draw(0, 0x40000000).pulses, 3);
  EXPECT_EQ(table.draw(0, 0xffffffff).pulses, 3);
  EXPECT_FALSE(table.draw(0, 0xffffffff).success);
}

TEST(MeasuredTable, HighestLevelHasTheLowestResistance) {
  const MeasuredTable table = MeasuredTable::load("sdr_chip1");
  EXPECT_EQ(table.table_level(0), 3);
  EXPECT_EQ(table.table_level(3), 0);
}

std::vector<std::string> faults(const std::string& text) {
  std::vector<std::string> found;
  try {
    MeasuredTable::parse(text, "mine.csv");
  } catch (const InputError& error) {
    for (const InputIssue& issue : error.issues()) found.push_back(issue.text());
  }
  return found;
}

TEST(MeasuredTable, NamesEveryFaultyLine) {
  EXPECT_THAT(faults(std::string(kHeader) +
                     "0,0,1,1,0,1,1\n0,0,1,2,0,1,1,5\n0,0,1,x,0,1,1,5\n0,0,1,1,0,1,2,5\n0,0,1,-1,0,1,1,5\n"),
              ElementsAre(HasSubstr("line 2: has 7 fields, 8 are needed"),
                          HasSubstr("line 3: set 0 and reset 1 cannot make pulses 2"),
                          HasSubstr("line 4: field 4 \"x\" is not a whole number in 0..65535"),
                          HasSubstr("line 5: field 7 \"2\" is not a whole number in 0..1"),
                          HasSubstr("line 6: field 4 \"-1\" is not a whole number")));
  EXPECT_THAT(faults("a,b\n0,0,1,1,0,1,1,5\n"), ElementsAre(HasSubstr("line 1: \"a,b\" is not the header")));
  EXPECT_THAT(faults(""), ElementsAre(HasSubstr("has no cells")));
  EXPECT_THAT(faults(std::string(kHeader) + "1,0,1,1,0,1,1,5\n"), ElementsAre(HasSubstr("level 0 has no cells")));
}

TEST(MeasuredTable, ReadsAFileOfTheUsers) {
  const std::string path = testing::TempDir() + "mine.csv";
  std::ofstream(path) << kHeader << "0,0,1,4,4,0,1,10\n";
  EXPECT_EQ(MeasuredTable::load(path).draw(0, 77).set, 4);
  EXPECT_THROW(MeasuredTable::load(path + ".missing"), InputError);
}

}  // namespace
}  // namespace nvcim::device
