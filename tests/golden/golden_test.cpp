// SPDX-License-Identifier: Apache-2.0
// Commands end to end on `tiny_2x2`, where every event costs 1 pJ, so that joules are counts. The expected figures are
// worked out below from the network, the data and the architecture, never taken from the program.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/support/result_rows.h"
#include "workloads/networks.h"
#include "workloads/onnx_read.h"

namespace nvcim::test {
namespace {

using nlohmann::json;

constexpr double kPico = 1e-12;
/// A grid step is a quarter of 1 uS: 0.1 V on it for 10 ns.
constexpr double kConduction = 0.1 * 0.1 * 0.25e-6 * 10e-9;

/// Two pixels, ten classes. Classes 2 to 9 have weights of 0 and a bias that never wins.
constexpr int kClasses = 10;
constexpr std::array<std::array<int, 2>, 2> kWeights = {{{3, -5}, {-2, 7}}};
constexpr std::array<std::array<int, 2>, 4> kPixels = {{{5, 3}, {200, 10}, {0, 255}, {129, 64}}};
// Logits of classes 0 and 1, with biases 0 and 10: 0, 21 | 550, -320 | -1275, 1795 | 67, 200.
constexpr std::array<int, 4> kPredicted = {1, 0, 1, 1};
constexpr std::array<int, 4> kLabels = {1, 0, 1, 0};

// A crossbar of 2 x 2 cells holds the pair of one class for both pixels: ten crossbars, all of tile 0, whose router is
// that of the global buffer, so a flit passes one router and no link.
constexpr double kBlocks = kClasses, kRows = 2 * kBlocks, kColumns = 2 * kBlocks, kCells = 2 * kColumns;
constexpr double kPhases = 8;  // of 8-bit inputs at one bit

class Golden : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    workloads::Network network =
        workloads::NetworkBuilder("tiny", {1, 1, 2}, 8, 8, 8).fully_connected("fc", kClasses).build();
    workloads::MvmLayer& fc = network.nodes.back().mvm;
    std::fill(fc.weights.begin(), fc.weights.end(), std::int16_t{0});
    fc.bias.assign(kClasses, -1000);
    fc.bias[0] = 0;
    fc.bias[1] = 10;
    for (int output = 0; output < 2; ++output)
      for (int pixel = 0; pixel < 2; ++pixel)
        fc.weights[2 * output + pixel] = static_cast<std::int16_t>(kWeights[output][pixel]);
    write("tiny.onnx", workloads::write_onnx(network));
    std::string images("\0\0\x08\x03\0\0\0\x04\0\0\0\x01\0\0\0\x02", 16), labels("\0\0\x08\x01\0\0\0\x04", 8);
    for (std::size_t sample = 0; sample < kPixels.size(); ++sample) {
      for (const int pixel : kPixels[sample]) images.push_back(static_cast<char>(pixel));
      labels.push_back(static_cast<char>(kLabels[sample]));
    }
    write("data/t10k-images-idx3-ubyte", images);
    write("data/t10k-labels-idx1-ubyte", labels);
  }

  json result_of(const std::string& command) const {
    const Outcome outcome = nvcim(command + " --quiet --out out");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return json::parse(read("out/result.json"));
  }
  static double value(const json& result, const std::string& name) {
    return result.at("metrics").at(name).at("value").get<double>();
  }
  static void expect(const json& result, const std::string& name, double want) {
    EXPECT_NEAR(value(result, name), want, 1e-12 * std::abs(want)) << name;
  }
};

/// Levels of all cells: |w| in one cell of its pair.
double levels() {
  double sum = 0;
  for (const auto& weights : kWeights)
    for (const int weight : weights) sum += std::abs(weight);
  return sum;
}

