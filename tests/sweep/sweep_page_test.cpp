// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/sweep_page.h"

#include <gmock/gmock.h>

#include "arch/load.h"
#include "sim/studies/in_situ.h"
#include "sim/studies/sweep_figures.h"
#include "tests/support/browser.h"
#include "tests/support/random_network.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

using mapping::Granularity;
using mapping::SelectionMethod;
using mapping::SelectionOrder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

SweepRequest small_sweep() {
  SweepRequest request;
  request.architecture = load_architecture("swim_paper", {"/device/sigma=0.4"});
  request.network = testing::NetworkBuilder({1, 6, 6}, 8, 4).linear(12, 4).logits(5, 4);
  request.data.name = "random";
  request.data.shape = request.network.input;
  request.data.classes = 5;
  request.data.pixels = testing::random_images(request.network, 40, 2);
  const std::vector<std::int64_t> logits = workloads::reference_logits(request.network, request.data.pixels, 40);
  for (int s = 0; s < 40; ++s)
    request.data.labels.push_back(
        static_cast<std::uint8_t>(workloads::predicted_class(std::span(logits).subspan(s * 5, 5))));
  request.training = request.data;
  for (const workloads::Node& node : request.network.nodes) {
    std::vector<double>& of_node = request.curvature.emplace_back();
    for (std::int16_t weight : node.mvm.weights) of_node.push_back(weight * weight);
  }
  request.budgets = {0, 0.2, 1};
  request.methods = {{SelectionMethod::swim},
                     {SelectionMethod::swim, Granularity::weight, SelectionOrder::per_time},
                     {SelectionMethod::random},
                     {.in_situ = true}};
  request.instances = 3;
  return request;
}

SweepResult run(const SweepRequest& request) {
  OneProcess alone;
  return run_sweep(request, alone);
}

TEST(SweepCosts, AreThoseOfTheProgrammedChips) {
  const SweepRequest request = small_sweep();
  const SweepResult result = run(request);
  for (std::size_t m = 0; m < 3; ++m) {
    EXPECT_EQ(result.at(m, 0, 3).nwc, 0);
    EXPECT_NEAR(result.at(m, 1, 3).nwc, 0.2, 0.05);
    EXPECT_EQ(result.at(m, 2, 3).nwc, 1);
    for (std::size_t b = 1; b < 3; ++b) {
      EXPECT_GT(result.at(m, b, 3).seconds, result.at(m, b - 1, 3).seconds);
      EXPECT_GT(result.at(m, b, 3).joules, result.at(m, b - 1, 3).joules);
    }
  }
  // Ranked by what a cell adds to its row's time, the same cycles take less of it.
  EXPECT_LE(result.at(1, 1, 3).seconds, result.at(0, 1, 3).seconds);
}

TEST(InSitu, CostsOneUnverifiedPassPerStep) {
  const SweepRequest request = small_sweep();
  const SweepResult result = run(request);
  const SweepPoint &none = result.at(3, 0, 3), &all = result.at(3, 2, 3);
  const double steps = all.seconds / none.seconds - 1;  // mean over the instances
  EXPECT_NEAR(all.nwc, 1, 0.1);
  EXPECT_GT(steps, 5);
  EXPECT_NEAR(all.joules / none.joules, 1 + steps, 0.05 * steps);
  EXPECT_EQ(none.accuracy, result.at(0, 0, 3).accuracy);
}

TEST(InSitu, StepsTeachAnIdealChip) {
  SweepRequest request = small_sweep();
  request.architecture.device.model = DeviceModel("ideal");
  // The network is right about its own labels; about others it has something to learn.
  for (std::uint8_t& label : request.training.labels) label = static_cast<std::uint8_t>((label + 1) % 5);
  const mapping::Plan plan = mapping::make_plan(request.architecture, request.network);
  InSituTraining chip(request.architecture, request.network, plan, request.training, {1, 0}, {.learning_rate = 10});
  const workloads::Network before = chip.network();
  for (int step = 0; step < 5; ++step) chip.step();
  EXPECT_EQ(chip.steps(), 5);
  const auto right = [&](const workloads::Network& network) {
    const std::vector<std::int64_t> logits = workloads::reference_logits(network, request.training.pixels, 40);
    int correct = 0;
    for (int s = 0; s < 40; ++s)
      correct += workloads::predicted_class(std::span(logits).subspan(s * 5, 5)) == request.training.labels[s];
    return correct;
  };
  EXPECT_EQ(right(before), 0);
  EXPECT_GT(right(chip.network()), 0);
}

TEST(CostAt, IsLinearBetweenThePoints) {
  const std::vector<CostPoint> curve = {{0, 0.90}, {0.5, 0.98}, {1, 0.99}};
  EXPECT_NEAR(*cost_at(curve, 0.94), 0.25, 1e-12);
  EXPECT_DOUBLE_EQ(*cost_at(curve, 0.90), 0);
  EXPECT_FALSE(cost_at(curve, 0.995));
}

