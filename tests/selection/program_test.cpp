// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>

#include "mapping/cell_targets.h"
#include "mapping/chip_instance.h"
#include "tests/support/random_network.h"

namespace nvcim::mapping {
namespace {

using workloads::Network;

Architecture abstract_chip() {
  Architecture architecture;
  architecture.chip.mesh_rows = architecture.chip.mesh_columns = 16;
  architecture.crossbar.encoding = Encoding::ideal_signed;
  architecture.device.sigma = 0.15;
  architecture.device.sigma_scale = 0.57735;
  architecture.write_controller.process = WriteProcess::fixed_mean;  // its outcome is the papers': N(target, 0.03^2)
  return architecture;
}

WritePlan every_third(const Plan& plan) {
  WritePlan write_plan = verify_none(plan);
  for (auto& block : write_plan.verify)
    for (std::size_t cell = 0; cell < block.size(); cell += 3) block[cell] = 1;
  return write_plan;
}

/// Deviations from the targets in units of the conductance range, of the cells that `want` marks.
std::vector<double> deviations(const Architecture& architecture, const Network& network, const Plan& plan,
                               const ChipInstance& chip, const WritePlan& write_plan, std::uint8_t want) {
  std::vector<double> all;
  for (std::size_t index = 0; index < plan.blocks.size(); ++index) {
    const Block& block = plan.blocks[index];
    const WeightEncoding& encoding = plan.layers[plan.layer_of_node[block.node]].encoding;
    std::vector<int> levels(block.columns);
    for (int row = 0; row < block.rows; ++row) {
      target_levels(network.nodes[block.node], encoding, block, row, levels);
      for (int column = 0; column < block.columns; ++column) {
        const std::size_t cell = std::size_t(row) * block.columns + column;
        if (write_plan.verify[index][cell] != want) continue;
        all.push_back((chip.blocks[index].codes[cell] - levels[column] * encoding.grid_per_level) /
                      double(cell_range(architecture.device, encoding).span));
      }
    }
  }
  return all;
}

void expect_normal(const std::vector<double>& values, double sigma) {
  double sum = 0, squares = 0;
  for (double value : values) sum += value, squares += value * value;
  const double n = double(values.size());
  ASSERT_GT(n, 1000);
  EXPECT_NEAR(sum / n, 0, 4 * sigma / std::sqrt(n));
  EXPECT_NEAR(std::sqrt(squares / n), sigma, 4 * sigma / std::sqrt(2 * n) + 1e-4);
}

TEST(Program, WithNothingVerifiedIsProgramOnce) {
  const Architecture architecture = abstract_chip();
  const Network network = testing::random_lenet(3);
  const Plan plan = make_plan(architecture, network);
  const ChipInstance once = program_once(architecture, network, plan, 7, 2);
  for (const WritePlan& nothing : {WritePlan{}, verify_none(plan)}) {
    const ChipInstance chip = program(architecture, network, plan, nothing, 7, 2, 2);
    for (std::size_t block = 0; block < once.blocks.size(); ++block)
      ASSERT_EQ(chip.blocks[block].codes, once.blocks[block].codes);
  }
}

TEST(Program, VerifiedCellsTakeTheVerifiedSpreadAndTheOthersKeepTheirWrite) {
  for (Encoding encoding : {Encoding::ideal_signed, Encoding::differential_pair, Encoding::offset_column}) {
    Architecture architecture = abstract_chip();
    architecture.crossbar.encoding = encoding;
    const Network network = testing::random_lenet(3);
    const Plan plan = make_plan(architecture, network);
    const WritePlan write_plan = every_third(plan);
    const ChipInstance chip = program(architecture, network, plan, write_plan, 7, 2);
    const ChipInstance once = program_once(architecture, network, plan, 7, 2);
    EXPECT_EQ(deviations(architecture, network, plan, chip, write_plan, 0),
              deviations(architecture, network, plan, once, write_plan, 0));
    if (encoding != Encoding::ideal_signed) continue;  // the others are clipped at g = 0
    expect_normal(deviations(architecture, network, plan, chip, write_plan, 1), 0.03 * 0.57735);
    expect_normal(deviations(architecture, network, plan, once, write_plan, 1), 0.15 * 0.57735);
  }
}

TEST(Program, ACellsVerifiedOutcomeDoesNotDependOnWhatElseIsVerified) {
  const Architecture architecture = abstract_chip();
  const Network network = testing::random_lenet(3);
  const Plan plan = make_plan(architecture, network);
  const WritePlan some = every_third(plan);
  EXPECT_EQ(
      deviations(architecture, network, plan, program(architecture, network, plan, some, 7, 2), some, 1),
      deviations(architecture, network, plan, program(architecture, network, plan, verify_all(plan), 7, 2), some, 1));
}

TEST(Program, VerifiedOutcomesDifferBetweenInstances) {
  const Architecture architecture = abstract_chip();
  const Network network = testing::random_lenet(3);
  const Plan plan = make_plan(architecture, network);
  const WritePlan all = verify_all(plan);
  EXPECT_NE(program(architecture, network, plan, all, 7, 2).blocks[0].codes,
            program(architecture, network, plan, all, 7, 3).blocks[0].codes);
}

TEST(Program, AStuckCellCannotBeVerified) {
  Architecture architecture = abstract_chip();
  architecture.crossbar.encoding = Encoding::differential_pair;
  architecture.device.stuck_at_g_min = 1;
  const Network network = testing::random_lenet(3);
  const Plan plan = make_plan(architecture, network);
  for (const ProgrammedBlock& block : program(architecture, network, plan, verify_all(plan), 7, 2).blocks)
    EXPECT_THAT(block.codes, ::testing::Each(0));
}

TEST(Program, VerifyingAnIdealDeviceChangesNothing) {
  Architecture architecture = abstract_chip();
  architecture.device.model = DeviceModel("ideal");
  const Network network = testing::random_lenet(3);
  const Plan plan = make_plan(architecture, network);
  const WritePlan all = verify_all(plan);
  EXPECT_THAT(deviations(architecture, network, plan, program(architecture, network, plan, all, 7, 2), all, 1),
              ::testing::Each(0.0));
}

}  // namespace
}  // namespace nvcim::mapping
