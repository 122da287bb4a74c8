// SPDX-License-Identifier: Apache-2.0
// Gradients of graphs, each against a network that computes the same in another way.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/support/random_graph.h"
#include "tests/support/random_network.h"
#include "workloads/gradient.h"

namespace nvcim::workloads {
namespace {

using nvcim::testing::GraphBuilder;

constexpr Window kSame{3, 3, 1, 1, 1, 1, 1, 1};

std::vector<int> all_of(int samples) {
  std::vector<int> all(samples);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::vector<float> gradient_of(const Network& network, int node) {
  const int samples = 5;
  const auto pixels = nvcim::testing::random_images(network, samples, 3);
  std::vector<std::uint8_t> labels(samples);
  for (int s = 0; s < samples; ++s) labels[s] = static_cast<std::uint8_t>(s % network.classes());
  GradientEngine engine(network);
  const AttackObjective objective{.loss = AttackLoss::margin, .softness = 1e3};
  return engine.run(zero_weights(network), pixels, labels, all_of(samples), objective).gradient[node];
}

void expect_same(const std::vector<float>& a, const std::vector<float>& b) {
  ASSERT_EQ(a.size(), b.size());
  float largest = 0;
  for (const float value : b) largest = std::max(largest, std::abs(value));
  EXPECT_GT(largest, 0);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5 * largest) << i;
}

/// conv -> body -> logits. The first layer's gradient goes through the body.
template <class Body>
Network around(Body body) {
  GraphBuilder graph({2, 6, 6}, 8, 1);
  const int first = graph.convolution(kNetworkInput, {.outputs = 4, .window = kSame, .output_zero_point = 7});
  const int last = body(graph, first);
  Network network = graph.logits(last, 3);
  // The same weights behind any body of as many values.
  std::vector<std::int16_t>& weights = network.nodes.back().mvm.weights;
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<std::int16_t>(int(i * 37 % 201) - 100);
  return network;
}

TEST(GradientOfAGraph, IsThatOfTheChainThatItIs) {
  const std::vector<float> plain = gradient_of(around([](GraphBuilder&, int first) { return first; }), 0);
  // The same codes again, each standing for twice the value: a map and the same map.
  Network halves = around([](GraphBuilder& graph, int first) { return graph.add({first, first}, 8, 7); });
  for (JoinInput& input : halves.nodes[1].join.inputs) input.multiplier = 0.5;
  halves.nodes.back().mvm.weight_scale = 0.5;
  expect_same(gradient_of(halves, 0), plain);
  // A table that changes nothing.
  Network table = around([](GraphBuilder& graph, int first) { return graph.lookup(first, 8, 7); });
  for (int code = 0; code < 256; ++code) table.nodes[1].lookup.table[code] = static_cast<std::uint8_t>(code);
  expect_same(gradient_of(table, 0), plain);
  // Channels apart and together again.
  expect_same(gradient_of(around([](GraphBuilder& graph, int first) {
                            const std::vector<int> all{0, 1, 2, 3, 4, 5};
                            return graph.concat({graph.rearrange(first, {{0, 1}, all, all}),
                                                 graph.rearrange(first, {{2}, all, all}),
                                                 graph.rearrange(first, {{3}, all, all})});
                          }),
                          0),
              plain);
}

TEST(GradientOfAGraph, OfAProductTakesTheOtherFactor) {
  // One value: x = 100 pixels · weight / 64, squared, / 256, and a margin of (3 - 1) · x² / 256 in logit steps of 256.
  GraphBuilder graph({1, 1, 1}, 8, 1);
  const int first = graph.convolution(kNetworkInput, {});
  Network network = graph.logits(graph.multiply(first, first), 2);
  network.nodes[0].mvm.weights = {64};
  network.nodes[0].mvm.bias = {0};
  network.nodes[0].mvm.weight_scale = 1.0 / 64;
  network.nodes[0].mvm.requantisation = {1.0 / 64, 0, 0, 255};
  network.nodes[1].join.requantisation = {1.0 / 256, 0, 0, 255};
  network.nodes[2].mvm.weights = {3, 1};
  network.nodes[2].mvm.bias = {0, 0};
  const std::vector<std::uint8_t> pixels{100}, labels{0};
  GradientEngine engine(network);
  const GradientSum sum = engine.run(zero_weights(network), pixels, labels, all_of(1), {.loss = AttackLoss::margin});
  EXPECT_NEAR(sum.loss, 256.0 * (3 - 1) * std::nearbyint(100.0 * 100 / 256), 1e-3);
  EXPECT_NEAR(sum.gradient[0][0], (3 - 1) * 2 * 100.0 * (100.0 / 64) * 127, 1e-1);  // to W over 127 codes
}

TEST(GradientOfAGraph, OfGroupsIsThatOfTheDenseLayerWithZeros) {
  const auto grouped = around([](GraphBuilder& graph, int first) {
    return graph.convolution(first, {.outputs = 6, .window = kSame, .groups = 2});
  });
  Network dense =
      around([](GraphBuilder& graph, int first) { return graph.convolution(first, {.outputs = 6, .window = kSame}); });
  dense.nodes[0] = grouped.nodes[0];
  dense.nodes[2] = grouped.nodes[2];
  Node& layer = dense.nodes[1];
  layer.mvm.bias = grouped.nodes[1].mvm.bias;
  layer.mvm.requantisation = grouped.nodes[1].mvm.requantisation;
  std::fill(layer.mvm.weights.begin(), layer.mvm.weights.end(), std::int16_t{0});
  const auto place = [&](int output, int row) { return std::size_t(output) * 36 + (output / 3) * 18 + row; };
  for (int output = 0; output < 6; ++output)
    for (int row = 0; row < 18; ++row)
      layer.mvm.weights[place(output, row)] = grouped.nodes[1].mvm.weights[std::size_t(output) * 18 + row];
  expect_same(gradient_of(grouped, 0), gradient_of(dense, 0));
  const std::vector<float> all = gradient_of(dense, 1);
  std::vector<float> own;
  for (int output = 0; output < 6; ++output)
    for (int row = 0; row < 18; ++row) own.push_back(all[place(output, row)]);
  expect_same(gradient_of(grouped, 1), own);
}

TEST(GradientOfAGraph, OfADilatedWindowIsThatOfTheLargerOneWithZeros) {
  const auto dilated = around([](GraphBuilder& graph, int first) {
    return graph.convolution(first, {.outputs = 3, .window = {3, 3, 1, 1, 2, 2, 2, 2}, .dilation = 2});
  });
  Network large = around([](GraphBuilder& graph, int first) {
    return graph.convolution(first, {.outputs = 3, .window = {5, 5, 1, 1, 2, 2, 2, 2}});
  });
  large.nodes[0] = dilated.nodes[0];
  large.nodes[2] = dilated.nodes[2];
  Node& layer = large.nodes[1];
  layer.mvm.bias = dilated.nodes[1].mvm.bias;
  layer.mvm.requantisation = dilated.nodes[1].mvm.requantisation;
  std::fill(layer.mvm.weights.begin(), layer.mvm.weights.end(), std::int16_t{0});
  for (int plane = 0; plane < 3 * 4; ++plane)
    for (int y = 0; y < 3; ++y)
      for (int x = 0; x < 3; ++x)
        layer.mvm.weights[std::size_t(plane) * 25 + 10 * y + 2 * x] =
            dilated.nodes[1].mvm.weights[std::size_t(plane) * 9 + 3 * y + x];
  expect_same(gradient_of(dilated, 0), gradient_of(large, 0));
}

}  // namespace
}  // namespace nvcim::workloads
