// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/selection_costs.h"

#include <gmock/gmock.h>

#include <cmath>

#include "arch/load.h"
#include "tests/support/random_network.h"

namespace nvcim::sim {
namespace {

TEST(SelectionCosts, AttemptsOfRedrawAreThoseOfItsDistribution) {
  // Each attempt draws the cell anew and hits |error| <= tolerance with p = erf(t / (sigma sqrt 2)): 1/p on average.
  Architecture architecture = load_architecture("swim_paper");
  architecture.write_controller.process = WriteProcess::redraw;
  architecture.device.sigma = 0.1;
  const workloads::Network network = testing::NetworkBuilder({1, 14, 14}, 8, 4).linear(40, 2).logits(5, 2);
  const auto attempts = mean_attempts(architecture, network, mapping::make_plan(architecture, network));
  ASSERT_EQ(attempts.size(), 2u);  // two bits with sign: levels 0 and 1
  const double p = std::erf(architecture.write_controller.tolerance / 0.1 / std::sqrt(2.0));
  EXPECT_NEAR(attempts.at(0), 1 / p, 0.1 / p);
  EXPECT_NEAR(attempts.at(1), 1 / p, 0.1 / p);
}

TEST(SelectionCosts, AskForWhatTheOrderAndTheDeviceNeed) {
  Architecture architecture = load_architecture("swim_paper");
  const workloads::Network network = testing::NetworkBuilder({1, 14, 14}, 8, 4).linear(40, 4).logits(5, 4);
  const mapping::Plan plan = mapping::make_plan(architecture, network);
  mapping::SelectionOptions options;
  set_costs(architecture, network, plan, options);
  EXPECT_FALSE(options.cycles);
  EXPECT_FALSE(options.row_time);
  options.order = mapping::SelectionOrder::per_time;
  set_costs(architecture, network, plan, options);
  ASSERT_TRUE(options.row_time);
  EXPECT_LT(options.row_time(0), options.row_time(1));
  EXPECT_LE(options.row_time(40), options.row_time(1000));
  EXPECT_FALSE(is_value_dependent(architecture));
  architecture.device.sigma_slope = 0.1;
  EXPECT_TRUE(is_value_dependent(architecture));
  set_costs(architecture, network, plan, options);
  ASSERT_TRUE(options.cycles);
  EXPECT_GT(options.cycles(1), options.cycles(0));  // twice the spread takes more attempts
}

}  // namespace
}  // namespace nvcim::sim