TEST(ParetoFront, HoldsWhatNothingBeats) {
  EXPECT_THAT(pareto_front({{1, 0.9}, {2, 0.8}, {2, 0.95}, {3, 0.95}, {0.5, 0.5}}), ElementsAre(4u, 0u, 2u));
}

/// Points of one method with these write cycles (of everything) and accuracies; time and energy follow the cycles.
SweepResult made_up(const std::vector<std::pair<double, double>>& points) {
  SweepResult result;
  result.cells = 100;
  for (const auto& [nwc, accuracy] : points) {
    SweepPoint& point = result.points.emplace_back();
    point.budget = point.nwc = nwc;
    point.seconds = 1e-3 * (1 + 9 * nwc);
    point.joules = 1e-6 * (1 + 4 * nwc);
    point.verified_cells = 100 * nwc;
    point.accuracy = {accuracy, accuracy};
  }
  return result;
}

std::string closing_table(SweepRequest request, const SweepResult& result) {
  request.methods = {{SelectionMethod::swim}};
  const std::string text = sweep_table(request, result);
  return text.substr(text.rfind("\n\n") + 2);
}

TEST(SweepTable, CountsWhatEqualAccuracyCosts) {
  SweepRequest request = small_sweep();
  // 0.97 is reached a third of the way from 0.1 to 0.4: at 0.2, 2.8 of 10 ms, 1.8 of 5 uJ.
  const SweepResult result = made_up({{0, 0.90}, {0.1, 0.96}, {0.4, 0.99}, {1, 0.99}});
  request.within = 0.02;
  const std::string table = closing_table(request, result);
  EXPECT_THAT(table, HasSubstr("Within 2 points of verifying everything; verifying nothing is 9.00 points below\n"));
  EXPECT_THAT(table, ::testing::ContainsRegex("swim +0.200 +5.0 x +2.8 ms +3.6 x +1.8 uJ +2.8 x\n"));
  EXPECT_THAT(table, ::testing::Not(HasSubstr("*")));
}

TEST(SweepTable, SaysWhatWasNotMeasuredBelowTheSmallestBudget) {
  SweepRequest request = small_sweep();
  const SweepResult result = made_up({{0, 0.90}, {0.1, 0.98}, {1, 0.99}});
  request.within = 0.05;
  const std::string table = closing_table(request, result);
  EXPECT_THAT(table, ::testing::ContainsRegex("swim +0.050 \\* +20.0 x"));
  EXPECT_THAT(table,
              HasSubstr("* below the smallest budget of the sweep, on a line from nothing verified: not measured"));
}

// 220 x fewer cycles were the answer where nothing verified was nearly as good.
TEST(SweepTable, SaysWhenNothingVerifiedIsGoodEnough) {
  SweepRequest request = small_sweep();
  const SweepResult result = made_up({{0, 0.985}, {0.1, 0.988}, {1, 0.99}});
  EXPECT_EQ(request.within, 0.005);
  EXPECT_THAT(closing_table(request, result),
              AllOf(HasSubstr("Verifying nothing (98.50 %) is already within 0.5 points of verifying everything (99.00 "
                              "%): what a method saves cannot be told here. A smaller --within"),
                    ::testing::Not(HasSubstr("fewer cycles"))));
  EXPECT_THAT(closing_table(request, made_up({{0, 0.9}, {1, 0.8}})),
              HasSubstr("Verifying nothing (90.00 %) is better than verifying everything (80.00 %)"));
  request.within = 0.0049;
  EXPECT_THAT(closing_table(request, result), HasSubstr("fewer cycles"));
  EXPECT_THAT(sweep_page(request, made_up({{0, 0.985}, {1, 0.99}}), {"v", "again", "{}"}),
              HasSubstr("0.50 points below"));
}

TEST(SweepPage, DrawsEveryChartAndAsksForNothing) {
  const SweepRequest request = small_sweep();
  const SweepResult result = run(request);
  EXPECT_THAT(sweep_table(request, result), HasSubstr("points of verifying everything"));
  const std::string page = sweep_page(request, result, {"v", "again", "{}"});
  for (const bool dark : {false, true}) {
    const auto opened = nvcim::testing::open_page(page, dark);
    if (!opened) GTEST_SKIP() << "needs Chromium";
    EXPECT_THAT(opened->errors, ::testing::IsEmpty());
    EXPECT_THAT(opened->requests, ::testing::IsEmpty());
    EXPECT_THAT(opened->blank, ::testing::IsEmpty());
    EXPECT_GE(opened->drawn.size(), 9u);
    for (const char* title : {"Accuracy over programming latency", "Break-even", "Where the verified cells lie"})
      EXPECT_THAT(opened->text, HasSubstr(title));
  }
}

}  // namespace
}  // namespace nvcim::sim
