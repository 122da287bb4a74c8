// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/select.h"

#include <gmock/gmock.h>

#include "arch/input_error.h"
#include "arch/load.h"
#include "sim/studies/verified_map.h"
#include "tests/support/browser.h"
#include "tests/support/random_network.h"

namespace nvcim::sim {
namespace {

using mapping::SelectionMethod;
using mapping::SelectionOrder;

SelectRequest small_request() {
  SelectRequest request;
  request.architecture = load_architecture("rram_1t1r_128");
  request.network = testing::NetworkBuilder({1, 14, 14}, 8, 4).linear(30, 4).logits(5, 4);
  for (const workloads::Node& node : request.network.nodes) {
    std::vector<double>& of_node = request.values.emplace_back();
    for (std::int16_t weight : node.mvm.weights) of_node.push_back(weight * weight);
  }
  return request;
}

TEST(SelectStudy, StaysWithinTheBudgetAndCountsWhereTheCellsLie) {
  for (SelectionOrder order : {SelectionOrder::per_cycle, SelectionOrder::per_time}) {
    SelectRequest request = small_request();
    request.order = order;
    request.budget = 0.2;
    const SelectOutcome outcome = run_select(request);
    EXPECT_LE(outcome.nwc, 0.2);
    EXPECT_GT(outcome.nwc, 0.19);
    EXPECT_GT(outcome.loss_removed, 0.2 * outcome.all_loss);
    const std::vector<VerifiedLayer> layers = verified_by_layer(request.network, outcome.plan, outcome.write_plan);
    ASSERT_EQ(layers.size(), 3u);
    EXPECT_EQ(layers[0].verified + layers[1].verified, layers[2].verified);
    EXPECT_EQ(layers[2].verified, outcome.write_plan.verified_cells());
    EXPECT_EQ(layers[2].cells, outcome.write_plan.cells());
    EXPECT_LE(layers[0].rows_touched, layers[0].rows);
  }
}

TEST(SelectStudy, PerTimeTouchesFewerRows) {
  SelectRequest request = small_request();
  request.budget = 0.1;
  const SelectOutcome by_cycle = run_select(request);
  request.order = SelectionOrder::per_time;
  const SelectOutcome by_time = run_select(request);
  const auto touched = [&](const SelectOutcome& outcome) {
    return verified_by_layer(request.network, outcome.plan, outcome.write_plan).back().rows_touched;
  };
  EXPECT_LT(touched(by_time), touched(by_cycle));
}

TEST(SelectStudy, NamesEveryMistakeAtOnce) {
  SelectRequest request = small_request();
  request.budget = -1;
  request.method = SelectionMethod::random;
  request.order = SelectionOrder::per_time;
  try {
    run_select(request);
    ADD_FAILURE() << "accepted";
  } catch (const InputError& error) {
    EXPECT_EQ(error.issues().size(), 2u);
  }
}

TEST(VerifiedMap, HoldsTheShareOfEveryRow) {
  const SelectRequest request = small_request();
  const mapping::Plan plan = mapping::make_plan(request.architecture, request.network);
  mapping::WritePlan write_plan = mapping::verify_none(plan);
  ASSERT_EQ(plan.blocks[0].rows, 128);
  ASSERT_EQ(plan.blocks[0].columns % 4, 0);
  // Rows 0 and 1 of 128 share a line of 64: all of row 0 and half of row 1.
  std::fill_n(write_plan.verify[0].begin(), plan.blocks[0].columns * 3 / 2, 1);
  const HeatMap map = verified_map(request.network, plan, write_plan);
  ASSERT_EQ(map.values.size(), 64u);
  ASSERT_EQ(map.values[0].size(), plan.blocks.size());
  EXPECT_DOUBLE_EQ(map.values[0][0], 0.75);
  EXPECT_DOUBLE_EQ(map.values[1][0], 0);
  EXPECT_EQ(map.values[63].back(), -1);  // the last layer has 30 rows
  EXPECT_EQ(map.column_labels.size(), 2u);
}

TEST(SelectStudy, PageOpensWithEveryChartDrawn) {
  const SelectRequest request = small_request();
  const auto opened = testing::open_page(select_page(request, run_select(request), {"1", "nvcim select", "{}"}));
  if (!opened) GTEST_SKIP() << "needs Chromium";
  EXPECT_THAT(opened->errors, ::testing::IsEmpty());
  EXPECT_THAT(opened->requests, ::testing::IsEmpty());
  EXPECT_THAT(opened->blank, ::testing::IsEmpty());
  EXPECT_EQ(opened->drawn.size(), 2u);
}

}  // namespace
}  // namespace nvcim::sim
