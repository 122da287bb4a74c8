// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <fstream>

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
  a.device.model = DeviceModel::measured;
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
      EXPECT_EQ(failed[i], std::abs(row.codes[i] - row.targets[i]) > rules.tolerance);
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

TEST(Measured, OrdersTheOperationsOfARound) {
  const std::string path = testing::TempDir() + "two_levels.csv";
  // Level 0: 3 attempts, the first with a RESET, the last two with SETs. Level 1: 2 attempts, both of either kind.
  std::ofstream(path)
      << "level,r_low_ohm,r_high_ohm,pulses,set,reset,success,cells\n0,0,1,3,2,1,1,1\n1,0,1,2,1,2,0,1\n";
  Architecture a = measured(path);
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
  EXPECT_LE(std::abs(row.codes[0] - row.targets[0]), rules.tolerance);
  EXPECT_GT(std::abs(row.codes[1] - row.targets[1]), rules.tolerance);
}

}  // namespace
}  // namespace nvcim::device
