// SPDX-License-Identifier: Apache-2.0
#include "device/measured_table.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <fstream>
#include <iterator>
#include <numeric>

#include "arch/input_error.h"
#include "tests/device/draws.h"

namespace nvcim::device {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

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

/// Windows 0..5 kohm (200 uS up), 8..10 kohm (100 to 125 uS), from 80 kohm (up to 12.5 uS).
constexpr const char* kHeader = "level,r_low_ohm,r_high_ohm,pulses,set,reset,success,cells\n";
constexpr const char* kTop = "0,0,5000,";
constexpr const char* kMiddle = "1,8000,10000,";
constexpr const char* kBottom = "2,80000,1e15,";

std::string three_levels(const std::string& statements) {
  return statements + kHeader + kTop + "1,1,0,1,4\n" + kMiddle + "2,1,1,1,3\n" + kMiddle + "9,1,8,0,1\n" + kBottom +
         "1,0,1,1,4\n";
}

TEST(MeasuredTable, DrawsEveryBinInProportion) {
  const MeasuredTable table = MeasuredTable::parse(
      std::string("# mine\n") + kHeader + kTop + "1,0,1,1,1\n" + kTop + "3,2,1,0,3\r\n" + kMiddle + "1,1,0,1,2\n",
      "mine.csv");
  ASSERT_EQ(table.levels(), 2);
  EXPECT_EQ(table.cells(0), 4u);
  EXPECT_DOUBLE_EQ(table.share_failed(0), 0.75);
  EXPECT_EQ(table.most_pulses(), 3);
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

TEST(MeasuredTable, WindowsAreSharesOfTheRangeAndOneSidedAtItsEnds) {
  const MeasuredTable table = MeasuredTable::parse(three_levels(""), "mine.csv");
  // The range runs from 1 fS to 200 uS. The middle window is 100 to 125 uS, its target 112.5.
  EXPECT_DOUBLE_EQ(table.window(0).below, 0);
  EXPECT_TRUE(std::isinf(table.window(0).above));
  EXPECT_NEAR(table.window(1).below, 12.5 / 200, 1e-9);
  EXPECT_NEAR(table.window(1).above, 12.5 / 200, 1e-9);
  EXPECT_TRUE(std::isinf(table.window(2).below));
  EXPECT_NEAR(table.window(2).above, 12.5 / 200, 1e-9);
  // Levy et al. (N8): L1 5.77 to 6.01 and L2 8.51 to 9.31 kohm are 1.73 and 2.52 % of 200 uS to either side.
  const MeasuredTable sdr = MeasuredTable::load("sdr_chip1");
  EXPECT_NEAR(sdr.window(1).above, (1e6 / 5770 - 1e6 / 6010) / 2 / 200, 1e-6);
  EXPECT_NEAR(sdr.window(2).below, (1e6 / 8510 - 1e6 / 9310) / 2 / 200, 1e-6);
  EXPECT_NEAR(sdr.window(3).above, 12.5 / 200, 1e-6);
}

TEST(MeasuredTable, CellsThatPassEndUniformInTheirWindowUnlessTheTableSaysWhere) {
  const MeasuredTable table = MeasuredTable::parse(three_levels("#! ended 0 passed uS = 200 210 300\n"), "mine.csv");
  EXPECT_NEAR(table.passed(1, 0), -12.5 / 200, 1e-6);
  EXPECT_NEAR(table.passed(1, 0x80000000), 0, 1e-6);
  EXPECT_NEAR(table.passed(1, 0xffffffff), 12.5 / 200, 1e-6);
  EXPECT_NEAR(table.passed(2, 0), 0, 1e-6);
  EXPECT_NEAR(table.passed(2, 0xffffffff), 12.5 / 200, 1e-6);
  // Half of the cells between 200 and 210 uS, half between 210 and 300; the target is 200.
  EXPECT_NEAR(table.passed(0, 0x40000000), 5.0 / 200, 1e-6);
  EXPECT_NEAR(table.passed(0, 0x80000000), 10.0 / 200, 1e-6);
  EXPECT_NEAR(table.passed(0, 0xc0000000), 55.0 / 200, 1e-6);
  EXPECT_NEAR(table.passed(0, 0xffffffff), 100.0 / 200, 1e-6);
}

TEST(MeasuredTable, SaysWhereFailedCellsEndOrNothing) {
  const MeasuredTable said = MeasuredTable::parse(three_levels("#! ended 1 failed uS = 130 150 170\n"), "mine.csv");
  EXPECT_NEAR(said.failed(1, 0x40000000).value(), (140 - 112.5) / 200, 1e-6);
  EXPECT_NEAR(said.mean_failed(1).value(), (150 - 112.5) / 200, 1e-6);
  EXPECT_EQ(said.failed(2, 7), std::nullopt);
  const MeasuredTable unsaid = MeasuredTable::parse(three_levels(""), "mine.csv");
  EXPECT_EQ(unsaid.failed(1, 7), std::nullopt);
  EXPECT_EQ(unsaid.mean_failed(1), std::nullopt);
}

TEST(MeasuredTable, AsksForWhatItDoesNotSay) {
  const auto unstated = [](const std::string& statements, int max_attempts) {
    return MeasuredTable::parse(three_levels(statements), "mine.csv").unstated(max_attempts);
  };
  EXPECT_THAT(
      unstated("", 8),
      ElementsAre(
          HasSubstr("does not say where the cells of level 0 ended: its window has no upper conductance; give "
                    "their conductances from the least to the most in a line \"#! ended 0 passed uS = LEAST "
                    "... MOST\""),
          HasSubstr("does not say where the cells ended that failed (1 of 4 of level 1): give their "
                    "conductances in a line \"#! ended LEVEL failed uS = LEAST ... MOST\" for each level, or say "
                    "\"#! failed = unverified\""),
          HasSubstr("an attempt limit cuts off: raise /write_controller/max_attempts = 8 to the table's most "
                    "pulses, 9, or say \"#! failed = unverified\"")));
  const std::string passed = "#! ended 0 passed uS = 200 300\n";
  EXPECT_THAT(unstated(passed + "#! ended 1 failed uS = 126 200\n", 9), IsEmpty());
  EXPECT_THAT(unstated(passed + "#! ended 1 failed uS = 126 200\n", 8), SizeIs(1));
  EXPECT_THAT(unstated(passed + "#!failed=unverified\n", 8), IsEmpty());
  for (const std::string& name : MeasuredTable::shipped())
    EXPECT_THAT(MeasuredTable::load(name).unstated(1), IsEmpty()) << name;
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
  EXPECT_THAT(
      faults(std::string(kHeader) + "0,0,1,1,0,1,1\n0,0,1,2,0,1,1,5\n0,0,1,x,0,1,1,5\n0,0,1,1,0,1,2,5\n"
                                    "0,ohm,1,1,0,1,1,5\n0,7,7,1,0,1,1,5\n0,0,-1,1,0,1,1,5\n0,0,inf,1,0,1,1,5\n"),
      ElementsAre(HasSubstr("line 2: has 7 fields, 8 are needed"),
                  HasSubstr("line 4: field 4 \"x\" is not a whole number in 0..65535"),
                  HasSubstr("line 5: field 7 \"2\" is not a whole number in 0..1"),
                  HasSubstr("line 6: field 2 \"ohm\" is not a resistance in ohm"),
                  HasSubstr("lines 7, 8, 9: field 3 \"7\" is not above the r_low_ohm of its line, \"7\""),
                  HasSubstr("line 3: set 0 and reset 1 cannot make pulses 2; a table that leaves out a cell's first "
                            "pulse says so in a line \"#! pulses = set + reset - 1\"")));
  EXPECT_THAT(faults("a,b\n0,0,1,1,0,1,1,5\n"), ElementsAre(HasSubstr("line 1: \"a,b\" is not the header")));
  EXPECT_THAT(faults(""), ElementsAre(HasSubstr("has no cells")));
  EXPECT_THAT(faults(std::string(kHeader) + "1,0,1,1,0,1,1,5\n"), ElementsAre(HasSubstr("level 0 has no cells")));
  EXPECT_THAT(faults(std::string(kHeader) + "0,0,1,1,0,1,1,5\n"), ElementsAre(HasSubstr("has one level")));
}

TEST(MeasuredTable, WindowsOfOneLevelAgreeAndThoseOfTwoDoNotOverlap) {
  EXPECT_THAT(faults(std::string(kHeader) + "0,0,5,1,0,1,1,5\n0,0,6,1,0,1,1,5\n1,7,8,1,0,1,1,5\n"),
              ElementsAre(HasSubstr("line 3: the window 0..6 ohm of level 0 is 0..5 ohm in an earlier line")));
  EXPECT_THAT(
      faults(std::string(kHeader) + "0,0,5,1,0,1,1,5\n1,4,8,1,0,1,1,5\n"),
      ElementsAre(HasSubstr("the window of level 1 begins at 4 ohm, inside that of level 0, which ends at 5 ohm; "
                            "level 0 has the lowest resistance")));
}

TEST(MeasuredTable, CountsPulsesInOneWayAndResistsMeasurably) {
  EXPECT_THAT(faults(three_levels("#! pulses = set + reset\n#! pulses = set + reset - 1\n")),
              Contains(HasSubstr("line 2: line 1 says how pulses are counted already")));
  EXPECT_THAT(faults(three_levels("#! pulses = s e t + reset\n")), Contains(HasSubstr("is none of")));
  EXPECT_THAT(faults(std::string(kHeader) + "0,0,0.0009,2,1,1,1,10\n"),
              Contains(HasSubstr("field 3 \"0.0009\" is not a resistance in ohm: 0, or 0.001 and more")));
}

TEST(MeasuredTable, StatementsAreReadAsStrictlyAsTheRest) {
  EXPECT_THAT(faults(three_levels(
                  "#! pulses = set\n#! ended 9 passed\n#! ended x failed uS = 1 2\n#! ended 0 passed uS = 200 y\n"
                  "#! ended 0 passed uS = 300 200\n#! ended 0 passed uS = 200\n#! ended 0 passed uS = 200 201\n"
                  "#! ended 0 passed uS = 200 201\n")),
              ElementsAre(HasSubstr("lines 1, 2: \"#! pulses = set\" is none of \"#! pulses = set + reset\""),
                          HasSubstr("line 3: \"x\" is not a level in 0..255"),
                          HasSubstr("line 4: \"y\" is not a conductance in uS"),
                          HasSubstr("line 5: 200 uS after 300 uS: the conductances rise"),
                          HasSubstr("line 6: has 1 conductances; 2 to 10001 are needed"),
                          HasSubstr("line 8: line 7 says it already")));
  EXPECT_THAT(
      faults(three_levels("#! ended 3 passed uS = 1 2\n#! ended 1 passed uS = 90 130\n#! ended 1 failed uS = 90 "
                          "110 130\n")),
      ElementsAre(HasSubstr("line 1: the table has no level 3"),
                  HasSubstr("line 2: 90 uS is outside the window 100..125 uS of level 1, whose cells passed"),
                  HasSubstr("line 3: 110 uS is inside the window 100..125 uS of level 1, whose cells failed")));
}

// A table that does not count a cell's first pulse, as those of FPPV: 102 lines of it were 102 messages.
TEST(MeasuredTable, BothCountingsOfPulsesAreReadAndTheWrongOneIsOneMessage) {
  std::string lines;
  for (int pulses = 0; pulses < 102; ++pulses) lines += fmt::format("{}{},{},0,1,7\n", kTop, pulses, pulses + 1);
  const std::string rest = std::string(kMiddle) + "5,3,3,1,9\n" + kBottom + "0,0,1,1,9\n";
  EXPECT_THAT(
      faults(kHeader + lines + rest),
      ElementsAre(HasSubstr("mine.csv:lines 2, 3, 4 and 100 more (103): set 1 and reset 0 cannot make pulses 0; a "
                            "table that leaves out a cell's first pulse says so in a line \"#! pulses = set + "
                            "reset - 1\"")));
  const std::string says = "#! pulses = set + reset - 1\n";
  const MeasuredTable table = MeasuredTable::parse(says + kHeader + lines + rest, "mine.csv");
  EXPECT_TRUE(table.first_pulse_apart());
  EXPECT_FALSE(MeasuredTable::load("sdr_chip1").first_pulse_apart());
  // What is left after the first pulse: a RESET where the cell had any.
  const MeasuredTable::Outcome &top = table.draw(0, 0), &middle = table.draw(1, 0), &bottom = table.draw(2, 0);
  EXPECT_THAT((std::array{top.pulses, top.set, top.reset}), ElementsAre(0, 0, 0));
  EXPECT_FALSE(top.reset_first);
  EXPECT_THAT((std::array{middle.pulses, middle.set, middle.reset}), ElementsAre(5, 3, 2));
  EXPECT_TRUE(middle.reset_first);
  EXPECT_THAT((std::array{bottom.pulses, bottom.set, bottom.reset}), ElementsAre(0, 0, 0));
  EXPECT_TRUE(bottom.reset_first);
  EXPECT_THAT(
      faults(says + kHeader + kTop + "1,1,0,1,7\n" + kMiddle + "1,1,1,1,7\n"),
      ElementsAre(HasSubstr("line 3: set 1 and reset 0 cannot make pulses 1; the table says \"#! pulses = set + "
                            "reset - 1\"")));
}

TEST(MeasuredTable, ReadsAFileOfTheUsers) {
  const std::string path = testing::TempDir() + "mine.csv";
  std::ofstream(path) << kHeader << kTop << "4,4,0,1,10\n" << kMiddle << "1,1,0,1,10\n";
  EXPECT_EQ(MeasuredTable::load(path).draw(0, 77).set, 4);
  EXPECT_THROW(MeasuredTable::load(path + ".missing"), InputError);
}

}  // namespace
}  // namespace nvcim::device
