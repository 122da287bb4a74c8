// SPDX-License-Identifier: Apache-2.0
#include "mapping/plan.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "arch/input_error.h"
#include "tests/support/random_network.h"

namespace nvcim::mapping {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using workloads::Network;

Architecture roomy() {
  Architecture architecture;
  architecture.name = "roomy";
  architecture.chip.mesh_rows = architecture.chip.mesh_columns = 32;
  return architecture;
}

std::string refusal(const Architecture& architecture, const Network& network) {
  try {
    make_plan(architecture, network);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Plan, BlocksCoverEveryWeightOnceAndNeverOverlapInACrossbar) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Network network = testing::random_network(seed);
    Architecture architecture = roomy();
    architecture.crossbar.rows = 3 + static_cast<int>(seed * 7 % 40);
    architecture.crossbar.columns = 19 + static_cast<int>(seed * 5 % 30);
    architecture.crossbar.encoding = seed % 3 == 0   ? Encoding::ideal_signed
                                     : seed % 3 == 1 ? Encoding::offset_column
                                                     : Encoding::differential_pair;
    architecture.mapping.packing = seed % 2 == 0 ? Packing::crossbar : Packing::none;
    architecture.mapping.duplicate[network.nodes.front().name] = 1 + static_cast<int>(seed % 3);
    const Plan plan = make_plan(architecture, network);

    std::map<int, std::set<std::pair<int, int>>> taken;
    for (const Block& block : plan.blocks) {
      ASSERT_LE(block.crossbar_row + block.rows, architecture.crossbar.rows);
      ASSERT_LE(block.crossbar_column + block.columns, architecture.crossbar.columns);
      for (int row = 0; row < block.rows; ++row)
        for (int column = 0; column < block.columns; ++column)
          ASSERT_TRUE(taken[block.crossbar].emplace(block.crossbar_row + row, block.crossbar_column + column).second);
    }
    for (const LayerPlan& layer : plan.layers)
      for (int copy = 0; copy < layer.copies; ++copy) {
        std::set<std::pair<int, int>> weights;
        for (int column_block = 0; column_block < layer.column_blocks; ++column_block)
          for (int row_block = 0; row_block < layer.row_blocks; ++row_block) {
            const Block& block = plan.blocks[layer.block(copy, column_block, row_block)];
            ASSERT_EQ(block.copy, copy);
            for (int row = 0; row < block.rows; ++row)
              for (int output = 0; output < block.outputs; ++output)
                ASSERT_TRUE(weights.emplace(block.row_begin + row, block.output_begin + output).second);
          }
        const auto& node = network.nodes[layer.node];
        ASSERT_EQ(static_cast<int>(weights.size()), node.matrix_rows() * node.outputs());
      }
  }
}

TEST(Plan, LeNetOnTheDefaultCrossbarTakesSixtyFiveCrossbars) {
  // 8 planes per 8-bit weight, 16 outputs per 128 columns: conv1 9x6 → 1, conv2 54x16 → 1, fc1 784x120 → 7*8,
  // fc2 120x84 → 1*6, fc3 84x10 → 1.
  const Plan plan = make_plan(roomy(), testing::random_lenet(1));
  EXPECT_EQ(plan.crossbars_used, 1 + 1 + 56 + 6 + 1);
  EXPECT_EQ(plan.tiles_used, 9);
  const double cells = 8.0 * 105918;
  EXPECT_DOUBLE_EQ(plan.utilization, cells / (65 * 128 * 128));
}

TEST(Plan, PackingPutsSmallBlocksOnTheDiagonalOfOneCrossbar) {
  Architecture architecture = roomy();
  architecture.mapping.packing = Packing::crossbar;
  const Plan plan = make_plan(architecture, testing::random_lenet(1));
  // conv1 (9 rows, 48 columns) leaves 119 rows and 80 columns. The first block that fits is fc1's corner: the last
  // 784 - 6*128 = 16 rows of the last 120 - 7*16 = 8 outputs (64 columns). Nothing else fits anywhere.
  const LayerPlan& fc1 = plan.layers[2];
  const Block& corner = plan.blocks[fc1.block(0, 7, 6)];
  EXPECT_EQ(corner.crossbar, plan.blocks.front().crossbar);
  EXPECT_EQ(corner.crossbar_row, 9);
  EXPECT_EQ(corner.crossbar_column, 48);
  EXPECT_EQ(plan.crossbars_used, 64);
}

TEST(Plan, ACellKeepsItsDrawAddressWhateverTheCrossbarSize) {
  const Network network = testing::random_lenet(1);
  std::map<std::pair<int, int>, std::uint32_t> address;  // (node, output*planes + plane) → column
  for (int columns : {128, 64, 8, 1024}) {
    Architecture architecture = roomy();
    architecture.crossbar.columns = columns;
    architecture.adc.columns_per_adc = 8;
    architecture.tile.crossbars = 64;
    const Plan plan = make_plan(architecture, network);
    for (const Block& block : plan.blocks) {
      const WeightEncoding& encoding = plan.layers[plan.layer_of_node[block.node]].encoding;
      for (int column = 0; column < block.columns; ++column) {
        const std::pair key{block.node, block.output_begin * encoding.planes() + column};
        const std::uint32_t draw = block.draw_column(column, encoding, network.nodes[block.node].outputs());
        ASSERT_EQ(address.try_emplace(key, draw).first->second, draw);
      }
    }
  }
}

TEST(Plan, AChipThatIsTooSmallIsNamedWithWhatIsNeeded) {
  Architecture architecture = roomy();
  architecture.chip.mesh_rows = 2;
  architecture.chip.mesh_columns = 2;
  EXPECT_THAT(
      refusal(architecture, testing::random_lenet(1)),
      HasSubstr(
          "roomy:/chip/mesh_rows: network random needs 65 crossbars, 9 tiles of 8; the chip has 2 x 2 = 4 tiles"));
}

TEST(Plan, AllContradictionsAreNamedAtOnce) {
  Architecture architecture = roomy();
  architecture.crossbar.columns = 4;
  architecture.mapping.duplicate["conv9"] = 2;
  const std::string text = refusal(architecture, testing::random_lenet(1));
  EXPECT_THAT(
      text,
      HasSubstr("roomy:/mapping/duplicate/conv9: network random has no layer \"conv9\"; its layers are mvm0, mvm2"));
  EXPECT_THAT(
      text, HasSubstr("roomy:/crossbar/columns: 4 columns cannot hold one 8-bit weight of layer mvm0, which takes 8"));
}

}  // namespace
}  // namespace nvcim::mapping
