// SPDX-License-Identifier: Apache-2.0
#include "workloads/sensitivity.h"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "tests/sensitivity/definition.h"
#include "tests/support/random_network.h"

namespace nvcim::workloads {
namespace {

using nvcim::testing::NetworkBuilder;
using nvcim::testing::random_images;

/// Scales that keep the logits of a random network within a few units, so that no class takes all the probability.
Network with_scales(Network network, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> spread(0.5, 2.0);
  network.nodes.front().input_scale = spread(random) / 255;
  double scale = network.nodes.front().input_scale;
  for (Node& node : network.nodes) {
    node.input_scale = scale;
    if (node.kind != Node::Kind::mvm) continue;
    node.mvm.weight_scale = spread(random) / (std::pow(2.0, node.mvm.weight_bits - 1) * std::sqrt(node.matrix_rows()));
    if (!node.mvm.raw_output) scale *= node.mvm.weight_scale / node.mvm.requantisation.multiplier;
  }
  const std::vector<std::uint8_t> pixels = random_images(network, 1, seed);
  double largest = 0;
  for (double z : nvcim::testing::trace(network, pixels.data()).logits) largest = std::max(largest, std::abs(z));
  if (largest > 3) network.nodes.back().mvm.weight_scale *= 3 / largest;
  return network;
}

Sensitivity measure(const Network& network, const std::vector<std::uint8_t>& pixels, SensitivityMethod method,
                    SensitivityLoss loss = SensitivityLoss::cross_entropy, int threads = 1) {
  SensitivityOptions options;
  options.method = method;
  options.loss = loss;
  options.threads = threads;
  return measure_sensitivity(network, pixels, int(pixels.size()) / network.input.size(), options);
}

void expect_close(const std::vector<double>& actual, const std::vector<double>& expected, double relative,
                  const std::string& where) {
  ASSERT_EQ(actual.size(), expected.size()) << where;
  double largest = 0;
  for (double value : expected) largest = std::max(largest, value);
  for (std::size_t i = 0; i < actual.size(); ++i)
    ASSERT_NEAR(actual[i], expected[i], relative * expected[i] + 1e-9 * largest) << where << ", weight " << i;
}

/// @return weights of the first layer with curvature, so that a test can see that it compared something
std::size_t expect_definition(const Network& network, std::uint64_t seed, const std::string& where) {
  std::size_t curved = 0;
  const int samples = 5;
  const std::vector<std::uint8_t> pixels = random_images(network, samples, seed);
  for (SensitivityLoss loss : {SensitivityLoss::cross_entropy, SensitivityLoss::squared_error}) {
    const auto expected = nvcim::testing::recursion_by_definition(network, pixels, samples, loss);
    const Sensitivity recursion = measure(network, pixels, SensitivityMethod::recursion, loss);
    for (const LayerSensitivity& layer : recursion.layers)
      expect_close(layer.curvature, expected[layer.node], 1e-5,
                   where + ", recursion, node " + std::to_string(layer.node));
    const Sensitivity exact = measure(network, pixels, SensitivityMethod::gauss_newton, loss);
    std::mt19937_64 random(seed);
    for (const LayerSensitivity& layer : exact.layers)
      for (int trial = 0; trial < 6; ++trial) {
        const std::size_t weight = random() % layer.curvature.size();
        // Small beside the curvature of the softmax along this weight, large beside the rounding of the loss.
        const double step = 1e-3 / std::sqrt(1e-4 + layer.curvature[weight]);
        const double expected_here =
            nvcim::testing::second_difference(network, pixels, samples, layer.node, weight, loss, step);
        EXPECT_NEAR(layer.curvature[weight], expected_here, 1e-3 * expected_here + 1e-6)
            << where << ", Gauss-Newton, node " << layer.node << ", weight " << weight;
      }
    // The recursion is exact where no sum over paths lies between the weight and the loss.
    expect_close(recursion.layers.back().curvature, exact.layers.back().curvature, 1e-5, where + ", last layer");
    for (double value : recursion.layers.front().curvature) curved += value > 0;
  }
  return curved;
}

constexpr Window kSame{3, 3, 1, 1, 1, 1, 1, 1};

TEST(Sensitivity, OfLinearLayersIsTheDefinition) {
  std::size_t curved = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    curved +=
        expect_definition(with_scales(NetworkBuilder({2, 3, 3}, 8, seed).linear(7).linear(5, 4, 4).logits(4), seed),
                          seed, "linear " + std::to_string(seed));
  EXPECT_GT(curved, 0u);
}

TEST(Sensitivity, OfConvolutionsIsTheDefinition) {
  std::size_t curved = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    curved += expect_definition(with_scales(NetworkBuilder({2, 6, 5}, 8, seed)
                                                .convolution(3, Window{3, 2, 2, 1, 1, 0, 0, 1})
                                                .convolution(2, kSame, 4, 6)
                                                .logits(3),
                                            seed),
                                seed, "convolution " + std::to_string(seed));
  EXPECT_GT(curved, 0u);
}

TEST(Sensitivity, OfMaximumPoolingIsTheDefinition) {
  std::size_t curved = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    curved += expect_definition(with_scales(NetworkBuilder({2, 6, 6}, 8, seed)
                                                .convolution(3, kSame, 8, 2)  // two bits: many equal inputs
                                                .pool(PoolKind::maximum, Window{3, 3, 2, 2, 1, 1, 1, 1})
                                                .logits(3),
                                            seed),
                                seed, "maximum " + std::to_string(seed));
  EXPECT_GT(curved, 0u);
}

TEST(Sensitivity, OfAveragePoolingIsTheDefinition) {
  std::size_t curved = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    curved += expect_definition(with_scales(NetworkBuilder({2, 6, 6}, 8, seed)
                                                .convolution(3, kSame)
                                                .pool(PoolKind::average, Window{2, 3, 2, 1, 0, 1, 0, 1})
                                                .linear(6)
                                                .logits(3),
                                            seed),
                                seed, "average " + std::to_string(seed));
  EXPECT_GT(curved, 0u);
}

TEST(Sensitivity, WithZeroPointsIsTheDefinition) {
  std::size_t curved = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    curved += expect_definition(with_scales(NetworkBuilder({1, 5, 5}, 8, seed)
                                                .convolution(3, kSame, 8, 8, 100)
                                                .pool(PoolKind::average, Window{2, 2, 2, 2, 1, 1, 0, 0})
                                                .convolution(4, kSame, 8, 8, 3)
                                                .logits(3),
                                            seed),
                                seed, "zero point " + std::to_string(seed));
  EXPECT_GT(curved, 0u);
}

TEST(Sensitivity, OfRandomNetworksIsTheDefinition) {
  std::size_t curved = 0;
  for (std::uint64_t seed = 1; seed <= 25; ++seed)
    curved += expect_definition(with_scales(nvcim::testing::random_network(seed), seed), seed,
                                "random " + std::to_string(seed));
  EXPECT_GT(curved, 0u);
}

TEST(Sensitivity, IsTheSameBytesForAnyThreads) {
  const Network network = with_scales(nvcim::testing::random_lenet(3, 4, 4), 3);
  const std::vector<std::uint8_t> pixels = random_images(network, 333, 7);
  for (SensitivityMethod method : {SensitivityMethod::recursion, SensitivityMethod::gauss_newton}) {
    const Sensitivity one = measure(network, pixels, method);
    const Sensitivity three = measure(network, pixels, method, SensitivityLoss::cross_entropy, 3);
    EXPECT_EQ(one.all(), three.all());
  }
}

TEST(Sensitivity, CheckpointsEndAtTheFinalRanking) {
  const Network network = with_scales(nvcim::testing::random_lenet(3, 4, 4), 3);
  const std::vector<std::uint8_t> pixels = random_images(network, 300, 7);
  SensitivityOptions options;
  options.checkpoints = {300, 64, 1000};
  std::vector<int> progress;
  options.progress = [&](int done, int) { progress.push_back(done); };
  const Sensitivity result = measure_sensitivity(network, pixels, 300, options);
  ASSERT_EQ(result.convergence.size(), 2u);
  EXPECT_EQ(result.convergence[0].samples, 64);
  EXPECT_GT(result.convergence[0].spearman, 0.5);
  EXPECT_LT(result.convergence[0].spearman, 1);
  EXPECT_EQ(result.convergence[1].samples, 300);
  EXPECT_NEAR(result.convergence[1].spearman, 1, 1e-12);
  EXPECT_EQ(result.convergence[1].top_overlap, 1);
  EXPECT_TRUE(std::is_sorted(progress.begin(), progress.end()));
  EXPECT_EQ(progress.back(), 300);
}

}  // namespace
}  // namespace nvcim::workloads
