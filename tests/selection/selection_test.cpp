// SPDX-License-Identifier: Apache-2.0
#include "mapping/selection/selection.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "tests/support/random_network.h"

namespace nvcim::mapping {
namespace {

using workloads::Network;
using workloads::Node;
using workloads::Window;

constexpr SelectionMethod kMethods[] = {SelectionMethod::swim, SelectionMethod::magnitude, SelectionMethod::random,
                                        SelectionMethod::layer_order, SelectionMethod::file};
constexpr Granularity kGranularities[] = {Granularity::weight, Granularity::cell, Granularity::row,
                                          Granularity::crossbar};
constexpr Encoding kEncodings[] = {Encoding::ideal_signed, Encoding::differential_pair, Encoding::offset_column};

struct Case {
  explicit Case(Encoding encoding = Encoding::ideal_signed, int copies = 1, Network of = testing::random_lenet(3))
      : network(std::move(of)) {
    architecture.chip.mesh_rows = architecture.chip.mesh_columns = 16;
    architecture.crossbar.encoding = encoding;
    if (copies > 1) architecture.mapping.duplicate["mvm0"] = copies;
    plan = make_plan(architecture, network);
    std::mt19937_64 random(5);
    for (const Node& node : network.nodes) {
      std::vector<double>& of_node = options.values.emplace_back(node.mvm.weights.size());
      // Half of the weights have no curvature at all, as on a trained LeNet.
      for (double& value : of_node) value = random() % 2 == 0 ? 0.0 : double(random() % 1000) + 1;
    }
  }
  Selection select(SelectionMethod method, Granularity granularity = Granularity::weight) {
    options.method = method;
    options.granularity = granularity;
    return select_cells(architecture, network, plan, options);
  }
  Architecture architecture;
  Network network;
  Plan plan;
  SelectionOptions options;
};

std::int64_t all_weights(const Network& network) {
  std::int64_t weights = 0;
  for (const Node& node : network.nodes) weights += std::int64_t(node.mvm.weights.size());
  return weights;
}

/// Rank of the unit of one weight's first cell.
std::uint32_t rank_of(const Case& c, const Selection& selection, int node, int output, int matrix_row, int plane = 0) {
  for (std::size_t index = 0; index < c.plan.blocks.size(); ++index) {
    const Block& block = c.plan.blocks[index];
    const int row = matrix_row - block.row_begin, column = output - block.output_begin;
    if (block.node != node || row < 0 || row >= block.rows || column < 0 || column >= block.outputs) continue;
    const int planes = c.plan.layers[c.plan.layer_of_node[node]].encoding.planes();
    return selection.rank[index][std::size_t(row) * block.columns + column * planes + plane];
  }
  ADD_FAILURE() << "no such weight";
  return 0;
}

TEST(Selection, EveryMethodAndGranularityOrdersEveryUnitOnceAndNestsItsPlans) {
  for (Encoding encoding : kEncodings)
    for (SelectionMethod method : kMethods)
      for (Granularity granularity : kGranularities) {
        const Window same{3, 3, 1, 1, 1, 1, 1, 1};
        Case c(encoding, 2, testing::NetworkBuilder({2, 6, 6}, 8, 3).convolution(5, same).linear(20, 4).logits(7));
        const Selection selection = c.select(method, granularity);
        std::set<std::uint32_t> ranks;
        for (const auto& block : selection.rank) ranks.insert(block.begin(), block.end());
        ASSERT_EQ(ranks.size(), selection.units());
        ASSERT_EQ(*ranks.rbegin(), selection.units() - 1);
        WritePlan before = verify_none(c.plan);
        EXPECT_EQ(selection.within(0).verify, before.verify);
        for (double share : {0.1, 0.3, 0.5, 0.7, 1.0}) {
          const WritePlan plan = selection.within(share);
          EXPECT_LE(plan.verified_share(), share + 1e-12);
          for (std::size_t block = 0; block < plan.verify.size(); ++block)
            for (std::size_t cell = 0; cell < plan.verify[block].size(); ++cell)
              ASSERT_LE(before.verify[block][cell], plan.verify[block][cell]);
          before = plan;
        }
        EXPECT_EQ(before.verify, verify_all(c.plan).verify);
      }
}

TEST(Selection, ABudgetTakesExactlyTheTopK) {
  Case c;
  const std::int64_t weights = all_weights(c.network);
  ASSERT_EQ(weights, 105918);
  const Selection selection = c.select(SelectionMethod::swim);
  EXPECT_EQ(selection.within(0.1).verified_cells(), 10591);
  EXPECT_EQ(selection.within(0.5).verified_cells(), weights / 2);
  EXPECT_DOUBLE_EQ(selection.nwc(10591), 10591.0 / 105918);
}

TEST(Selection, SwimOrdersByCurvatureThenMagnitudeThenNumber) {
  Case c;
  const Selection selection = c.select(SelectionMethod::swim);
  struct Entry {
    double curvature, magnitude;
    std::int64_t number;
    std::uint32_t rank;
  };
  std::vector<Entry> entries;
  const WeightValues magnitudes = normalised_magnitudes(c.network);
  std::int64_t number = 0;
  for (std::size_t node = 0; node < c.network.nodes.size(); ++node)
    for (std::size_t weight = 0; weight < c.network.nodes[node].mvm.weights.size(); ++weight) {
      if (node == 4 && weight % 50 != 0) {
        ++number;
        continue;  // a sample of the large layer
      }
      const int rows = c.network.nodes[node].matrix_rows();
      entries.push_back({c.options.values[node][weight], magnitudes[node][weight], number++,
                         rank_of(c, selection, int(node), int(weight) / rows, int(weight) % rows)});
    }
  std::vector<Entry> expected = entries;
  std::sort(expected.begin(), expected.end(), [](const Entry& a, const Entry& b) {
    return std::tuple(-a.curvature, -a.magnitude, a.number) < std::tuple(-b.curvature, -b.magnitude, b.number);
  });
  for (std::size_t i = 1; i < expected.size(); ++i) ASSERT_LT(expected[i - 1].rank, expected[i].rank) << i;
}

TEST(Selection, MagnitudeIsNormalisedPerLayer) {
  Case c;
  // Code 7 of 4 bits is the full scale of its layer, code 100 of 8 bits is not.
  Network& network = c.network;
  network.nodes[0].mvm.weight_bits = 4;
  for (std::int16_t& weight : network.nodes[0].mvm.weights) weight = 7;
  for (std::int16_t& weight : network.nodes[2].mvm.weights) weight = 100;
  c.plan = make_plan(c.architecture, network);
  const Selection selection = c.select(SelectionMethod::magnitude);
  EXPECT_LT(rank_of(c, selection, 0, 5, 8), rank_of(c, selection, 2, 0, 0));
}

TEST(Selection, LayerOrderStartsWithTheFirstLayer) {
  Case c;
  const Selection selection = c.select(SelectionMethod::layer_order);
  EXPECT_EQ(rank_of(c, selection, 0, 0, 0), 0u);
  EXPECT_EQ(rank_of(c, selection, 0, 5, 8), 53u);
  EXPECT_EQ(rank_of(c, selection, 2, 0, 0), 54u);
}

TEST(Selection, RandomIsAddressedBySeedInstanceAndUnit) {
  Case c;
  const Selection selection = c.select(SelectionMethod::random);
  Case smaller;
  smaller.architecture.crossbar.rows = smaller.architecture.crossbar.columns = 64;
  smaller.architecture.chip.mesh_rows = smaller.architecture.chip.mesh_columns = 32;
  smaller.plan = make_plan(smaller.architecture, smaller.network);
  const Selection elsewhere = smaller.select(SelectionMethod::random);
  for (int row : {0, 7, 783})
    EXPECT_EQ(rank_of(c, selection, 4, 3, row), rank_of(smaller, elsewhere, 4, 3, row)) << row;
  c.options.instance = 1;
  const Selection other = c.select(SelectionMethod::random);
  EXPECT_NE(selection.rank, other.rank);
  // Two independent orders share a tenth of their first tenth: 1059 ± 4·30.
  const WritePlan a = selection.within(0.1), b = other.within(0.1);
  int both = 0;
  for (std::size_t block = 0; block < a.verify.size(); ++block)
    for (std::size_t cell = 0; cell < a.verify[block].size(); ++cell)
      both += a.verify[block][cell] & b.verify[block][cell];
  EXPECT_NEAR(both, 1059, 120);
}

TEST(Selection, TheHigherSliceOfAWeightComesFirstBecauseItsVarianceIs4ToTheKMore) {
  Case c(Encoding::differential_pair);
  for (auto& of_node : c.options.values) std::fill(of_node.begin(), of_node.end(), 1.0);
  const Selection selection = c.select(SelectionMethod::swim, Granularity::cell);
  const WeightEncoding& encoding = c.plan.layers[0].encoding;
  ASSERT_GT(encoding.slices, 1);
  // Loss removed by all cells of one weight: its planes in the ratio of their squared factors.
  double total = 0;
  for (std::int64_t factor : encoding.factor) total += double(factor) * double(factor);
  const std::int64_t top = *std::max_element(encoding.factor.begin(), encoding.factor.end());
  for (int plane = 0; plane < encoding.planes(); ++plane) {
    const std::uint32_t rank = rank_of(c, selection, 4, 60, 300, plane);
    const double removed = selection.loss_removed[rank + 1] - selection.loss_removed[rank];
    const std::uint32_t top_rank = rank_of(c, selection, 4, 60, 300, 0);
    const double removed_first = selection.loss_removed[top_rank + 1] - selection.loss_removed[top_rank];
    const double ratio = std::pow(double(encoding.factor[plane]) / double(encoding.factor[0]), 2);
    EXPECT_NEAR(removed / removed_first, ratio, 1e-3 * ratio) << plane;
  }
  // All cells of the highest slice come before all of the next: with equal curvature only the slice counts.
  const std::int64_t weights = all_weights(c.network);
  const WritePlan first = selection.first(std::uint32_t(weights));
  for (std::size_t index = 0; index < c.plan.blocks.size(); ++index)
    for (std::size_t cell = 0; cell < first.verify[index].size(); ++cell) {
      const int plane = int(cell) % c.plan.blocks[index].columns % encoding.planes();
      ASSERT_TRUE(first.verify[index][cell] == 0 || std::abs(encoding.factor[plane]) == top);
    }
}

TEST(Selection, VarianceRemovedIsThatOfTheCellsOwnLevel) {
  // sigma grows from 0.05 at level 0 to 0.15 at the top: a full weight removes more than an empty one of the same
  // curvature.
  Case c;
  c.architecture.device.sigma = 0.05;
  c.architecture.device.sigma_slope = 0.1;
  for (auto& of_node : c.options.values) std::fill(of_node.begin(), of_node.end(), 2.0);
  Node& node = c.network.nodes[0];
  node.mvm.weights[0] = 127, node.mvm.weights[1] = 0;
  const Selection selection = c.select(SelectionMethod::swim);
  const auto removed = [&](int row) {
    const std::uint32_t rank = rank_of(c, selection, 0, 0, row);
    return selection.loss_removed[rank + 1] - selection.loss_removed[rank];
  };
  const double left = 0.03 * 0.03;
  EXPECT_NEAR(removed(0), 0.5 * 2 * (0.15 * 0.15 - left), 1e-9);
  EXPECT_NEAR(removed(1), 0.5 * 2 * (0.05 * 0.05 - left), 1e-9);
}

TEST(Selection, VarianceRemovedIncludesTheCellsOwnOffset) {
  Case c;
  c.architecture.device.sigma = 0.05;
  c.architecture.device.device_to_device = 0.12;
  for (auto& of_node : c.options.values) std::fill(of_node.begin(), of_node.end(), 2.0);
  const Selection selection = c.select(SelectionMethod::swim);
  const double each = 0.5 * 2 * (0.05 * 0.05 + 0.12 * 0.12 - 0.03 * 0.03);
  EXPECT_NEAR(selection.loss_removed[1], each, 1e-9);
  EXPECT_NEAR(selection.loss_removed.back(), each * static_cast<double>(selection.units()), 1e-6);
}

TEST(Selection, ExpectedCyclesDivideTheScoreAndMakeUpTheBudget) {
  Case c;
  for (auto& of_node : c.options.values) std::fill(of_node.begin(), of_node.end(), 1.0);
  c.options.cycles = [](double level) { return 1 + 9 * level; };
  Node& node = c.network.nodes[0];
  node.mvm.weights[0] = 127, node.mvm.weights[1] = 0;
  const Selection selection = c.select(SelectionMethod::swim);
  EXPECT_LT(rank_of(c, selection, 0, 0, 1), rank_of(c, selection, 0, 0, 0));  // one cycle against ten
  double cycles = 0;
  for (const Node& each : c.network.nodes)
    for (std::int16_t weight : each.mvm.weights) cycles += 1 + 9 * std::abs(weight) / 127.0;
  EXPECT_NEAR(selection.cycles.back(), cycles, 1e-6 * cycles);
  const std::uint32_t half = selection.units_within(0.5);
  EXPECT_LE(selection.cycles[half], 0.5 * cycles);
  EXPECT_GT(selection.cycles[half + 1], 0.5 * cycles * (1 - 1e-9));
}

TEST(Selection, CopiesShareALayersCurvature) {
  Case one(Encoding::ideal_signed, 1), three(Encoding::ideal_signed, 3);
  EXPECT_NEAR(one.select(SelectionMethod::swim).loss_removed.back(),
              three.select(SelectionMethod::swim).loss_removed.back(),
              1e-9 * one.select(SelectionMethod::swim).loss_removed.back());
}

TEST(Selection, ARowsScoreIsTheMeanOverItsCells) {
  Case c;
  for (auto& of_node : c.options.values) std::fill(of_node.begin(), of_node.end(), 1.0);
  // Row 5 of the last layer: every weight twice as curved, so the row comes first although other rows are longer.
  const Node& last = c.network.nodes.back();
  for (int output = 0; output < last.outputs(); ++output)
    c.options.values.back()[std::size_t(output) * last.matrix_rows() + 5] = 2;
  const Selection selection = c.select(SelectionMethod::swim, Granularity::row);
  EXPECT_EQ(rank_of(c, selection, int(c.network.nodes.size()) - 1, 0, 5), 0u);
  EXPECT_EQ(selection.first(1).verified_cells(), last.outputs());
}

}  // namespace
}  // namespace nvcim::mapping
