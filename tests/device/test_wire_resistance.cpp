// SPDX-License-Identifier: Apache-2.0
#include "device/wire_resistance.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace nvcim::device {
namespace {

WireSegments segments(double row_ohm, double column_ohm) {
  return {from_si<Resistance>(row_ohm), from_si<Resistance>(column_ohm)};
}

/// Same sequence on every machine; its quality does not matter here.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : state_(seed) {}
  double between(double low, double high) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return low + (high - low) * static_cast<double>(state_ >> 11) * 0x1p-53;
  }
  std::vector<double> vector(int size, double low, double high) {
    std::vector<double> values(size);
    for (double& value : values) value = between(low, high);
    return values;
  }

 private:
  std::uint64_t state_;
};

std::vector<double> currents_of(const std::vector<double>& effective, const std::vector<double>& volts) {
  const std::size_t columns = effective.size() / volts.size();
  std::vector<double> currents(columns, 0.0);
  for (std::size_t i = 0; i < volts.size(); ++i) {
    for (std::size_t j = 0; j < columns; ++j) currents[j] += effective[i * columns + j] * volts[i];
  }
  return currents;
}

void expect_relative(const std::vector<double>& got, const std::vector<double>& want, double tolerance) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t k = 0; k < got.size(); ++k) {
    EXPECT_NEAR(got[k], want[k], tolerance * std::abs(want[k])) << "at " << k;
  }
}

const std::vector<double> kTwoByTwo = {100e-6, 20e-6, 50e-6, 80e-6};
const std::vector<double> kTwoVolts = {0.2, 0.1};
// Exact nodal solution for 10 ohm segments, printed to ten digits in tests/NUMBERS.md (N10).
const std::vector<double> kTwoAmperes = {24.91230048e-6, 11.96491136e-6};

TEST(WireResistance, TwoByTwoMatchesTheExactSolution) {
  expect_relative(column_currents(kTwoByTwo, 2, 2, segments(10, 10), kTwoVolts), kTwoAmperes, 1e-9);
  expect_relative(currents_of(effective_conductance(kTwoByTwo, 2, 2, segments(10, 10)), kTwoVolts), kTwoAmperes, 1e-9);
}

TEST(WireResistance, OneCellIsThreeResistorsInSeries) {
  const double want = 1 / (3.0 + 1 / 50e-6 + 7.0);
  expect_relative(effective_conductance(std::vector{50e-6}, 1, 1, segments(3, 7)), {want}, 1e-14);
  expect_relative(column_currents(std::vector{50e-6}, 1, 1, segments(3, 7), std::vector{0.5}), {0.5 * want}, 1e-14);
}

TEST(WireResistance, RowOfTwoCellsIsALadder) {
  const double r = 100, g0 = 200e-6, g1 = 400e-6;
  // Second branch: segment and cell in series, beside the first cell, behind the driver's segment.
  const double branch = 1 / (r + 1 / g1);
  const double node = 1 / (1 + r * (g0 + branch));
  expect_relative(effective_conductance(std::vector{g0, g1}, 1, 2, segments(r, 0)), {g0 * node, branch * node}, 1e-14);
}

struct Published {
  double cell_ohm;
  double first, last, mean;
};

class WireResistanceOfACrossbar : public testing::TestWithParam<Published> {};

