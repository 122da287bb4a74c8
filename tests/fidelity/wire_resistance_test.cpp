// SPDX-License-Identifier: Apache-2.0
// An MVM on a crossbar with wire resistance gives the column currents of the nodal equations, through either engine.
#include "device/wire_resistance.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/engine.h"
#include "tests/support/random_network.h"

namespace nvcim {
namespace {

constexpr int kRows = 48;
constexpr int kOutputs = 6;
constexpr int kSamples = 5;

/// One fully connected layer in one crossbar, an ideal converter, ideal cells: what is left is the wires.
Architecture wired_crossbar() {
  Architecture architecture;
  architecture.crossbar.rows = 64;
  architecture.crossbar.columns = 96;
  architecture.crossbar.cell_bits = 1;
  architecture.crossbar.encoding = Encoding::differential_pair;
  architecture.crossbar.wire_model = WireModel::effective_conductance;
  architecture.crossbar.wire_resistance = from_si<Resistance>(20);
  architecture.adc.model = AdcModel::ideal;
  architecture.device.model = DeviceModel("ideal");
  architecture.device.g_min = from_si<Conductance>(2e-6);
  architecture.device.g_max = from_si<Conductance>(100e-6);
  architecture.device.grid_bits = 10;
  return architecture;
}

/// Weighted sums that the column currents of the whole crossbar stand for, by the nodal equations of every wire node,
/// in units of weight code times input code. @return [samples][outputs]
std::vector<double> sums_of_the_nodal_solution(const Architecture& architecture, const workloads::Network& network,
                                               const mapping::Plan& plan, const std::vector<std::uint8_t>& pixels) {
  const mapping::Block& block = plan.blocks.front();
  const mapping::WeightEncoding& encoding = plan.layers.front().encoding;
  const int rows = architecture.crossbar.rows;
  const int columns = architecture.crossbar.columns;
  const double g_min = architecture.device.g_min.value();
  const double per_level = (architecture.device.g_max.value() - g_min) / encoding.max_level;

  std::vector<double> siemens(std::size_t(rows) * columns, 0.0);  // cells without a weight are not formed
  std::vector<int> levels(encoding.planes());
  for (int row = 0; row < kRows; ++row)
    for (int output = 0; output < kOutputs; ++output) {
      encoding.encode(network.nodes[0].mvm.weights[std::size_t(output) * kRows + row], levels.data());
      for (int plane = 0; plane < encoding.planes(); ++plane)
        siemens[std::size_t(block.crossbar_row + row) * columns + block.crossbar_column + output * encoding.planes() +
                plane] = g_min + levels[plane] * per_level;
    }

  const Resistance segment = architecture.crossbar.wire_resistance;
  std::vector<double> sums;
  for (int sample = 0; sample < kSamples; ++sample) {
    std::vector<double> volts(rows, 0.0);  // one volt per input step: phases add up because everything is linear
    for (int row = 0; row < kRows; ++row)
      volts[block.crossbar_row + row] = network.input_table[0][pixels[std::size_t(sample) * kRows + row]];
    const std::vector<double> amperes = device::column_currents(siemens, rows, columns, {segment, segment}, volts);
    for (int output = 0; output < kOutputs; ++output) {
      double sum = static_cast<double>(network.nodes[0].mvm.bias[output]);
      for (int plane = 0; plane < encoding.planes(); ++plane)
        sum += static_cast<double>(encoding.factor[plane]) *
               amperes[block.crossbar_column + output * encoding.planes() + plane] / per_level;
      sums.push_back(sum);
    }
  }
  return sums;
}

/// What rounding every effective conductance to the grid can change one sum by: half a step per cell.
double grid_rounding(const workloads::Network& network, const mapping::WeightEncoding& encoding,
                     const std::vector<std::uint8_t>& pixels, int sample) {
  double drive = 0, factors = 0;
  for (int row = 0; row < kRows; ++row) drive += network.input_table[0][pixels[std::size_t(sample) * kRows + row]];
  for (std::int64_t factor : encoding.factor) factors += std::abs(static_cast<double>(factor));
  return 0.5 * drive * factors / encoding.grid_per_level;
}

class WireResistance : public ::testing::Test {
 protected:
  Architecture architecture_ = wired_crossbar();
  workloads::Network network_ = nvcim::testing::NetworkBuilder({kRows, 1, 1}, 8, 4).logits(kOutputs);
  mapping::Plan plan_ = mapping::make_plan(architecture_, network_);
  mapping::ChipInstance chip_ = mapping::program_once(architecture_, network_, plan_, 1, 0);
  std::vector<std::uint8_t> pixels_ = nvcim::testing::random_images(network_, kSamples, 5);

  void expect_nodal_solution(const std::vector<double>& logits) {
    ASSERT_EQ(plan_.blocks.size(), 1u);
    const std::vector<double> want = sums_of_the_nodal_solution(architecture_, network_, plan_, pixels_);
    ASSERT_EQ(logits.size(), want.size());
    for (std::size_t k = 0; k < want.size(); ++k)
      EXPECT_NEAR(logits[k], want[k],
                  grid_rounding(network_, plan_.layers[0].encoding, pixels_, static_cast<int>(k) / kOutputs))
          << "sample " << k / kOutputs << ", output " << k % kOutputs;
    // The bound is not so wide that ideal wires would pass it.
    Architecture ideal = architecture_;
    ideal.crossbar.wire_resistance = from_si<Resistance>(0);
    const std::vector<double> lossless = sums_of_the_nodal_solution(ideal, network_, plan_, pixels_);
    int outside = 0;
    for (std::size_t k = 0; k < want.size(); ++k)
      outside += std::abs(lossless[k] - want[k]) >
                 2 * grid_rounding(network_, plan_.layers[0].encoding, pixels_, static_cast<int>(k) / kOutputs);
    EXPECT_GT(outside, static_cast<int>(want.size()) / 2);
  }
};

TEST_F(WireResistance, BatchedEngineGivesTheNodalColumnCurrents) {
  expect_nodal_solution(sim::run_functional({architecture_, network_, plan_, chip_}, pixels_, kSamples, {}).logits);
}

TEST_F(WireResistance, CycleModelGivesTheNodalColumnCurrents) {
  expect_nodal_solution(
      sim::run_systemc({architecture_, network_, plan_, chip_}, pixels_, kSamples, {}).inference.logits);
}

}  // namespace
}  // namespace nvcim
