// SPDX-License-Identifier: Apache-2.0
// A quantised network as a graph of real-valued operations computes what its integers say.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/random_graph.h"
#include "tests/support/random_network.h"
#include "workloads/float_graph.h"
#include "workloads/float_inference.h"
#include "workloads/reference.h"
#include "workloads/sensitivity.h"

namespace nvcim::workloads {
namespace {

using nvcim::testing::GraphBuilder;

/// Logits of the graph as integers.
std::vector<std::int64_t> graph_logits(const Network& network, const std::vector<std::uint8_t>& pixels, int samples) {
  const FloatGraph graph = float_graph(network);
  const std::size_t size = network.input.size();
  std::vector<std::uint8_t> codes(size);
  std::vector<float> inputs;
  for (int sample = 0; sample < samples; ++sample) {
    encode_image(network, pixels.data() + sample * size, codes.data());
    inputs.insert(inputs.end(), codes.begin(), codes.end());  // zero point 0
  }
  std::vector<std::int64_t> logits;
  for (const float logit : infer(graph, inputs, samples))
    logits.push_back(std::llround(logit / graph.nodes.back().unit));
  return logits;
}

TEST(QuantisedGraph, ComputesTheReference) {
  int equal = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Network network = testing::random_graph(seed);
    // Units then stay near 1, and logits stay whole numbers of single precision.
    for (Node& node : network.nodes)
      if (node.kind == Node::Kind::mvm && !node.mvm.raw_output)
        node.mvm.weight_scale = node.mvm.requantisation.multiplier;
    const auto pixels = testing::random_images(network, 2, seed);
    equal += graph_logits(network, pixels, 2) == reference_logits(network, pixels, 2);
  }
  EXPECT_GE(equal, 58);  // sums of maps are in single precision, which may tip a rounding over
}

TEST(QuantisedGraph, SensitivitiesNameTheNetworksLayers) {
  const Network network = testing::random_resnet20(3, 4, 8);
  const auto pixels = testing::random_images(network, 4, 3);
  const Sensitivity sensitivity = measure_sensitivity(network, pixels, 4);
  std::size_t layer = 0;
  for (int n = 0; n < int(network.nodes.size()); ++n) {
    if (network.nodes[n].kind != Node::Kind::mvm) continue;
    ASSERT_LT(layer, sensitivity.layers.size());
    EXPECT_EQ(sensitivity.layers[layer].node, n);
    EXPECT_EQ(sensitivity.layers[layer].curvature.size(), network.nodes[n].mvm.weights.size());
    ++layer;
  }
  EXPECT_EQ(layer, sensitivity.layers.size());
}

/// Logits of one input, behind a table.
Network one_table(const LookupLayer& table, int pixel_bits) {
  GraphBuilder graph({1, 1, 1}, pixel_bits, 1);
  const int at = graph.lookup(graph.convolution(kNetworkInput, {}), 8);
  Network network = graph.logits(at, 2);
  network.nodes[0].mvm.weights = {1};
  network.nodes[0].mvm.bias = {0};
  network.nodes[0].mvm.requantisation.multiplier = 1;
  network.nodes[1].lookup = table;
  return network;
}

TEST(QuantisedGraph, ATablesSlopesComeFromWhatItRounds) {
  LookupLayer table;
  for (int code = 0; code < 256; ++code) {
    table.exact.push_back(0.1 * code * code / 255);
    table.table[code] = static_cast<std::uint8_t>(std::lround(table.exact.back()));
  }
  table.scale_ratio = 0.5;
  const FloatGraph graph = float_graph(one_table(table, 8));
  const auto& activation = std::get<GraphActivation>(graph.nodes[3].operation);
  ASSERT_EQ(activation.kind, GraphActivation::Kind::lookup);
  const ActivationPoint point = activation_point(activation, 100);
  EXPECT_EQ(point.value, 4);                         // round(0.1 * 10000 / 255 = 3.92)
  EXPECT_NEAR(point.first, 0.2 * 100 / 255, 1e-12);  // of a parabola, central differences are exact
  EXPECT_NEAR(point.second, 0.2 / 255, 1e-12);
  EXPECT_DOUBLE_EQ(graph.nodes[3].unit, 0.5 * graph.nodes[2].unit);
}

}  // namespace
}  // namespace nvcim::workloads
