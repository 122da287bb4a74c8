// SPDX-License-Identifier: Apache-2.0
#include "mapping/rounds.h"

#include <gmock/gmock.h>

#include "arch/input_error.h"
#include "mapping/plan.h"
#include "tests/support/random_graph.h"
#include "tests/support/random_network.h"
#include "workloads/network_check.h"

namespace nvcim::mapping {
namespace {

using ::testing::ElementsAre;
using testing::GraphBuilder;
using ::testing::HasSubstr;
using workloads::Network;

/// One crossbar per tile, `tiles` tiles; one block of a small layer fills one.
Architecture chip_of(int tiles) {
  Architecture architecture;
  architecture.name = "small";
  architecture.tile.crossbars = 1;
  architecture.chip.mesh_rows = 1;
  architecture.chip.mesh_columns = tiles;
  return architecture;
}

std::vector<int> first_nodes(const std::vector<Round>& rounds) {
  std::vector<int> firsts;
  for (const Round& round : rounds) firsts.push_back(round.first_node);
  return firsts;
}

/// Three convolutions of one crossbar each, a pooling, and the logits, a crossbar too: nodes 0 … 4, the pooling is 2.
Network chain() {
  const workloads::Window same{3, 3, 1, 1, 1, 1, 1, 1}, half{2, 2, 2, 2, 0, 0, 0, 0};
  GraphBuilder graph({2, 4, 4}, 8, 1);
  int map = graph.convolution(workloads::kNetworkInput, {.outputs = 3, .window = same});
  map = graph.convolution(map, {.outputs = 4, .window = same, .output_bits = 5, .output_zero_point = 3});
  map = graph.pool(map, workloads::PoolKind::maximum, half);
  map = graph.convolution(map, {.outputs = 3, .window = same});
  return graph.logits(map, 4);
}

/// Convolution, then a block of two convolutions with a sum around them, then the logits: nodes 0, {1, 2, 3}, 4.
Network residual() {
  const workloads::Window same{3, 3, 1, 1, 1, 1, 1, 1};
  GraphBuilder graph({2, 4, 4}, 8, 1);
  const int map = graph.convolution(workloads::kNetworkInput, {.outputs = 3, .window = same});
  const int inner = graph.convolution(map, {.outputs = 3, .window = same});
  return graph.logits(graph.add({map, graph.convolution(inner, {.outputs = 3, .window = same})}), 4);
}

std::string refusal(const Architecture& architecture, const Network& network) {
  try {
    cut_rounds(architecture, network);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(CutRounds, FillsEachRoundOfAChainAsFarAsTheChipReaches) {
  EXPECT_THAT(first_nodes(cut_rounds(chip_of(1), chain())), ElementsAre(0, 1, 3, 4)) << "the pooling follows its layer";
  EXPECT_THAT(first_nodes(cut_rounds(chip_of(2), chain())), ElementsAre(0, 3));
  EXPECT_THAT(first_nodes(cut_rounds(chip_of(3), chain())), ElementsAre(0, 4));
  EXPECT_THAT(first_nodes(cut_rounds(chip_of(4), chain())), ElementsAre(0)) << "it fits";
}

TEST(CutRounds, CutsAResidualNetworkOnlyWhereOneMapCrosses) {
  EXPECT_THAT(first_nodes(cut_rounds(chip_of(2), residual())), ElementsAre(0, 1, 4));
  EXPECT_THAT(first_nodes(cut_rounds(chip_of(3), residual())), ElementsAre(0, 4));
}

TEST(CutRounds, APartTakesTheCodesOfTheMapThatCrosses) {
  const Network whole = chain();
  const std::vector<Round> rounds = cut_rounds(chip_of(1), whole);
  const Network& part = rounds[2].network;
  EXPECT_EQ(part.input, whole.nodes[2].output);
  EXPECT_EQ(part.input_bits, 5);
  EXPECT_EQ(part.nodes[0].input_zero_point, 3);
  ASSERT_EQ(part.input_table.size(), 4u);
  for (int code = 0; code < 256; ++code) EXPECT_EQ(part.input_table[3][code], code);
  EXPECT_THAT(part.sources(0), ElementsAre(workloads::kNetworkInput));
  EXPECT_EQ(rounds[0].network.input_table, whole.input_table);
  for (const Round& round : rounds) EXPECT_THAT(workloads::network_faults(round.network), ElementsAre());
}

TEST(CutRounds, KeepsTheDuplicatesOfItsOwnLayers) {
  const Network network = chain();
  Architecture architecture = chip_of(2);
  architecture.mapping.duplicate = {{network.nodes[3].name, 2}};
  const std::vector<Round> rounds = cut_rounds(architecture, network);
  EXPECT_THAT(first_nodes(rounds), ElementsAre(0, 3, 4));
  EXPECT_TRUE(rounds[0].architecture.mapping.duplicate.empty());
  EXPECT_EQ(rounds[1].architecture.mapping.duplicate.at(network.nodes[3].name), 2);
  architecture.mapping.duplicate = {{"nobody", 2}};
  EXPECT_THAT(refusal(architecture, network), HasSubstr("has no layer \"nobody\""));
}

TEST(CutRounds, KeepsTheFullScalesOfItsOwnLayers) {
  const Network network = chain();
  Architecture architecture = chip_of(1);
  architecture.adc.model = AdcModel::sar;
  architecture.adc.range = AdcRange::per_layer;
  for (const workloads::Node& node : network.nodes)
    if (node.kind == workloads::Node::Kind::mvm) architecture.adc.layer_full_scale[node.name] = 50;
  std::size_t layers = 0;
  for (const Round& round : cut_rounds(architecture, network)) layers += round.architecture.adc.layer_full_scale.size();
  EXPECT_EQ(layers, architecture.adc.layer_full_scale.size());
}

TEST(CutRounds, NamesThePartThatNoCutMakesSmallEnough) {
  const Network network = residual();
  EXPECT_THAT(
      refusal(chip_of(1), network),
      HasSubstr("small:/chip/mesh_rows: network " + network.name + " cannot be cut within " + network.nodes[1].name +
                " to " + network.nodes[3].name + ", which need 2 crossbars; the chip has 1"));
}

TEST(MakePlan, NamesTheOptionWhenANetworkDoesNotFit) {
  try {
    make_plan(chip_of(2), chain());
    FAIL() << "planned";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("or run it in rounds: nvcim run --time-multiplex"));
  }
}

}  // namespace
}  // namespace nvcim::mapping
