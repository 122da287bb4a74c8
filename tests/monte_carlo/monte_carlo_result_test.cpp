// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <numeric>

#include "sim/studies/monte_carlo_page.h"
#include "tests/monte_carlo/small_study.h"
#include "tests/support/browser.h"

namespace nvcim::sim {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

/// 500 instances that got 20, 20, …, 39 and 40 of 40 samples right: 20 three times, every other number from 21 to 39
/// 25 times, 40 22 times.
std::vector<int> known_counts() {
  std::vector<int> correct(3, 20);
  for (int number = 21; number <= 39; ++number) correct.insert(correct.end(), 25, number);
  correct.insert(correct.end(), 22, 40);
  return correct;
}

MonteCarloRequest known_request() {
  MonteCarloRequest request = small_study();
  request.instances = 500;
  request.quantiles = {0.001, 0.01, 0.1};
  request.targets = {0.525, 0.973, 1};
  return request;
}

TEST(MonteCarloResult, HoldsFiguresWithTheirIntervals) {
  const MonteCarloRequest request = known_request();
  MonteCarloResult result = summarise(request, known_counts());
  result.reference_accuracy = 1;
  const json metrics = json::parse(result_json(result_of(request, result)))["metrics"];
  const double mean = (3 * 20 + 25 * (21 + 39) * 19 / 2 + 22 * 40) / 500.0 / 40;
  EXPECT_NEAR(metrics["accuracy.mean"]["value"], mean, 1e-12);
  EXPECT_LT(metrics["accuracy.mean"]["low"], mean);
  EXPECT_GT(metrics["accuracy.mean"]["high"], mean);
  EXPECT_EQ(metrics["accuracy.min"]["value"], 0.5);
  // Position (500 + 1/3) / 100 + 1/3 = 5.34: the fifth and sixth are 21 of 40.
  EXPECT_DOUBLE_EQ(metrics["accuracy.kpp.1"]["value"], 21.0 / 40);
  // 50.37: 50 lies in 22 (29 to 53).
  EXPECT_DOUBLE_EQ(metrics["accuracy.kpp.10"]["value"], 22.0 / 40);
  EXPECT_EQ(metrics["accuracy.kpp.1"]["unit"], "fraction");
  EXPECT_THAT(metrics["accuracy.kpp.1"]["doc"].get<std::string>(), HasSubstr("percentile"));
}

TEST(MonteCarloResult, SaysWhichQuantilesTheInstancesDoNotResolve) {
  const MonteCarloRequest request = known_request();
  const MonteCarloResult result = summarise(request, known_counts());
  const json metrics = json::parse(result_json(result_of(request, result)))["metrics"];
  const json& unresolved = metrics["accuracy.kpp.0.1"];
  EXPECT_TRUE(unresolved["value"].is_null());
  EXPECT_TRUE(unresolved["low"].is_null());
  EXPECT_TRUE(unresolved["high"].is_number());
  EXPECT_EQ(unresolved["instances_needed"], 3688);
  EXPECT_FALSE(metrics["accuracy.kpp.1"].contains("instances_needed"));
  EXPECT_THAT(monte_carlo_table(request, result),
              HasSubstr("0.1 % KPP        not resolved  needs 3,688 instances or more; at most 50.00 %"));
  EXPECT_THAT(result_csv(result_of(request, result)), HasSubstr("\nmetrics,accuracy.kpp.0.1,high,0.5,fraction\n"));
}

TEST(MonteCarloResult, CountsAnInstanceAtTheTargetAsPassing) {
  const MonteCarloResult result = summarise(known_request(), known_counts());
  EXPECT_EQ(result.yields[0].passed, 497);  // 21 of 40 are 52.5 %
  EXPECT_EQ(result.yields[1].passed, 47);   // 39 of 40 are 97.5 %
  EXPECT_EQ(result.yields[2].passed, 22);
  EXPECT_LT(result.yields[1].share.low, 0.094);
  EXPECT_GT(result.yields[1].share.high, 0.094);
  // 97.3 % of 1,000 is 973, though 0.973 * 1000 is not.
  MonteCarloRequest request = known_request();
  request.data.labels.resize(1000);
  request.targets = {97.3 / 100};
  EXPECT_EQ(summarise(request, {972, 973, 974}).yields[0].passed, 2);
}

TEST(MonteCarloResult, OfOneInstanceHasNoInterval) {
  const MonteCarloRequest request = known_request();
  const json metrics = json::parse(result_json(result_of(request, summarise(request, {30}))))["metrics"];
  EXPECT_EQ(metrics["accuracy.mean"]["value"], 0.75);
  EXPECT_FALSE(metrics["accuracy.mean"].contains("low"));
  EXPECT_FALSE(metrics.contains("accuracy.std"));
}

TEST(MonteCarloPage, DrawsEveryInstanceAndAsksForNothingElse) {
  MonteCarloRequest request = known_request();
  request.network.name = "</script><b>";
  MonteCarloResult result = summarise(request, known_counts());
  const std::string page = monte_carlo_page(request, result, {"1.2.3", "nvcim mc 'a & b'", "{}"});
  for (const char* text : {"<b>", "src=\"", "<link", "fetch("}) EXPECT_THAT(page, Not(HasSubstr(text)));
  EXPECT_THAT(page, HasSubstr("a &amp; b"));
  const auto opened = nvcim::testing::open_page(page);
  if (!opened) GTEST_SKIP() << "needs Chromium";
  EXPECT_THAT(opened->errors, ::testing::IsEmpty());
  EXPECT_THAT(opened->requests, ::testing::IsEmpty());
  EXPECT_THAT(opened->blank, ::testing::IsEmpty());
  EXPECT_EQ(opened->drawn.size(), 2u);
}

}  // namespace
}  // namespace nvcim::sim