// Guards `nvcim run` from counting an event twice, dropping one, or multiplying it with another's energy.
TEST_F(Golden, ARunCostsOnePicojouleForEveryEvent) {
  const json result = result_of("run tiny_2x2 --workload tiny.onnx --data data");
  int right = 0;
  for (std::size_t sample = 0; sample < kLabels.size(); ++sample) right += kPredicted[sample] == kLabels[sample];
  expect(result, "accuracy", right / 4.0);
  expect(result, "accuracy.agreement", 1);

  // Bits that are 1 in each pixel drive its row, in every crossbar; a conducting cell has four grid steps per level.
  double drives = 0, conduction = 0;
  for (const auto& pixels : kPixels)
    for (int pixel = 0; pixel < 2; ++pixel) {
      const double ones = std::popcount(static_cast<unsigned>(pixels[pixel]));
      drives += ones * kBlocks / 4;
      conduction += ones * 4 * (std::abs(kWeights[0][pixel]) + std::abs(kWeights[1][pixel])) / 4;
    }
  const double image = 2 * 8, logits = kClasses * 32, conversions = kPhases * kColumns;
  // Flits of 8 bits and a header for each packet of up to 7: 2 for each pixel, 5 for each logit.
  const double flits = 2 * 2 + kClasses * 5;
  expect(result, "count.row_drive", drives);
  expect(result, "count.cell_conduction", conduction);
  expect(result, "count.crossbar_read", kPhases * kBlocks);
  for (const char* event : {"sample_hold", "adc_conversion", "shift_add"})
    expect(result, std::string("count.") + event, conversions);
  expect(result, "count.activation", kClasses);
  expect(result, "count.accumulate", 0);
  expect(result, "count.input_buffer_write", image);
  expect(result, "count.input_buffer_read", kBlocks * 2 * 8);
  expect(result, "count.output_buffer_write", logits);
  expect(result, "count.output_buffer_read", logits);
  expect(result, "count.router_flit", flits);
  expect(result, "count.link_flit", 0);
  expect(result, "count.global_buffer_write", image + logits);
  expect(result, "count.global_buffer_read", image + logits);
  expect(result, "count.external_read", image);
  expect(result, "count.external_write", logits);

  const double crossbar = kPico * kPhases * kBlocks + kConduction * conduction;
  const double buffers = kPico * (image + kBlocks * 16 + 2 * logits);
  const double energy = kPico * (drives + 3 * conversions + kClasses + flits + 2 * (image + logits) + image + logits) +
                        crossbar + buffers;
  expect(result, "energy.dac", kPico * drives);
  expect(result, "energy.crossbar", crossbar);
  expect(result, "energy.adc", kPico * conversions);
  expect(result, "energy.buffer", buffers);
  expect(result, "energy.interconnect", kPico * flits);
  expect(result, "energy.global_buffer", kPico * 2 * (image + logits));
  expect(result, "energy.external_memory", kPico * (image + logits));
  expect(result, "energy.inference", energy);
  expect(result, "power.average", energy * value(result, "throughput.inference"));
  expect(result, "tops_per_watt", 2 * 2 * kClasses / energy * 1e-12);

  // A phase: 1 + 10 + 1 ns in front, then two columns on one converter: 1 + 1 + 1 and 2 more. Eight of them, then ten
  // sums added and ten activated, one a cycle.
  const double phase = 12, conversion = 5;
  expect(result, "latency.layer.fc", (phase + conversion + 7 * phase + 10 + 10) * 1e-9);
  // Per crossbar 10 + 2 drivers, 2 holds, 100 converter, 10 shift-add; per tile buffer, writer, router, three units.
  const double square_micron = 4 * (64 * (10 + 2 + 2 + 100 + 10) + 1000 + 100 + 1000 + 30) + 10000;
  expect(result, "area.chip", square_micron * 1e-12);
  expect(result, "crossbars.used", kBlocks);
  expect(result, "crossbars.idle", 64 - kBlocks);  // of tile 0
  expect(result, "utilization.crossbar", 1);
}

/// Joules of moving every row's targets once: from memory, through the global buffer, to the tile's buffer and drivers.
double transport(double bits_of_row) {
  return kPico * kRows * (5 * bits_of_row + std::ceil(bits_of_row / 8) + 1);
}
/// 1 V for 100 ns on cells that go from 0 to their level; a driver for each pulsed column.
double first_writes() {
  return 1.0 * 1.0 * 100e-9 * 1e-6 * levels() / 2 + kPico * kCells;
}
/// Row driven, columns held and converted, cells conducting at the one step of a 1-bit driver.
double verify_reads() {
  return kPico * (kRows + 2 * kCells) + kConduction * 4 * levels();
}
// The first row's targets, 14 bits: 1 to memory, 2 off its bus, 2 into the global buffer, 1 + 2 out of it: 8. Header
// and two flits past one router: 12, seen at 13. Loaded after 1 + 2, set up 10, pulsed 100. All others wait there.
constexpr double kFirstRow = 13 + 3 + 10 + 100, kNextRow = 3 + 10 + 100;
// Loaded 1 + 2, idle to read 19, phase 12, two conversions 5, compared 19.
constexpr double kVerifiedRow = 3 + 19 + 12 + 5 + 19;

