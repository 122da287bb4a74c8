// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip_instance.h"

#include <gmock/gmock.h>

#include <cmath>

#include "device/wire_resistance.h"
#include "tests/support/random_network.h"

namespace nvcim::mapping {
namespace {

using workloads::Network;

Architecture roomy() {
  Architecture architecture;
  architecture.chip.mesh_rows = architecture.chip.mesh_columns = 16;
  return architecture;
}

ChipInstance program(const Architecture& architecture, const Network& network, std::uint32_t instance = 0,
                     int threads = 1) {
  return program_once(architecture, network, make_plan(architecture, network), 7, instance, threads);
}

/// Deviation of every cell from its target in units of the conductance range, by matrix coordinates.
std::vector<double> deviations(const Architecture& architecture, const Network& network, const ChipInstance& chip) {
  const Plan plan = make_plan(architecture, network);
  std::vector<double> all;
  for (std::size_t index = 0; index < plan.blocks.size(); ++index) {
    const Block& block = plan.blocks[index];
    const LayerPlan& layer = plan.layers[plan.layer_of_node[block.node]];
    const auto& node = network.nodes[block.node];
    std::vector<int> levels(layer.encoding.planes());
    for (int row = 0; row < block.rows; ++row)
      for (int output = 0; output < block.outputs; ++output) {
        layer.encoding.encode(
            node.mvm.weights[std::size_t(block.output_begin + output) * node.matrix_rows() + block.row_begin + row],
            levels.data());
        for (int plane = 0; plane < layer.encoding.planes(); ++plane) {
          const int code = chip.blocks[index].codes[std::size_t(row) * block.columns + output * levels.size() + plane];
          all.push_back((code - levels[plane] * layer.encoding.grid_per_level) /
                        double(layer.encoding.max_level * layer.encoding.grid_per_level));
        }
      }
  }
  return all;
}

TEST(ProgramOnce, AnIdealCellHoldsItsTarget) {
  Architecture architecture = roomy();
  architecture.device.model = DeviceModel("ideal");
  const Network network = testing::random_lenet(3);
  EXPECT_THAT(deviations(architecture, network, program(architecture, network)), ::testing::Each(0.0));
}

TEST(ProgramOnce, GaussianDeviationHasTheAskedSpreadAndNoBias) {
  Architecture architecture = roomy();
  architecture.crossbar.encoding = Encoding::ideal_signed;  // no clipping at g = 0
  architecture.device.sigma = 0.1;
  architecture.device.sigma_scale = 0.57735;
  const Network network = testing::random_lenet(3);
  const std::vector<double> deviation = deviations(architecture, network, program(architecture, network));
  double sum = 0, squares = 0;
  for (double value : deviation) sum += value, squares += value * value;
  const double n = static_cast<double>(deviation.size());
  ASSERT_EQ(deviation.size(), 105918u);
  const double sigma = 0.1 * 0.57735;
  EXPECT_NEAR(sum / n, 0, 4 * sigma / std::sqrt(n));
  EXPECT_NEAR(std::sqrt(squares / n), sigma, 4 * sigma / std::sqrt(2 * n) + 1e-6);
}

TEST(ProgramOnce, EachCellSpreadsAsItsOwnLevelDoes) {
  Architecture architecture = roomy();
  architecture.device.model = DeviceModel("gaussian");
  architecture.device.sigma = 0;
  architecture.device.sigma_slope = 0.1;  // nothing at level 0
  Network network = testing::random_lenet(3);
  for (workloads::Node& node : network.nodes)
    std::fill(node.mvm.weights.begin(), node.mvm.weights.end(), std::int16_t{0});
  EXPECT_THAT(deviations(architecture, network, program(architecture, network)), ::testing::Each(0.0));
}

TEST(ProgramOnce, PhysicalConductanceIsNeverNegative) {
  Architecture architecture = roomy();
  architecture.device.sigma = 0.3;
  const Network network = testing::random_lenet(3);
  const ChipInstance chip = program(architecture, network);
  EXPECT_GT(chip.pedestal, 0);
  for (const ProgrammedBlock& block : chip.blocks)
    for (int code : block.codes) ASSERT_GE(code, -chip.pedestal);
}

TEST(ProgramOnce, SameInstanceSameBytesForAnyThreadsAndCrossbarSize) {
  const Network network = testing::random_lenet(3);
  Architecture architecture = roomy();
  const ChipInstance one = program(architecture, network, 5, 1);
  const ChipInstance two = program(architecture, network, 5, 2);
  for (std::size_t i = 0; i < one.blocks.size(); ++i) ASSERT_EQ(one.blocks[i].codes, two.blocks[i].codes);

  Architecture whole = roomy();  // uncut: every layer in one block, so cells come in matrix order
  whole.crossbar.rows = whole.crossbar.columns = 1024;
  const Plan plan = make_plan(architecture, network);
  const Plan uncut = make_plan(whole, network);
  const ChipInstance large = program(whole, network, 5);
  for (std::size_t i = 0; i < plan.blocks.size(); ++i) {
    const Block& block = plan.blocks[i];
    const int layer = plan.layer_of_node[block.node];
    for (const int at : uncut.layers[layer].blocks) {
      const Block& other = uncut.blocks[at];
      if (block.output_begin < other.output_begin || block.output_begin >= other.output_begin + other.outputs) continue;
      const int planes = plan.layers[layer].encoding.planes();
      for (int row = 0; row < block.rows; ++row)
        for (int output = 0; output < std::min(block.outputs, other.output_begin + other.outputs - block.output_begin);
             ++output)
          for (int plane = 0; plane < planes; ++plane)
            ASSERT_EQ(one.blocks[i].codes[std::size_t(row) * block.columns + output * planes + plane],
                      large.blocks[at].codes[std::size_t(block.row_begin + row - other.row_begin) * other.columns +
                                             (block.output_begin + output - other.output_begin) * planes + plane]);
    }
  }
}

TEST(ProgramOnce, InstancesDiffer) {
  const Network network = testing::random_lenet(3);
  EXPECT_NE(program(roomy(), network, 0).blocks[0].codes, program(roomy(), network, 1).blocks[0].codes);
}

TEST(ProgramOnce, OtherEffectsMoveNoProgrammingDraw) {
  const Network network = testing::random_lenet(3);
  Architecture noisy = roomy();
  noisy.device.read_noise = 0.02;
  noisy.device.read_noise_model = ReadNoiseModel::proportional;
  noisy.adc.gain_sigma = noisy.adc.offset_sigma = 0.1;
  noisy.mapping.packing = Packing::crossbar;
  const ChipInstance plain = program(roomy(), network);
  const ChipInstance other = program(noisy, network);
  for (std::size_t i = 0; i < plain.blocks.size(); ++i) ASSERT_EQ(plain.blocks[i].codes, other.blocks[i].codes);
  EXPECT_THAT(plain.blocks[0].converters.gain, ::testing::Each(1.0f));
  EXPECT_NE(other.blocks[0].converters.gain, plain.blocks[0].converters.gain);
}

TEST(ProgramOnce, StuckCellsHaveTheAskedShareAndConductance) {
  Architecture architecture = roomy();
  architecture.device.model = DeviceModel("ideal");
  architecture.device.stuck_at_g_max = 0.02;
  const Network network = testing::random_lenet(3);
  const Plan plan = make_plan(architecture, network);
  const int top = plan.layers[0].encoding.max_level * plan.layers[0].encoding.grid_per_level;
  const ChipInstance stuck = program(architecture, network);
  architecture.device.stuck_at_g_max = 0;
  const ChipInstance free = program(architecture, network);
  std::int64_t moved = 0, below_top = 0;
  for (std::size_t i = 0; i < free.blocks.size(); ++i)
    for (std::size_t cell = 0; cell < free.blocks[i].codes.size(); ++cell) {
      if (free.blocks[i].codes[cell] == top) continue;
      ++below_top;
      if (stuck.blocks[i].codes[cell] == free.blocks[i].codes[cell]) continue;
      ++moved;
      ASSERT_EQ(stuck.blocks[i].codes[cell], top);
    }
  const double n = static_cast<double>(below_top);
  EXPECT_NEAR(moved / n, 0.02, 4 * std::sqrt(0.02 * 0.98 / n));
}

TEST(ProgramOnce, WiresLowerEveryCodeByTheNodalSolution) {
  // One 2 x 2 weight matrix of 1-bit cells in a 2 x 4 crossbar, g_min 0: the cells' conductances are known, so the
  // codes must be those of device::effective_conductance on them.
  Architecture architecture = roomy();
  architecture.crossbar.rows = 2;
  architecture.crossbar.columns = 4;
  architecture.crossbar.cell_bits = 1;
  architecture.adc.columns_per_adc = 4;
  architecture.crossbar.wire_model = WireModel::effective_conductance;
  architecture.crossbar.wire_resistance = from_si<Resistance>(200);
  architecture.device.model = DeviceModel("ideal");
  architecture.device.g_min = from_si<Conductance>(0);
  architecture.device.g_max = from_si<Conductance>(100e-6);
  Network network = testing::NetworkBuilder({2, 1, 1}, 8, 1).logits(2, 2);
  network.nodes[0].mvm.weights = {1, -1, 0, 1};  // [output][row]
  const ChipInstance chip = program(architecture, network);
  const std::vector<double> siemens = {100e-6, 0, 0, 0, 0, 100e-6, 100e-6, 0};
  const std::vector<double> effective = device::effective_conductance(
      siemens, 2, 4, {architecture.crossbar.wire_resistance, architecture.crossbar.wire_resistance});
  for (std::size_t cell = 0; cell < 8; ++cell)
    EXPECT_EQ(chip.blocks[0].codes[cell], std::nearbyint(effective[cell] / 100e-6 * 1024)) << cell;
  EXPECT_LT(chip.blocks[0].codes[6], 1000) << "600 ohm of wire beside a 10 kohm cell must show";
  EXPECT_GT(chip.blocks[0].codes[6], 900);

  // With a g_min the pedestal of 10 / 90 of the range conducts too, and its ideal reference is taken off.
  architecture.device.g_min = from_si<Conductance>(10e-6);
  const ChipInstance raised = program(architecture, network);
  const double step = 90e-6 / 1024, pedestal = std::round(1024 * 10.0 / 90);
  std::vector<double> conducting;
  for (const double g : siemens) conducting.push_back(((g > 0 ? 1024 : 0) + pedestal) * step);
  const std::vector<double> through = device::effective_conductance(
      conducting, 2, 4, {architecture.crossbar.wire_resistance, architecture.crossbar.wire_resistance});
  for (std::size_t cell = 0; cell < 8; ++cell)
    EXPECT_EQ(raised.blocks[0].codes[cell], std::max(std::nearbyint(through[cell] / step) - pedestal, -pedestal))
        << cell;
}

TEST(ProgramOnce, ProportionalReadVarianceFollowsTheSquareOfConductance) {
  Architecture architecture = roomy();
  architecture.device.read_noise = 0.05;
  architecture.device.read_noise_model = ReadNoiseModel::proportional;
  const Network network = testing::random_lenet(3);
  const ChipInstance chip = program(architecture, network);
  const ProgrammedBlock& block = chip.blocks[0];
  for (std::size_t cell = 0; cell < block.codes.size(); ++cell) {
    const double sigma = 0.05 * (block.codes[cell] + chip.pedestal);
    ASSERT_NEAR(block.read_variance[cell] / block.variance_scale, sigma * sigma, 0.51 / block.variance_scale);
  }
}

}  // namespace
}  // namespace nvcim::mapping
