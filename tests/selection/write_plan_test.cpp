// SPDX-License-Identifier: Apache-2.0
#include "mapping/write_plan.h"

#include <gmock/gmock.h>

#include "tests/support/random_network.h"

namespace nvcim::mapping {
namespace {

Architecture roomy(Encoding encoding = Encoding::differential_pair) {
  Architecture architecture;
  architecture.chip.mesh_rows = architecture.chip.mesh_columns = 16;
  architecture.crossbar.encoding = encoding;
  return architecture;
}

TEST(WritePlan, NoneAndAllCoverEveryCell) {
  const workloads::Network network = testing::random_lenet(1);
  const Plan plan = make_plan(roomy(), network);
  std::int64_t cells = 0;
  for (const Block& block : plan.blocks) cells += std::int64_t{block.rows} * block.columns;
  EXPECT_EQ(verify_none(plan).cells(), cells);
  EXPECT_EQ(verify_none(plan).verified_cells(), 0);
  EXPECT_EQ(verify_all(plan).verified_cells(), cells);
  EXPECT_EQ(verify_all(plan).verified_share(), 1.0);
  EXPECT_EQ(WritePlan{}.verified_share(), 0.0);
}

TEST(WritePlan, AWeightIsVerifiedWithAllItsCellsInEveryCopy) {
  Architecture architecture = roomy();
  architecture.mapping.duplicate["mvm0"] = 3;
  const workloads::Network network = testing::random_lenet(1);
  const Plan plan = make_plan(architecture, network);
  std::vector<std::vector<std::uint8_t>> chosen(network.nodes.size());
  chosen[0].assign(network.nodes[0].mvm.weights.size(), 0);
  chosen[0][9 * 2 + 4] = 1;  // output 2, row 4
  const WritePlan write_plan = verify_weights(network, plan, chosen);
  const int planes = plan.layers[0].encoding.planes();
  EXPECT_EQ(write_plan.verified_cells(), 3 * planes);
  for (std::size_t index = 0; index < plan.blocks.size(); ++index) {
    const Block& block = plan.blocks[index];
    for (int row = 0; row < block.rows; ++row)
      for (int column = 0; column < block.columns; ++column) {
        const bool here = block.node == 0 && block.row_begin + row == 4 && block.output_begin + column / planes == 2;
        ASSERT_EQ(write_plan.verify[index][std::size_t(row) * block.columns + column], here);
      }
  }
}

TEST(WritePlan, CountsByLayerAndRowSumToTheWhole) {
  const workloads::Network network = testing::random_lenet(1);
  const Plan plan = make_plan(roomy(Encoding::offset_column), network);
  WritePlan write_plan = verify_none(plan);
  for (std::size_t block = 0; block < write_plan.verify.size(); ++block)
    for (std::size_t cell = 0; cell < write_plan.verify[block].size(); cell += 3) write_plan.verify[block][cell] = 1;
  std::int64_t cells = 0, verified = 0, by_row = 0;
  for (const LayerWriteCount& layer : count_by_layer(plan, write_plan))
    cells += layer.cells, verified += layer.verified_cells;
  for (const auto& rows : count_by_row(plan, write_plan))
    for (int count : rows) by_row += count;
  EXPECT_EQ(cells, write_plan.cells());
  EXPECT_EQ(verified, write_plan.verified_cells());
  EXPECT_EQ(by_row, write_plan.verified_cells());
  EXPECT_EQ(count_by_row(plan, write_plan)[0][0], (plan.blocks[0].columns + 2) / 3);
}

}  // namespace
}  // namespace nvcim::mapping
