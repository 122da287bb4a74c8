// SPDX-License-Identifier: Apache-2.0
#include "workloads/gradient.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>

#include "tests/sensitivity/definition.h"
#include "tests/support/random_network.h"

namespace nvcim::workloads {
namespace {

using nvcim::testing::NetworkBuilder;
using nvcim::testing::random_images;

std::vector<int> all_of(int samples) {
  std::vector<int> indices(samples);
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

std::vector<std::uint8_t> labels_of(int samples, int classes) {
  std::vector<std::uint8_t> labels;
  for (int s = 0; s < samples; ++s) labels.push_back(static_cast<std::uint8_t>(s * 7 % classes));
  return labels;
}

/// Logits of a few units, where neither loss is saturated.
Network with_small_logits(Network network, const std::vector<std::uint8_t>& pixels) {
  double largest = 0;
  for (double z : nvcim::testing::trace(network, pixels.data()).logits) largest = std::max(largest, std::abs(z));
  if (largest > 0) network.nodes.back().mvm.weight_scale *= 3 / largest;
  return network;
}

/// Loss of one sample and its derivative to the logits, as the header states them.
double loss_of(const std::vector<double>& z, int label, const AttackObjective& objective, std::vector<double>& slope) {
  slope.assign(z.size(), 0.0);
  if (objective.loss == AttackLoss::cross_entropy) {
    double total = 0;
    for (double value : z) total += std::exp(value);
    for (std::size_t k = 0; k < z.size(); ++k) slope[k] = (int(k) == label) - std::exp(z[k]) / total;
    return z[label] - std::log(total);
  }
  int rival = -1;
  for (int k = 0; k < int(z.size()); ++k) {
    const bool barred = !objective.barred.empty() && objective.barred[label * z.size() + k];
    if (k != label && !barred && (rival < 0 || z[k] > z[rival])) rival = k;
  }
  const double margin = z[label] - z[rival];
  if (objective.softness == 0) {
    if (margin <= 0) return 0;
    slope[label] = 1, slope[rival] = -1;
    return margin;
  }
  const double lead = 1 / (1 + std::exp(-margin / objective.softness));
  if (objective.loss == AttackLoss::accuracy) {
    slope[label] = lead * (1 - lead) / objective.softness, slope[rival] = -slope[label];
    return lead;
  }
  slope[label] = lead, slope[rival] = -lead;
  return objective.softness * std::log(1 + std::exp(margin / objective.softness));
}

/// Compares with forward-mode derivatives in double precision, weight by weight.
/// @return weights of the first layer whose gradient is not 0
int expect_definition(const Network& network, const std::vector<std::uint8_t>& pixels,
                      const AttackObjective& objective) {
  const int samples = int(pixels.size()) / network.input.size();
  const std::vector<std::uint8_t> labels = labels_of(samples, network.classes());
  GradientEngine engine(network);
  const GradientSum sum = engine.run(zero_weights(network), pixels, labels, all_of(samples), objective);

  double loss = 0;
  int correct = 0;
  std::vector<nvcim::testing::TracedSample> traces;
  std::vector<std::vector<double>> slopes(samples);
  for (int s = 0; s < samples; ++s) {
    traces.push_back(nvcim::testing::trace(network, pixels.data() + std::size_t(s) * network.input.size()));
    const std::vector<double>& z = traces.back().logits;
    loss += loss_of(z, labels[s], objective, slopes[s]);
    correct += std::max_element(z.begin(), z.end()) - z.begin() == labels[s];
  }
  EXPECT_NEAR(sum.loss, loss, 1e-5 * (1 + std::abs(loss)));
  EXPECT_EQ(sum.correct, correct);
  EXPECT_LE(std::accumulate(sum.held.begin(), sum.held.end(), 0), correct);

  int moved = 0;
  for (int n = 0; n < int(network.nodes.size()); ++n) {
    std::vector<double> expected;
    double largest = 0;
    for (std::size_t w = 0; w < network.nodes[n].mvm.weights.size(); ++w) {
      double gradient = 0;
      for (int s = 0; s < samples; ++s) {
        const std::vector<double> change = nvcim::testing::logit_derivative(network, traces[s], n, w);
        for (std::size_t k = 0; k < change.size(); ++k) gradient += slopes[s][k] * change[k];
      }
      expected.push_back(gradient * nvcim::testing::full_scale(network.nodes[n], w));
      largest = std::max(largest, std::abs(expected.back()));
      moved += n == 0 && gradient != 0;
    }
    for (std::size_t w = 0; w < expected.size(); ++w)
      EXPECT_NEAR(sum.gradient[n][w], expected[w], 2e-5 * largest) << network.nodes[n].name << ", weight " << w;
  }
  return moved;
}

Network small_network(std::uint64_t seed) {
  return NetworkBuilder({2, 7, 6}, 8, seed)
      .convolution(3, {.kernel_h = 3, .kernel_w = 3, .pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1}, 5)
      .pool(PoolKind::maximum, {.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2})
      .convolution(4, {.kernel_h = 2, .kernel_w = 3, .stride_h = 1, .stride_w = 2, .pad_left = 1}, 6)
      .linear(6, 4)
      .logits(4, 4);
}

TEST(Gradient, IsTheDefinitionForEveryLoss) {
  for (std::uint64_t seed : {1, 2, 3}) {
    const std::vector<std::uint8_t> pixels = random_images(small_network(seed), 6, seed);
    const Network network = with_small_logits(small_network(seed), pixels);
    EXPECT_GT(expect_definition(network, pixels, {.loss = AttackLoss::cross_entropy}), 0);
    expect_definition(network, pixels, {.loss = AttackLoss::margin});
    EXPECT_GT(expect_definition(network, pixels, {.loss = AttackLoss::margin, .softness = 0.5}), 0);
    EXPECT_GT(expect_definition(network, pixels, {.loss = AttackLoss::accuracy, .softness = 0.7}), 0);
  }
}

TEST(Gradient, IsTheDefinitionForRandomNetworks) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const Network random = nvcim::testing::random_network(seed);
    const std::vector<std::uint8_t> pixels = random_images(random, 2, seed);
    expect_definition(with_small_logits(random, pixels), pixels, {.loss = AttackLoss::cross_entropy});
  }
}

TEST(Gradient, ABarredRivalDoesNotCount) {
  const std::vector<std::uint8_t> pixels = random_images(small_network(4), 6, 4);
  const Network network = with_small_logits(small_network(4), pixels);
  AttackObjective objective{.loss = AttackLoss::margin, .softness = 1, .barred = std::vector<std::uint8_t>(16, 0)};
  for (int label = 0; label < 4; ++label) objective.barred[label * 4 + (label + 1) % 4] = 1;
  expect_definition(network, pixels, objective);
  GradientEngine engine(network);
  const auto labels = labels_of(6, 4);
  const GradientSum sum = engine.run(zero_weights(network), pixels, labels, all_of(6), objective, false);
  for (int label = 0; label < 4; ++label) EXPECT_EQ(sum.held[label * 4 + (label + 1) % 4], 0);
  EXPECT_TRUE(sum.gradient.empty());
}

TEST(Gradient, DeviationsCountInUnitsOfTheFullScale) {
  // Moving weights by whole codes gives another network, whose outputs and derivatives are known.
  const std::vector<std::uint8_t> pixels = random_images(small_network(5), 40, 5);
  Network network = with_small_logits(small_network(5), pixels), moved = network;
  WeightMatrix deviation = zero_weights(network);
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    MvmLayer& mvm = moved.nodes[n].mvm;
    const int limit = (1 << (mvm.weight_bits - 1)) - 1;
    for (std::size_t w = 0; w < mvm.weights.size(); w += 3) {
      const int step = mvm.weights[w] >= limit ? -1 : 1;
      mvm.weights[w] = static_cast<std::int16_t>(mvm.weights[w] + step);
      deviation[n][w] = static_cast<float>(step) / static_cast<float>(limit);
    }
  }
  const auto labels = labels_of(40, 4);
  const AttackObjective objective{.loss = AttackLoss::cross_entropy};
  const GradientSum by_deviation = GradientEngine(network).run(deviation, pixels, labels, all_of(40), objective);
  const GradientSum by_codes = GradientEngine(moved).run(zero_weights(moved), pixels, labels, all_of(40), objective);
  EXPECT_NEAR(by_deviation.loss, by_codes.loss, 1e-4 * std::abs(by_codes.loss));
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    float largest = 0;
    for (float value : by_codes.gradient[n]) largest = std::max(largest, std::abs(value));
    for (std::size_t w = 0; w < by_codes.gradient[n].size(); ++w)
      EXPECT_NEAR(by_deviation.gradient[n][w], by_codes.gradient[n][w], 1e-4 * largest);
  }
}

