// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>

#include "mapping/selection/selection.h"
#include "tests/support/random_network.h"

namespace nvcim::mapping {
namespace {

using workloads::Network;

struct Case {
  explicit Case(Encoding encoding = Encoding::ideal_signed) {
    architecture.chip.mesh_rows = architecture.chip.mesh_columns = 16;
    architecture.crossbar.encoding = encoding;
    network = testing::NetworkBuilder({1, 5, 4}, 8, 1).linear(12).logits(6);
    plan = make_plan(architecture, network);
    std::mt19937_64 random(2);
    for (const auto& node : network.nodes) {
      std::vector<double>& of_node = options.values.emplace_back(node.mvm.weights.size());
      for (double& value : of_node) value = random() % 2 == 0 ? 0.0 : std::exp(double(random() % 600) / 100);
    }
    options.order = SelectionOrder::per_time;
    // A row takes 100 as soon as one cell is verified, and a little more with each.
    options.row_time = [](int cells) { return cells == 0 ? 10.0 : 110.0 + 2 * cells; };
  }
  Architecture architecture;
  Network network;
  Plan plan;
  SelectionOptions options;
};

double time_of(const Case& c, const WritePlan& write_plan) {
  double time = 0;
  for (const auto& rows : count_by_row(c.plan, write_plan))
    for (int cells : rows) time += c.options.row_time(cells) - c.options.row_time(0);
  return time;
}

TEST(TimeOrder, RemovesMoreLossPerTimeThanThePlainOrder) {
  for (Encoding encoding : {Encoding::ideal_signed, Encoding::differential_pair, Encoding::offset_column})
    for (Granularity granularity : {Granularity::weight, Granularity::cell}) {
      Case c(encoding);
      c.options.granularity = granularity;
      const Selection by_time = select_cells(c.architecture, c.network, c.plan, c.options);
      c.options.order = SelectionOrder::per_cycle;
      const Selection plain = select_cells(c.architecture, c.network, c.plan, c.options);
      int better = 0, compared = 0;
      for (std::uint32_t count = 1; count < plain.units() / 2; count += plain.units() / 24) {
        const double limit = time_of(c, plain.first(count));
        std::uint32_t fitting = 0;
        while (fitting < by_time.units() && time_of(c, by_time.first(fitting + 1)) <= limit) ++fitting;
        ++compared;
        better += by_time.loss_removed[fitting] >= plain.loss_removed[count] * (1 - 1e-12);
      }
      EXPECT_GT(better, 0.8 * compared);
      EXPECT_NEAR(by_time.loss_removed.back(), plain.loss_removed.back(), 1e-9 * plain.loss_removed.back());
    }
}

TEST(TimeOrder, AtTheEndOfASegmentNoOtherChoiceIsBetter) {
  // Small enough to try every subset of rows' best prefixes: rows are independent, so enumerate per row by Lagrange.
  Case c;
  const Selection by_time = select_cells(c.architecture, c.network, c.plan, c.options);
  // For each multiplier the best choice of every row maximises value - lambda·time; its total must be met by a prefix.
  for (double lambda : {1e-4, 1e-3, 3e-3, 1e-2, 3e-2}) {
    double best_value = 0, best_time = 0;
    for (std::size_t index = 0; index < c.plan.blocks.size(); ++index) {
      const Block& block = c.plan.blocks[index];
      for (int row = 0; row < block.rows; ++row) {
        std::vector<double> values;
        for (int column = 0; column < block.columns; ++column) {
          const std::uint32_t rank = by_time.rank[index][std::size_t(row) * block.columns + column];
          values.push_back(by_time.loss_removed[rank + 1] - by_time.loss_removed[rank]);
        }
        std::sort(values.rbegin(), values.rend());
        double value = 0, row_value = 0, row_time = 0;
        for (std::size_t n = 1; n <= values.size(); ++n) {
          value += values[n - 1];
          const double time = c.options.row_time(int(n)) - c.options.row_time(0);
          if (value - lambda * time > row_value - lambda * row_time) row_value = value, row_time = time;
        }
        best_value += row_value, best_time += row_time;
      }
    }
    if (best_time == 0) continue;
    bool met = false;
    for (std::uint32_t count = 1; count <= by_time.units() && !met; ++count)
      met = std::abs(by_time.loss_removed[count] - best_value) < 1e-9 * best_value &&
            time_of(c, by_time.first(count)) <= best_time * (1 + 1e-12);
    EXPECT_TRUE(met) << lambda;
  }
}

TEST(TimeOrder, WithTimeInProportionToCellsIsThePlainOrder) {
  Case c;
  c.options.row_time = [](int cells) { return 3.0 * cells; };
  const Selection by_time = select_cells(c.architecture, c.network, c.plan, c.options);
  c.options.order = SelectionOrder::per_cycle;
  const Selection plain = select_cells(c.architecture, c.network, c.plan, c.options);
  for (std::uint32_t count = 0; count <= plain.units(); ++count)
    ASSERT_NEAR(by_time.loss_removed[count], plain.loss_removed[count], 1e-9 * plain.loss_removed.back()) << count;
}

TEST(TimeOrder, WholeRowsGoByValueOverTheirTime) {
  Case c;
  c.options.granularity = Granularity::row;
  const Selection selection = select_cells(c.architecture, c.network, c.plan, c.options);
  double before = INFINITY;
  for (std::uint32_t rank = 0; rank < selection.units(); ++rank) {
    const double time = time_of(c, selection.first(rank + 1)) - time_of(c, selection.first(rank));
    const double slope = (selection.loss_removed[rank + 1] - selection.loss_removed[rank]) / time;
    EXPECT_LE(slope, before * (1 + 1e-9));
    before = slope;
  }
}

}  // namespace
}  // namespace nvcim::mapping
