// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "tests/support/random_network.h"
#include "workloads/sensitivity.h"

/// The invariants that a wrong normalisation breaks without harming the accuracy visibly (workloads/METHOD.md section
/// 8, trap 2).
namespace nvcim::workloads {
namespace {

using nvcim::testing::NetworkBuilder;
using nvcim::testing::random_images;

constexpr SensitivityMethod kMethods[] = {SensitivityMethod::recursion, SensitivityMethod::gauss_newton};

Network small_network(std::uint64_t seed = 4) {
  Network network = NetworkBuilder({1, 6, 6}, 8, seed)
                        .convolution(3, Window{3, 3, 1, 1, 1, 1, 1, 1})
                        .pool(PoolKind::maximum, Window{2, 2, 2, 2, 0, 0, 0, 0})
                        .linear(6)
                        .logits(4);
  for (Node& node : network.nodes) node.mvm.weight_scale = 1e-3;
  network.nodes.back().mvm.weight_scale = 3e-5 / network.nodes[2].mvm.weight_scale;
  return network;
}

Sensitivity measure(const Network& network, SensitivityMethod method,
                    SensitivityLoss loss = SensitivityLoss::squared_error) {
  SensitivityOptions options;
  options.method = method;
  options.loss = loss;
  return measure_sensitivity(network, random_images(network, 20, 1), 20, options);
}

TEST(SensitivityInvariants, CurvatureIsNeverNegativeNorAllZero) {
  for (SensitivityMethod method : kMethods) {
    const std::vector<double> all = measure(small_network(), method, SensitivityLoss::cross_entropy).all();
    EXPECT_THAT(all, ::testing::Each(::testing::Ge(0.0)));
    EXPECT_THAT(all, ::testing::Contains(::testing::Gt(0.0)));
  }
}

TEST(SensitivityInvariants, ScalingALayersNormalisationByAMultipliesItsCurvatureByASquared) {
  // Twice the codes' full scale for the same real weights: one more bit and half the weight scale per code.
  const Network network = small_network();
  for (SensitivityMethod method : kMethods) {
    const Sensitivity before = measure(network, method, SensitivityLoss::cross_entropy);
    for (std::size_t layer = 0; layer < before.layers.size(); ++layer) {
      Network wider = network;
      wider.nodes[before.layers[layer].node].mvm.weight_bits = 12;
      const double a = (std::pow(2.0, 11) - 1) / (std::pow(2.0, 7) - 1);
      const Sensitivity after = measure(wider, method, SensitivityLoss::cross_entropy);
      EXPECT_DOUBLE_EQ(after.layers[layer].full_scale, a * before.layers[layer].full_scale);
      for (std::size_t other = 0; other < before.layers.size(); ++other)
        for (std::size_t i = 0; i < before.layers[other].curvature.size(); ++i) {
          const double expected = before.layers[other].curvature[i] * (other == layer ? a * a : 1.0);
          ASSERT_NEAR(after.layers[other].curvature[i], expected, 1e-5 * expected);
        }
    }
  }
}

TEST(SensitivityInvariants, NormalisedCurvatureDoesNotDependOnHowALayersScaleIsSplit) {
  // Real weights times a, next activation's step times a, next weights over a: the same function, the same
  // relative deviations, so the same normalised curvature.
  const Network network = small_network();
  Network scaled = network;
  scaled.nodes[0].mvm.weight_scale *= 8;
  scaled.nodes[2].mvm.weight_scale /= 8;
  for (SensitivityMethod method : kMethods) {
    const std::vector<double> before = measure(network, method).all(), after = measure(scaled, method).all();
    for (std::size_t i = 0; i < before.size(); ++i) ASSERT_NEAR(after[i], before[i], 1e-5 * before[i]);
  }
}

TEST(SensitivityInvariants, ADeadReluGivesExactlyZero) {
  Network network = small_network();
  Node& first = network.nodes.front();
  first.mvm.bias[1] = -1000000000;  // output 1 never opens
  const int rows = first.matrix_rows();
  for (SensitivityMethod method : kMethods) {
    const Sensitivity result = measure(network, method, SensitivityLoss::cross_entropy);
    const std::vector<double>& curvature = result.layers.front().curvature;
    EXPECT_TRUE(std::all_of(curvature.begin() + rows, curvature.begin() + 2 * rows, [](double h) { return h == 0; }));
    EXPECT_TRUE(std::any_of(curvature.begin(), curvature.begin() + rows, [](double h) { return h > 0; }));
  }
}

TEST(SensitivityInvariants, ASaturatedActivationGivesExactlyZeroToo) {
  Network network = small_network();
  network.nodes.front().mvm.bias[1] = 1000000000;
  const int rows = network.nodes.front().matrix_rows();
  for (SensitivityMethod method : kMethods) {
    const std::vector<double> curvature = measure(network, method).layers.front().curvature;
    EXPECT_TRUE(std::all_of(curvature.begin() + rows, curvature.begin() + 2 * rows, [](double h) { return h == 0; }));
  }
}

TEST(SensitivityInvariants, AveragePoolingOfNGivesOneOverNSquared) {
  // One input, one weight, an average over n positions that all hold the same value, one logit. With padding outside
  // the picture: z = w2·(1/n)·Σ w1·x, of which one position in n reads the pixel.
  for (int n : {2, 3, 4}) {
    Network network = NetworkBuilder({1, n, n}, 8, 1)
                          .convolution(1, Window{n, n, 1, 1, n - 1, n - 1, 0, 0})
                          .pool(PoolKind::average, Window{n, n, n, n, 0, 0, 0, 0})
                          .logits(1);
    Node& first = network.nodes[0];
    std::fill(first.mvm.weights.begin(), first.mvm.weights.end(), std::int16_t{1});
    first.mvm.bias = {100};
    first.mvm.requantisation = {.multiplier = 0.01};
    network.nodes[2].mvm.weights = {1};
    network.nodes[2].mvm.bias = {0};
    std::vector<std::uint8_t> pixels(std::size_t(n) * n, 0);
    pixels.front() = 100;
    SensitivityOptions options;
    options.loss = SensitivityLoss::squared_error;
    const Sensitivity result = measure_sensitivity(network, pixels, 1, options);
    // Matrix row n·n - 1 reads the first pixel at the first position alone: G = 2·1²/n⁴ there, as n² values are pooled.
    const double pooled = double(n) * n, s = 127;
    const double scale = 0.01 * 100;  // x / (one step of the activation), in units of the logit
    EXPECT_NEAR(result.layers[0].curvature[std::size_t(n) * n - 1],
                2 * s * s * (scale * scale / (0.01 * 0.01)) / (pooled * pooled), 1);
  }
}

TEST(SensitivityInvariants, DuplicatedSamplesDoNotChangeTheMean) {
  const Network network = small_network();
  const std::vector<std::uint8_t> once = random_images(network, 70, 2);
  std::vector<std::uint8_t> twice = once;
  twice.insert(twice.end(), once.begin(), once.end());
  const std::vector<double> a = measure_sensitivity(network, once, 70).all();
  const std::vector<double> b = measure_sensitivity(network, twice, 140).all();
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(b[i], a[i], 1e-5 * a[i]);
}

}  // namespace
}  // namespace nvcim::workloads