// Guards `nvcim program`: the time of every row, the energy of what it takes, the counters.
TEST_F(Golden, ProgrammingWritesAndReadsEveryRowOnce) {
  const json result = result_of("program tiny_2x2 --workload tiny.onnx");
  const double first = kFirstRow + (kRows - 1) * kNextRow;
  expect(result, "latency.programming.first_write", first * 1e-9);
  expect(result, "latency.programming.cycles", first + kRows * kVerifiedRow);
  const double energy = first_writes() + verify_reads() + transport(14) + transport(16);
  expect(result, "energy.programming", energy);
  expect(result, "power.programming", energy / ((first + kRows * kVerifiedRow) * 1e-9));
  expect(result, "energy.programming.pulses.first_write", 100e-9 * 1e-6 * levels() / 2);
  expect(result, "energy.programming.write_controller", kPico * kCells);
  expect(result, "energy.programming.dac", kPico * kRows);
  expect(result, "energy.programming.adc", kPico * kCells);
  expect(result, "cells.verified", kCells);
  expect(result, "count.programming.first_writes", kRows);
  expect(result, "count.programming.read_operations", kRows);
  expect(result, "count.programming.read_bits", kCells);
  expect(result, "count.programming.success", kCells);
  expect(result, "count.programming.set_operations", 0);
  expect(result, "attempts.cell.max", 0);
  expect(result, "residual.verified.max", 0);
}

/// Samples that each instance has right.
std::vector<int> correct(const json& result) {
  std::vector<int> counts;
  for (const json& instance : result_rows(result, "instances")) counts.push_back(instance.at("correct"));
  return counts;
}

// Guards `nvcim mc` in what it makes of the instances: samples right, mean, spread, yield at a target.
TEST_F(Golden, MonteCarloOfChipsWithoutErrorsHasOneAccuracy) {
  const json result = result_of("mc tiny_2x2 --workload tiny.onnx --data data --instances 5 --target 70%");
  EXPECT_EQ(correct(result), (std::vector<int>{3, 3, 3, 3, 3}));
  expect(result, "accuracy.mean", 0.75);
  expect(result, "accuracy.min", 0.75);
  expect(result, "accuracy.std", 0);
  expect(result, "accuracy.yield.70", 1);
  // Every cell stuck at level 0 leaves the biases: class 1 always, right where the label is 1.
  const json stuck = result_of(
      "mc tiny_2x2 --workload tiny.onnx --data data --instances 3 --target 70% --set /device/stuck_at_g_min=1 --force");
  EXPECT_EQ(correct(stuck), (std::vector<int>{2, 2, 2}));
  expect(stuck, "accuracy.mean", std::count(kLabels.begin(), kLabels.end(), 1) / 4.0);
  expect(stuck, "accuracy.yield.70", 0);
  expect(stuck, "accuracy.reference", 0.75);
}

// Guards `nvcim sweep`: that a point's time, energy and cells are those of programming that plan.
TEST_F(Golden, SweepPointsCostWhatProgrammingThemCosts) {
  const json result =
      result_of("sweep tiny_2x2 --workload tiny.onnx --data data --instances 3 --methods magnitude --budgets 0,1");
  const json points = result_rows(result, "points");
  const json &nothing = points.at(0), &everything = points.at(1);
  const double first = kFirstRow + (kRows - 1) * kNextRow;
  EXPECT_EQ(value(result, "cells"), kCells);
  EXPECT_EQ(value(result, "rows.used"), kRows);
  EXPECT_EQ(nothing.at("verified_cells"), 0);
  EXPECT_EQ(everything.at("verified_cells"), kCells);
  EXPECT_EQ(everything.at("rows_touched"), kRows);
  EXPECT_NEAR(nothing.at("latency").get<double>(), first * 1e-9, 1e-18);
  EXPECT_NEAR(everything.at("latency").get<double>(), (first + kRows * kVerifiedRow) * 1e-9, 1e-18);
  const double once = first_writes() + transport(14);
  EXPECT_NEAR(nothing.at("energy").get<double>(), once, 1e-12 * once);
  EXPECT_NEAR(everything.at("energy").get<double>(), once + verify_reads() + transport(16), 1e-12 * once);
  const json instances = result_rows(result, "instances");
  ASSERT_EQ(instances.size(), 2u * 3);
  for (const json& instance : instances) EXPECT_EQ(instance.at("accuracy"), 0.75);
}

}  // namespace
}  // namespace nvcim::test