TEST(Gradient, IsTheSameBitsForAnyThreads) {
  const Network network = small_network(6);
  const std::vector<std::uint8_t> pixels = random_images(network, 300, 6);
  const auto labels = labels_of(300, 4);
  const AttackObjective objective{.loss = AttackLoss::cross_entropy};
  const GradientSum one = GradientEngine(network).run(zero_weights(network), pixels, labels, all_of(300), objective);
  const GradientSum three =
      GradientEngine(network, 3).run(zero_weights(network), pixels, labels, all_of(300), objective);
  EXPECT_EQ(one.loss, three.loss);
  EXPECT_EQ(one.gradient, three.gradient);
}

TEST(Gradient, SumsTheChosenSamples) {
  const Network network = small_network(7);
  const std::vector<std::uint8_t> pixels = random_images(network, 10, 7);
  const auto labels = labels_of(10, 4);
  const AttackObjective objective{.loss = AttackLoss::cross_entropy};
  GradientEngine engine(network);
  const std::vector<int> none, twice = {3, 3}, once = {3};
  EXPECT_EQ(engine.run(zero_weights(network), pixels, labels, none, objective).loss, 0);
  EXPECT_DOUBLE_EQ(engine.run(zero_weights(network), pixels, labels, twice, objective).loss,
                   2 * engine.run(zero_weights(network), pixels, labels, once, objective).loss);
}

}  // namespace
}  // namespace nvcim::workloads
