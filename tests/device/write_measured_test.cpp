// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "arch/input_error.h"
#include "device/write_verify.h"
#include "tests/device/draws.h"
#include "tests/device/written_rows.h"

/// The `measured` process against N8: row-parallel writing of independent cells, a random mix of the four levels.
namespace nvcim::device {
namespace {

using testing::ElementsAre;

Architecture measured(const std::string& table, int max_attempts = 3968) {
  Architecture a;
  a.crossbar.cell_bits = 2;
  a.device.model = DeviceModel("measured");
  a.device.table = table;
  a.write_controller.process = WriteProcess::measured;
  a.write_controller.max_attempts = max_attempts;
  return a;
}

struct Outcome {
  double row_mean = 0;                               ///< of the rounds
  double level_mean[4] = {}, level_success[4] = {};  ///< by table level
  double mean = 0, success = 0;
};

Outcome write(const Architecture& a, int rows, int columns) {
  const WriteRules rules = make_write_rules(a, conductance_grid(a, 8));
  RowWriter writer(rules, {11, 0, 0, 0});
  const DrawStream levels(12, Purpose::stuck_cell, 0, 0, 0);
  Outcome out;
  double cells[4] = {};
  Row row(static_cast<std::size_t>(columns));
  for (int r = 0; r < rows; ++r) {
    row.row = static_cast<std::uint32_t>(r);
    for (int i = 0; i < columns; ++i) {
      const std::uint32_t level = levels.block(r, i)[0] >> 30;
      row.targets[i] = static_cast<std::int16_t>(level * static_cast<std::uint32_t>(rules.steps_per_level));
      row.codes[i] = 0;
      row.attempts[i] = 0;
    }
    writer.start(row.view());
    writer.drain();
    out.row_mean += writer.rounds();
    std::vector<bool> failed(columns, false);
    for (std::uint16_t column : writer.unconverged()) failed[column] = true;
    for (int i = 0; i < columns; ++i) {
      const int level = 3 - row.targets[i] / rules.steps_per_level;
      cells[level] += 1;
      out.level_mean[level] += row.attempts[i];
      out.level_success[level] += !failed[i];
      EXPECT_EQ(failed[i], !rules.measured[3 - level].passes(row.codes[i] - row.targets[i])) << level;
    }
  }
  const double total = double(rows) * columns;
  out.row_mean /= rows;
  for (int level = 0; level < 4; ++level) {
    out.mean += out.level_mean[level] / total;
    out.success += out.level_success[level] / total;
    out.level_mean[level] /= cells[level];
    out.level_success[level] /= cells[level];
  }
  return out;
}

struct RowCost {
  const char* table;
  int columns;
  double rounds;
};
class RowParallel : public testing::TestWithParam<RowCost> {};

// The row ends with its slowest cell. The slowest cell has a long tail: the
// standard error of the mean over these rows is up to 0.7 %.
TEST_P(RowParallel, EndsWithItsSlowestCell) {
  const RowCost& want = GetParam();
  const int rows = std::max(12'000, 200'000 / want.columns);
  EXPECT_NEAR(write(measured(want.table), rows, want.columns).row_mean, want.rounds, 0.03 * want.rounds);
}

INSTANTIATE_TEST_SUITE_P(
    N8, RowParallel,
    testing::Values(RowCost{"sdr_chip1", 1, 8.3}, RowCost{"sdr_chip1", 8, 23.7}, RowCost{"sdr_chip1", 16, 30.1},
                    RowCost{"sdr_chip1", 32, 37.7}, RowCost{"sdr_chip1", 64, 48.3}, RowCost{"sdr_chip1", 128, 63.0},
                    RowCost{"sdr_chip1", 256, 84.8}, RowCost{"ispp_chip2", 1, 19.4}, RowCost{"ispp_chip2", 8, 60.2},
                    RowCost{"ispp_chip2", 16, 78.3}, RowCost{"ispp_chip2", 32, 99.6}, RowCost{"ispp_chip2", 64, 124.4},
                    RowCost{"ispp_chip2", 128, 153.2}, RowCost{"ispp_chip2", 256, 189.3}),
    [](const auto& cost) { return std::string(cost.param.table) + "_" + std::to_string(cost.param.columns); });

TEST(Measured, LevelsTakeTheMeasuredPulsesAndSucceedAsOften) {
  const struct {
    const char* table;
    double mean[4], success[4], whole_mean, whole_success;
  } want[] = {{"sdr_chip1", {3.61, 14.15, 11.26, 4.09}, {1.0, 0.9973, 0.9963, 0.8550}, 8.28, 0.9622},
              {"ispp_chip2", {10.38, 29.88, 28.10, 8.42}, {1.0, 0.9967, 0.9968, 0.8555}, 19.19, 0.9622}};
  for (const auto& chip : want) {
    const Outcome out = write(measured(chip.table), 4000, 128);
    for (int level = 0; level < 4; ++level) {
      EXPECT_NEAR(out.level_mean[level], chip.mean[level], 0.03 * chip.mean[level]) << chip.table << level;
      EXPECT_NEAR(out.level_success[level], chip.success[level], 0.003) << chip.table << level;
    }
    EXPECT_NEAR(out.mean, chip.whole_mean, 0.03 * chip.whole_mean);
    EXPECT_NEAR(out.success, chip.whole_success, 0.003);
  }
}

TEST(Measured, AttemptLimitCutsOffAsMeasured) {
  // N8, SDR chip 1: limit, fraction finished, mean pulses.
  const double want[][3] = {{1, 0.187, 1.00},  {2, 0.374, 1.81},  {4, 0.467, 3.03}, {8, 0.626, 4.90},
                            {16, 0.850, 6.92}, {32, 0.946, 7.95}, {64, 0.961, 8.14}};
  for (const auto& [limit, finished, pulses] : want) {
    const Outcome out = write(measured("sdr_chip1", static_cast<int>(limit)), 4000, 64);
    EXPECT_NEAR(out.success, finished, 0.005) << limit;
    EXPECT_NEAR(out.mean, pulses, 0.03 * pulses) << limit;
  }
}

std::string table_file(const std::string& name, const std::string& lines) {
  std::string path = testing::TempDir() + name;
  const auto header = lines.find("0,0,");
  std::ofstream(path) << "#! ended 0 passed uS = 200 220\n#! failed = unverified\n"
                      << lines.substr(0, header) << "level,r_low_ohm,r_high_ohm,pulses,set,reset,success,cells\n"
                      << lines.substr(header);
  return path;
}

TEST(Measured, OrdersTheOperationsOfARound) {
  // Table level 0: 3 attempts, the first with a RESET, the last two with SETs. Level 1: 2 attempts, both with a RESET,
  // the last with a SET as well.
  Architecture a = measured(table_file("two_levels.csv", "0,0,5000,3,2,1,1,1\n1,80000,1e12,2,1,2,0,1\n"));
  a.crossbar.cell_bits = 1;
  const WriteRules rules = make_write_rules(a, conductance_grid(a, 8));
  RowWriter writer(rules, {});
  Row row(2);
  row.targets = {static_cast<std::int16_t>(rules.range.span), 0};
  writer.start(row.view());
  EXPECT_THAT(operations(writer), ElementsAre(Seen{WriteAction::reset, {0, 1}, 0}, Seen{WriteAction::read, {0, 1}, 0},
                                              Seen{WriteAction::reset, {1}, 1}, Seen{WriteAction::set, {0, 1}, 1},
                                              Seen{WriteAction::read, {0, 1}, 0}, Seen{WriteAction::set, {0}, 2},
                                              Seen{WriteAction::read, {0}, 0}));
  EXPECT_EQ(writer.rounds(), 3u);
  EXPECT_THAT(row.attempts, ElementsAre(3, 2));
  EXPECT_THAT(writer.unconverged(), ElementsAre(1));
  // 200 to 220 uS is the target up to a tenth of the range above it; a cell that fails ends above 12.5 of 200 uS.
  EXPECT_GE(row.codes[0], row.targets[0]);
  EXPECT_LE(row.codes[0], std::lround(1.1 * rules.range.span));
  EXPECT_GT(row.codes[1], 0.0625 * rules.range.span);
}

TEST(Measured, AFirstPulseThatIsNotCountedIsGivenBeforeTheFirstAttemptAndNotRead) {
  // Three cells: one SET alone; a RESET, then a RESET and three SETs; a RESET alone.
  Architecture a = measured(table_file("first_pulse.csv",
                                       "#! pulses = set + reset - 1\n0,0,5000,0,1,0,1,1\n1,5500,6000,4,3,2,1,1\n"
                                       "2,8000,9000,0,0,1,1,1\n3,80000,1e12,0,0,1,1,1\n"));
  const WriteRules rules = make_write_rules(a, conductance_grid(a, 8));
  RowWriter writer(rules, {});
  Row row(3);
  for (int i = 0; i < 3; ++i) row.targets[i] = static_cast<std::int16_t>((3 - i) * rules.steps_per_level);
  writer.start(row.view());
  int pending = 0;
  writer.for_each_pending([&](int) { ++pending; });
  EXPECT_EQ(pending, 3);
  EXPECT_EQ(writer.peek().action, WriteAction::reset);
  EXPECT_EQ(writer.peek().columns.size(), 2u);
  EXPECT_THAT(operations(writer), ElementsAre(Seen{WriteAction::reset, {1, 2}, 0}, Seen{WriteAction::set, {0}, 0},
                                              Seen{WriteAction::reset, {1}, 1}, Seen{WriteAction::read, {1}, 0},
                                              Seen{WriteAction::set, {1}, 2}, Seen{WriteAction::read, {1}, 0},
                                              Seen{WriteAction::set, {1}, 3}, Seen{WriteAction::read, {1}, 0},
                                              Seen{WriteAction::set, {1}, 4}, Seen{WriteAction::read, {1}, 0}));
  EXPECT_EQ(writer.rounds(), 4u);
  EXPECT_THAT(row.attempts, ElementsAre(0, 4, 0));
  const WriteCounts& counts = writer.counts();
  EXPECT_EQ(counts.set_bits, 4u);
  EXPECT_EQ(counts.reset_bits, 3u);
  EXPECT_EQ(counts.read_bits, 4u);
  EXPECT_EQ(counts.success, 3u);
}

TEST(Measured, PeekSaysWhatTheNextStepDoesWithAFirstPulseApart) {
  Architecture a = measured(table_file("first_pulse_peek.csv",
                                       "#! pulses = set + reset - 1\n0,0,5000,2,3,0,1,1\n1,5500,6000,4,3,2,1,1\n"
                                       "2,8000,9000,3,2,2,0,1\n3,80000,1e12,1,0,2,1,1\n"));
  const WriteRules rules = make_write_rules(a, conductance_grid(a, 8));
  RowWriter writer(rules, {});
  Row row(16);
  for (int i = 0; i < 16; ++i) row.targets[i] = static_cast<std::int16_t>(i % 4 * rules.steps_per_level);
  writer.start(row.view());
  for (;;) {
    const WriteOperation next = writer.peek();
    const std::vector<std::uint16_t> columns(next.columns.begin(), next.columns.end());
    const WriteOperation& done = writer.step();
    ASSERT_EQ(done.action, next.action);
    ASSERT_EQ(done.ramp_step, next.ramp_step);
    ASSERT_EQ(std::vector<std::uint16_t>(done.columns.begin(), done.columns.end()), columns);
    if (done.action == WriteAction::done) break;
  }
  writer.for_each_pending([](int column) { ADD_FAILURE() << column << " is still pending"; });
}

/// Deviations from the target, of the range, of many cells of one level (of the architecture).
struct Ends {
  std::vector<double> passed, failed;
};
Ends ends_of(const Architecture& a, int level) {
  const WriteRules rules = make_write_rules(a, conductance_grid(a, 8));
  RowWriter writer(rules, {21, 0, 0, 0});
  Ends ends;
  Row row(64);
  for (std::uint32_t r = 0; r < 800; ++r) {
    row.row = r;
    std::fill(row.targets.begin(), row.targets.end(), static_cast<std::int16_t>(level * rules.steps_per_level));
    std::fill(row.codes.begin(), row.codes.end(), static_cast<std::int16_t>(0));
    writer.start(row.view());
    writer.drain();
    std::vector<bool> failed(64, false);
    for (const std::uint16_t column : writer.unconverged()) failed[column] = true;
    for (std::size_t i = 0; i < 64; ++i)
      (failed[i] ? ends.failed : ends.passed).push_back(double(row.codes[i] - row.targets[i]) / rules.range.span);
  }
  return ends;
}

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

// Levy et al. (N8): windows of 1.73 % (5.77 to 6.01 kohm) and 2.52 % (8.51 to 9.31 kohm) of 200 uS; 200 uS and more,
// 12.5 uS and less at the ends.
TEST(Measured, CellsThatPassEndInTheWindowOfTheirLevel) {
  Architecture a = measured("sdr_chip1");
  a.device.grid_bits = 14;
  for (const auto& [level, half] : {std::pair{2, 0.01731}, {1, 0.02524}}) {
    const std::vector<double> passed = ends_of(a, level).passed;
    EXPECT_NEAR(quantile(passed, 0), -half, 2e-4) << level;
    EXPECT_NEAR(quantile(passed, 0.25), -half / 2, 4e-4) << level;
    EXPECT_NEAR(quantile(passed, 0.5), 0, 4e-4) << level;
    EXPECT_NEAR(quantile(passed, 1), half, 2e-4) << level;
  }
  // Of the published chip: half of its cells of the lowest conductance end under 3.8 uS, of the highest under 212.5.
  const std::vector<double> lowest = ends_of(a, 0).passed, highest = ends_of(a, 3).passed;
  EXPECT_GE(quantile(lowest, 0), 0);
  EXPECT_NEAR(quantile(lowest, 0.5), 3.796 / 200, 4e-4);
  EXPECT_LE(quantile(lowest, 1), 0.0625);
  EXPECT_GE(quantile(highest, 0), 0);
  EXPECT_NEAR(quantile(highest, 0.5), 12.51 / 200, 1e-3);
}

TEST(Measured, FailedCellsOfAnUnverifiedWriteAreItsDrawsOutsideTheWindow) {
  // Window of the lower level: up to 12.5 of 200 uS, so 0.0625. sigma 0.1: a normal deviate above 0.625.
  Architecture a = measured(table_file("failing.csv", "0,0,5000,1,1,0,1,1\n1,80000,1e12,1,0,1,0,1\n"));
  a.crossbar.cell_bits = 1;
  a.device.grid_bits = 14;
  const Ends ends = ends_of(a, 0);
  EXPECT_TRUE(ends.passed.empty());
  const double tail = 0.5 * std::erfc(0.625 / std::sqrt(2.0));
  EXPECT_GE(quantile(ends.failed, 0), 0.0625);
  for (const double share : {0.1, 0.5, 0.9}) {
    // P(deviate > x | > 0.625) = 1 - share, by bisection.
    double low = 0.625, high = 8;
    for (int i = 0; i < 60; ++i) {
      const double middle = (low + high) / 2;
      (0.5 * std::erfc(middle / std::sqrt(2.0)) > (1 - share) * tail ? low : high) = middle;
    }
    EXPECT_NEAR(quantile(ends.failed, share), 0.1 * low, 0.002) << share;
  }
  // Without a spread the nearest code outside.
  a.device.sigma = 0;
  const double code = 1.0 / make_write_rules(a, conductance_grid(a, 8)).range.span;
  for (const double deviation : ends_of(a, 0).failed) EXPECT_NEAR(deviation, 0.0625 + code, code);
}

TEST(Measured, FailedCellsEndWhereTheTableSays) {
  const std::string path = testing::TempDir() + "ended.csv";
  std::ofstream(path) << "#! ended 0 passed uS = 200 220\n#! ended 1 failed uS = 20 60 140\n"
                         "level,r_low_ohm,r_high_ohm,pulses,set,reset,success,cells\n"
                         "0,0,5000,1,1,0,1,1\n1,80000,1e12,2,0,2,0,1\n";
  Architecture a = measured(path);
  a.crossbar.cell_bits = 1;
  const Ends ends = ends_of(a, 0);
  EXPECT_NEAR(quantile(ends.failed, 0), 0.1, 0.002);
  EXPECT_NEAR(quantile(ends.failed, 0.5), 0.3, 0.005);
  EXPECT_NEAR(quantile(ends.failed, 1), 0.7, 0.002);
  // Cut off before its second pulse a cell has no end of its own, and the table does not say.
  a.write_controller.max_attempts = 1;
  EXPECT_THROW(make_write_rules(a, conductance_grid(a, 8)), InputError);
}

}  // namespace
}  // namespace nvcim::device
