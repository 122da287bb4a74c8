// SPDX-License-Identifier: Apache-2.0
#include "mapping/plan.h"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "arch/input_error.h"
#include "tests/support/random_graph.h"
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

TEST(Plan, AnOffsetColumnIsAddressedBehindAllWeightsOfItsLayer) {
  WeightEncoding encoding;
  encoding.factor = {1, 4};
  Block block;
  block.outputs = 3;
  block.output_begin = 5;
  block.offset_number = 2;
  EXPECT_EQ(block.draw_column(0, encoding, 20), 10u);
  EXPECT_EQ(block.draw_column(5, encoding, 20), 15u);
  EXPECT_EQ(block.draw_column(6, encoding, 20), 42u) << "40 columns of weights, then the third offset column";
}

TEST(Plan, BlocksThatFitExactlyTakeNoMore) {
  Architecture architecture = roomy();
  architecture.crossbar.rows = 4;
  const Plan cut = make_plan(architecture, testing::NetworkBuilder({8, 1, 1}, 8, 1).logits(2));
  EXPECT_EQ(cut.layers[0].row_blocks, 2) << "8 rows on 4";
  // 4 x 8 and 1 x 8 cells fill the diagonal of 5 x 16.
  architecture.crossbar.rows = 5;
  architecture.crossbar.columns = 16;
  architecture.mapping.packing = Packing::crossbar;
  const Plan packed = make_plan(architecture, testing::NetworkBuilder({4, 1, 1}, 8, 1).linear(1).logits(1));
  EXPECT_EQ(packed.crossbars_used, 1);
  EXPECT_DOUBLE_EQ(packed.utilization, (4 * 8 + 1 * 8) / 80.0);
  architecture.chip.mesh_rows = architecture.chip.mesh_columns = architecture.tile.crossbars = 1;
  EXPECT_EQ(make_plan(architecture, testing::NetworkBuilder({4, 1, 1}, 8, 1).linear(1).logits(1)).tiles_used, 1)
      << "on a chip of one crossbar";
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

TEST(Plan, EveryLayerHasAFullScaleWhereTheyAreGivenByLayer) {
  Architecture architecture = roomy();
  architecture.adc.model = AdcModel::sar;
  architecture.adc.range = AdcRange::per_layer;
  architecture.adc.layer_full_scale = {{"mvm0", 100}, {"fc9", 100}};
  const std::string text = refusal(architecture, testing::random_lenet(1));
  EXPECT_THAT(text, HasSubstr("roomy:/adc/layer_full_scale/fc9: network random has no layer \"fc9\"; its layers are "
                              "mvm0, mvm2"));
  EXPECT_THAT(text, HasSubstr("roomy:/adc/layer_full_scale: gives no full scale for mvm2, "));
  EXPECT_THAT(text, HasSubstr(" of network random; nvcim calibrate chooses them"));
  architecture.adc.model = AdcModel::ideal;
  EXPECT_NO_THROW(make_plan(architecture, testing::random_lenet(1)));
}

TEST(Plan, GroupsShareCrossbarsOnTheDiagonal) {
  testing::GraphBuilder graph({20, 4, 4}, 8, 1);
  const int depthwise =
      graph.convolution(workloads::kNetworkInput, {.outputs = 20, .window = {3, 3, 1, 1, 1, 1, 1, 1}, .groups = 20});
  const workloads::Network network = graph.logits(depthwise, 2);
  for (const Encoding encoding : {Encoding::differential_pair, Encoding::offset_column}) {
    Architecture architecture;
    architecture.crossbar.rows = 64;  // seven kernels of nine
    architecture.crossbar.columns = 48;
    architecture.crossbar.encoding = encoding;
    const int columns = encoding == Encoding::differential_pair ? 8 : 5;  // of one weight and its offset column
    const Plan plan = make_plan(architecture, network);
    const LayerPlan& layer = plan.layers[0];
    const int together = std::min(64 / 9, 48 / columns);
    EXPECT_EQ(layer.column_blocks, (20 + together - 1) / together);
    EXPECT_EQ(layer.row_blocks, 1);
    std::int64_t cells = 0;
    for (int column_block = 0; column_block < layer.column_blocks; ++column_block) {
      const auto part = layer.part(0, column_block, 0);
      EXPECT_EQ(static_cast<int>(part.size()), std::min(together, 20 - column_block * together));
      EXPECT_EQ(layer.output_begin[column_block], column_block * together);
      for (std::size_t i = 0; i < part.size(); ++i) {
        const Block& block = plan.blocks[part[i]];
        const int group = column_block * together + static_cast<int>(i);
        EXPECT_EQ(block.row_begin, 9 * group);
        EXPECT_EQ(block.rows, 9);
        EXPECT_EQ(block.output_begin, group);
        EXPECT_EQ(block.outputs, 1);
        EXPECT_EQ(block.crossbar, plan.blocks[part[0]].crossbar);
        EXPECT_EQ(block.crossbar_row, static_cast<int>(i) * 9);
        EXPECT_EQ(block.crossbar_column, static_cast<int>(i) * columns);
        cells += std::int64_t{block.rows} * block.columns;
      }
    }
    EXPECT_EQ(cells, 20 * 9 * columns) << "no zeros stored";
  }
}

TEST(Plan, GroupsTooLargeForOneCrossbarAreCutOneByOne) {
  testing::GraphBuilder graph({6, 4, 4}, 8, 1);
  const int grouped =
      graph.convolution(workloads::kNetworkInput, {.outputs = 10, .window = {3, 3, 1, 1, 1, 1, 1, 1}, .groups = 2});
  const workloads::Network network = graph.logits(grouped, 2);
  Architecture architecture;
  architecture.crossbar.rows = 16;     // 27 rows of a group
  architecture.crossbar.columns = 24;  // three of five outputs
  const Plan plan = make_plan(architecture, network);
  const LayerPlan& layer = plan.layers[0];
  EXPECT_EQ(layer.row_blocks, 2);
  EXPECT_EQ(layer.column_blocks, 4);
  EXPECT_THAT(layer.output_begin, ElementsAre(0, 3, 5, 8, 10));
  const Block& last = plan.blocks[layer.block(0, 3, 1)];
  EXPECT_EQ(last.row_begin, 27 + 16);
  EXPECT_EQ(last.rows, 11);
  EXPECT_EQ(last.output_begin, 8);
  EXPECT_EQ(last.outputs, 2);
}

}  // namespace
}  // namespace nvcim::mapping