// Column current over ideal for 128 x 128 equal cells, all rows at 0.2 V, 1 ohm segments (N10, four printed digits).
TEST_P(WireResistanceOfACrossbar, LosesThePublishedShare) {
  constexpr int kSize = 128;
  const Published& published = GetParam();
  const std::vector<double> siemens(kSize * kSize, 1 / published.cell_ohm);
  const std::vector<double> volts(kSize, 0.2);
  const double ideal = kSize * 0.2 / published.cell_ohm;
  for (const std::vector<double>& currents :
       {column_currents(siemens, kSize, kSize, segments(1, 1), volts),
        currents_of(effective_conductance(siemens, kSize, kSize, segments(1, 1)), volts)}) {
    EXPECT_NEAR(currents.front() / ideal, published.first, 1e-4);
    EXPECT_NEAR(currents.back() / ideal, published.last, 1e-4);
    EXPECT_NEAR(std::accumulate(currents.begin(), currents.end(), 0.0) / kSize / ideal, published.mean, 1e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(N10, WireResistanceOfACrossbar,
                         testing::Values(Published{10e3, 0.6619, 0.4112, 0.4923},
                                         Published{100e3, 0.9471, 0.8785, 0.9014}),
                         [](const auto& point) { return point.param.cell_ohm < 50e3 ? "10kOhm" : "100kOhm"; });

TEST(WireResistance, IdealWiresGiveTheCellsBack) {
  const std::vector<double> siemens = Numbers(1).vector(5 * 7, 0, 100e-6);
  EXPECT_EQ(effective_conductance(siemens, 5, 7, segments(0, 0)), siemens);
  const std::vector<double> volts = Numbers(2).vector(5, -0.2, 0.2);
  EXPECT_EQ(column_currents(siemens, 5, 7, segments(0, 0), volts), currents_of(siemens, volts));
}

struct Shape {
  int rows, columns;
  double row_ohm, column_ohm;
};

class WireResistanceShape : public testing::TestWithParam<Shape> {};

TEST_P(WireResistanceShape, EffectiveConductanceGivesTheDirectSolutionForAnyDrive) {
  const auto [rows, columns, row_ohm, column_ohm] = GetParam();
  Numbers numbers(rows * 1000 + columns);
  std::vector<double> siemens = numbers.vector(rows * columns, 1e-6, 100e-6);
  for (std::size_t k = 0; k < siemens.size(); k += 5) siemens[k] = 0;  // cells that do not conduct at all
  const WireSegments wires = segments(row_ohm, column_ohm);
  const std::vector<double> effective = effective_conductance(siemens, rows, columns, wires);
  for (int drive = 0; drive < 3; ++drive) {
    const std::vector<double> volts = numbers.vector(rows, -0.3, 0.3);
    const std::vector<double> direct = column_currents(siemens, rows, columns, wires, volts);
    const std::vector<double> linear = currents_of(effective, volts);
    const double scale = std::abs(*std::ranges::max_element(direct, {}, [](double i) { return std::abs(i); }));
    for (int j = 0; j < columns; ++j) EXPECT_NEAR(linear[j], direct[j], 1e-11 * scale) << "column " << j;
  }
}

TEST_P(WireResistanceShape, WiresOnlyTakeCurrentAway) {
  const auto [rows, columns, row_ohm, column_ohm] = GetParam();
  const std::vector<double> siemens = Numbers(7).vector(rows * columns, 1e-6, 100e-6);
  const std::vector<double> effective = effective_conductance(siemens, rows, columns, segments(row_ohm, column_ohm));
  const std::vector<double> ones(rows, 1.0);
  const std::vector<double> ideal = currents_of(siemens, ones);
  const std::vector<double> real = currents_of(effective, ones);
  EXPECT_THAT(effective, testing::Each(testing::Ge(0.0)));
  for (int j = 0; j < columns; ++j) EXPECT_LT(real[j], ideal[j]) << "column " << j;
}

TEST_P(WireResistanceShape, SensingAtTheRowsInsteadGivesTheSameConductances) {
  const auto [rows, columns, row_ohm, column_ohm] = GetParam();
  const std::vector<double> siemens = Numbers(11).vector(rows * columns, 1e-6, 100e-6);
  // The same circuit looked at from the column ends: rows and columns change places, counted from the other end.
  const auto turn = [](const std::vector<double>& from, int from_rows, int from_columns) {
    std::vector<double> to(from.size());
    for (int i = 0; i < from_rows; ++i) {
      for (int j = 0; j < from_columns; ++j) {
        to[(from_columns - 1 - j) * from_rows + from_rows - 1 - i] = from[i * from_columns + j];
      }
    }
    return to;
  };
  const std::vector<double> effective = effective_conductance(siemens, rows, columns, segments(row_ohm, column_ohm));
  const std::vector<double> turned =
      effective_conductance(turn(siemens, rows, columns), columns, rows, segments(column_ohm, row_ohm));
  expect_relative(turn(turned, columns, rows), effective, 1e-10);
}

INSTANTIATE_TEST_SUITE_P(Shapes, WireResistanceShape,
                         testing::Values(Shape{1, 1, 5, 5}, Shape{1, 9, 10, 3}, Shape{9, 1, 10, 3}, Shape{6, 6, 20, 20},
                                         Shape{17, 5, 3, 40}, Shape{5, 17, 3, 40}, Shape{12, 12, 0, 25},
                                         Shape{12, 12, 25, 0}, Shape{3, 20, 0, 25}, Shape{20, 3, 25, 0},
                                         Shape{40, 30, 1000, 1000}, Shape{30, 40, 1e-6, 1e-6}));

TEST(WireResistance, RowsAndColumnsAreNotInterchangeable) {
  // Equal cells: along a row the drive falls from the left, so the first column carries most; down a column the rows
  // next to the ground carry most.
  constexpr int kSize = 16;
  const std::vector<double> siemens(kSize * kSize, 100e-6);
  const std::vector<double> rows_only = effective_conductance(siemens, kSize, kSize, segments(50, 0));
  const std::vector<double> columns_only = effective_conductance(siemens, kSize, kSize, segments(0, 50));
  for (int k = 0; k + 1 < kSize; ++k) {
    EXPECT_GT(rows_only[k], rows_only[k + 1]);
    EXPECT_LT(columns_only[k * kSize], columns_only[(k + 1) * kSize]);
  }
  EXPECT_NEAR(rows_only[0], rows_only[(kSize - 1) * kSize], 1e-18);
  EXPECT_NEAR(columns_only[0], columns_only[kSize - 1], 1e-18);
  // One asymmetric crossbar, read as it is and transposed.
  const std::vector<double> transposed = {kTwoByTwo[0], kTwoByTwo[2], kTwoByTwo[1], kTwoByTwo[3]};
  const std::vector<double> as_is = effective_conductance(kTwoByTwo, 2, 2, segments(1000, 1000));
  const std::vector<double> other = effective_conductance(transposed, 2, 2, segments(1000, 1000));
  EXPECT_GT(std::abs(as_is[1] / other[2] - 1), 0.01);
}

TEST(WireResistanceDeathTest, RefusesNegativeCells) {
  EXPECT_DEATH(effective_conductance(std::vector{-1e-6}, 1, 1, segments(1, 1)), "negative");
}

}  // namespace
}  // namespace nvcim::device
