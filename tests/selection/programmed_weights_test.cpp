// SPDX-License-Identifier: Apache-2.0
#include "mapping/programmed_weights.h"

#include <gmock/gmock.h>

#include "tests/support/random_network.h"

namespace nvcim::mapping {
namespace {

constexpr Encoding kEncodings[] = {Encoding::ideal_signed, Encoding::differential_pair, Encoding::offset_column};

struct Case {
  explicit Case(Encoding encoding) : network(testing::NetworkBuilder({2, 6, 6}, 8, 3).linear(9, 4).logits(7)) {
    architecture.chip.mesh_rows = architecture.chip.mesh_columns = 16;
    architecture.crossbar.encoding = encoding;
    architecture.crossbar.rows = architecture.crossbar.columns = 40;
    architecture.mapping.duplicate["mvm0"] = 2;
    plan = make_plan(architecture, network);
  }
  ChipInstance chip(double sigma, std::uint32_t rewrite = 0) {
    architecture.device.model = sigma > 0 ? DeviceModel("gaussian") : DeviceModel("ideal");
    architecture.device.sigma = sigma;
    return make_instance(architecture, network, plan,
                         write_cells(architecture, network, plan, verify_none(plan), {3, 1, rewrite}, false));
  }
  Architecture architecture;
  workloads::Network network;
  Plan plan;
};

TEST(ProgrammedWeights, OfAnIdealChipAreTheCodes) {
  for (Encoding encoding : kEncodings) {
    Case c(encoding);
    const auto weights = programmed_weights(c.network, c.plan, c.chip(0));
    for (std::size_t n = 0; n < c.network.nodes.size(); ++n) {
      const workloads::MvmLayer& mvm = c.network.nodes[n].mvm;
      const float full_scale = static_cast<float>((1 << (mvm.weight_bits - 1)) - 1);
      for (std::size_t i = 0; i < mvm.weights.size(); ++i)
        ASSERT_NEAR(weights[n][i], mvm.weights[i] / full_scale, 1e-6) << int(encoding) << ", node " << n;
    }
  }
}

TEST(ProgrammedWeights, DeviateAsTheCellsOfTheirColumnsDo) {
  // One signed cell per weight at sigma of the full scale, and the mean of two copies in the first layer.
  Case c(Encoding::ideal_signed);
  const auto weights = programmed_weights(c.network, c.plan, c.chip(0.05));
  for (std::size_t n = 0; n < 2; ++n) {
    const workloads::MvmLayer& mvm = c.network.nodes[n].mvm;
    double squares = 0;
    for (std::size_t i = 0; i < mvm.weights.size(); ++i) {
      const double deviation = weights[n][i] - mvm.weights[i] / double((1 << (mvm.weight_bits - 1)) - 1);
      squares += deviation * deviation;
    }
    const double expected = n == 0 ? 0.05 / std::sqrt(2.0) : 0.05;
    EXPECT_NEAR(std::sqrt(squares / double(mvm.weights.size())), expected,
                4 * expected / std::sqrt(2.0 * double(mvm.weights.size())));
  }
}

TEST(ProgrammedWeights, OfAChipWrittenAnewDeviateAnew) {
  Case c(Encoding::differential_pair);
  const auto first = programmed_weights(c.network, c.plan, c.chip(0.05, 0));
  EXPECT_EQ(first, programmed_weights(c.network, c.plan, c.chip(0.05, 0)));
  const auto second = programmed_weights(c.network, c.plan, c.chip(0.05, 1));
  double product = 0, squares = 0;
  const workloads::MvmLayer& mvm = c.network.nodes[0].mvm;
  for (std::size_t i = 0; i < mvm.weights.size(); ++i) {
    const double target = mvm.weights[i] / 7.0;
    product += (first[0][i] - target) * (second[0][i] - target);
    squares += (first[0][i] - target) * (first[0][i] - target);
  }
  EXPECT_LT(std::abs(product / squares), 4 / std::sqrt(double(mvm.weights.size())));
}

}  // namespace
}  // namespace nvcim::mapping
