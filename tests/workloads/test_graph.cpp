// SPDX-License-Identifier: Apache-2.0
// Networks that are no chains: their arithmetic against the definitions in network.h, element by element.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/random_graph.h"
#include "tests/support/random_network.h"
#include "workloads/map_slots.h"
#include "workloads/network_check.h"
#include "workloads/network_identity.h"
#include "workloads/operators/digital_operator.h"
#include "workloads/reference.h"

namespace nvcim {
namespace {

using testing::GraphBuilder;
using workloads::kNetworkInput;
using workloads::Network;
using workloads::Node;
using workloads::Shape;
using workloads::Window;
using Map = std::vector<std::uint8_t>;

int at(const Shape& shape, const Map& map, int c, int y, int x) {
  return map[(std::size_t(c) * shape.height + y) * shape.width + x];
}

int rounded(double sum, const workloads::Requantisation& to) {
  return static_cast<int>(
      std::clamp(std::nearbyint(sum * to.multiplier) + to.zero_point, double(to.code_min), double(to.code_max)));
}

/// Sum of one output of an MVM; padding stands for 0.
std::int64_t sum_of(const Node& node, const Map& map, int o, int oy, int ox) {
  const Window& w = node.mvm.window;
  const int in = node.input.channels / node.mvm.groups, out = node.output.channels / node.mvm.groups;
  std::int64_t sum = node.mvm.bias[o];
  std::size_t weight = std::size_t(o) * in * w.kernel_h * w.kernel_w;
  for (int c = o / out * in; c < (o / out + 1) * in; ++c)
    for (int ky = 0; ky < w.kernel_h; ++ky)
      for (int kx = 0; kx < w.kernel_w; ++kx, ++weight) {
        const int y = oy * w.stride_h - w.pad_top + ky * node.mvm.dilation_h;
        const int x = ox * w.stride_w - w.pad_left + kx * node.mvm.dilation_w;
        if (y < 0 || x < 0 || y >= node.input.height || x >= node.input.width) continue;
        sum += std::int64_t{node.mvm.weights[weight]} * (at(node.input, map, c, y, x) - node.input_zero_point);
      }
  return sum;
}

int pooled(const Node& node, const Map& map, int c, int oy, int ox) {
  const Window& w = node.pool.window;
  int largest = 0, sum = 0;
  for (int y = oy * w.stride_h - w.pad_top; y < oy * w.stride_h - w.pad_top + w.kernel_h; ++y)
    for (int x = ox * w.stride_w - w.pad_left; x < ox * w.stride_w - w.pad_left + w.kernel_w; ++x) {
      const bool inside = y >= 0 && x >= 0 && y < node.input.height && x < node.input.width;
      const int code = inside ? at(node.input, map, c, y, x) : node.input_zero_point;
      sum += code;
      if (inside) largest = std::max(largest, code);
    }
  return node.pool.kind == workloads::PoolKind::maximum ? largest
                                                        : static_cast<int>(std::floor(sum / double(w.area()) + 0.5));
}

int code_of(const Network& network, const Node& node, const std::vector<const Map*>& in, int c, int y, int x) {
  const auto value = [&](std::size_t k, int row, int column) {
    const Shape& shape = network.map(node.inputs[k]);
    return at(shape, *in[k], c, row, column) - node.join.inputs[k].zero_point;
  };
  switch (node.kind) {
    case Node::Kind::mvm:
      return rounded(double(sum_of(node, *in[0], c, y, x)), node.mvm.requantisation_of(c));
    case Node::Kind::pool:
      return pooled(node, *in[0], c, y, x);
    case Node::Kind::add: {
      double sum = 0;
      for (std::size_t k = 0; k < in.size(); ++k) sum += node.join.inputs[k].multiplier * value(k, y, x);
      return rounded(sum, node.join.requantisation);
    }
    case Node::Kind::multiply: {
      const bool per_channel = network.map(node.inputs[1]).height == 1 && network.map(node.inputs[1]).width == 1;
      return rounded(value(0, y, x) * value(1, per_channel ? 0 : y, per_channel ? 0 : x), node.join.requantisation);
    }
    case Node::Kind::concat:
      for (std::size_t k = 0; k < in.size(); ++k) {
        const Shape& part = network.map(node.inputs[k]);
        if (c < part.channels) return at(part, *in[k], c, y, x);
        c -= part.channels;
      }
      return -1;
    case Node::Kind::lookup:
      return node.lookup.table[at(node.input, *in[0], c, y, x)];
    case Node::Kind::rearrange: {
      const auto& order = node.rearrange;
      if (order.channels[c] < 0 || order.rows[y] < 0 || order.columns[x] < 0) return node.input_zero_point;
      return at(node.input, *in[0], order.channels[c], order.rows[y], order.columns[x]);
    }
  }
  return -1;
}

std::vector<std::int64_t> logits_of(const Network& network, const std::uint8_t* pixels) {
  std::vector<Map> maps(network.nodes.size() + 1);
  maps[0].resize(network.input.size());
  workloads::encode_image(network, pixels, maps[0].data());
  std::vector<std::int64_t> logits;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const Node& node = network.nodes[n];
    std::vector<const Map*> in;
    for (const int source : node.inputs) in.push_back(&maps[source + 1]);
    for (int c = 0; c < node.output.channels; ++c)
      for (int y = 0; y < node.output.height; ++y)
        for (int x = 0; x < node.output.width; ++x) {
          if (node.mvm.raw_output && node.kind == Node::Kind::mvm)
            logits.push_back(sum_of(node, *in[0], c, y, x));
          else
            maps[n + 1].push_back(static_cast<std::uint8_t>(code_of(network, node, in, c, y, x)));
        }
  }
  return logits;
}

TEST(Graph, ReferenceEqualsTheDefinitionOnRandomGraphs) {
  std::vector<int> kinds(7, 0);
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    const Network network = testing::random_graph(seed);
    ASSERT_THAT(workloads::network_faults(network), ::testing::IsEmpty()) << seed;
    for (const Node& node : network.nodes) ++kinds[static_cast<int>(node.kind)];
    const auto pixels = testing::random_images(network, 2, seed);
    const auto logits = workloads::reference_logits(network, pixels, 2, 2);
    std::vector<std::int64_t> expected;
    for (int sample = 0; sample < 2; ++sample)
      for (const std::int64_t logit : logits_of(network, pixels.data() + std::size_t(sample) * network.input.size()))
        expected.push_back(logit);
    ASSERT_EQ(logits, expected) << seed;
  }
  EXPECT_THAT(kinds, ::testing::Each(::testing::Ge(20)));  // every kind of node took part
}

TEST(Graph, ASumRoundsOnceAndHalvesToEven) {
  Node node;
  node.kind = Node::Kind::add;
  node.join.inputs = {{0.5, 10, 8}, {0.25, 0, 8}};
  node.join.requantisation = {1, 5, 0, 255};
  const Map a{13, 11, 0, 255}, b{0, 0, 2, 255};
  Map sum(4);
  const std::vector<const std::uint8_t*> inputs{a.data(), b.data()};
  workloads::operator_of(node).combine(node, inputs, 4, sum.data());
  // 1.5 -> 2 and 0.5 -> 0 (even), -4.5 -> -4, 122.5 + 63.75 = 186.25 -> 186; plus 5.
  EXPECT_THAT(sum, ::testing::ElementsAre(7, 5, 1, 191));
}

TEST(Graph, AChainNeedsTwoMapsAtATimeAndABranchThree) {
  EXPECT_EQ(workloads::make_map_slots(testing::random_lenet(1)).size.size(), 2u);
  EXPECT_EQ(workloads::make_map_slots(testing::random_resnet20(1, 8, 8)).size.size(), 3u);
}

TEST(Graph, DefaultInputsAreTheNodesBefore) {
  Network network = testing::random_lenet(1);
  EXPECT_TRUE(network.is_chain());
  EXPECT_THAT(network.sources(0), ::testing::ElementsAre(kNetworkInput));
  EXPECT_THAT(network.sources(3), ::testing::ElementsAre(2));
  const auto before = network.readers();
  for (int n = 0; n < int(network.nodes.size()); ++n) network.nodes[n].inputs = {n - 1};
  EXPECT_TRUE(network.is_chain());
  EXPECT_EQ(network.readers(), before);
}

/// Residual block on 2 x 6 x 6, with one thing changed.
template <class Change>
std::vector<std::string> faults_after(Change change) {
  GraphBuilder graph({2, 6, 6}, 8, 1);
  const int main = graph.convolution(kNetworkInput, {.outputs = 4, .window = {3, 3, 1, 1, 1, 1, 1, 1}});
  const int side = graph.convolution(kNetworkInput, {.outputs = 4, .groups = 2});
  const int sum = graph.add({main, side});
  const int both = graph.concat({graph.lookup(sum, 8), side});
  Network network = graph.logits(both, 3);
  EXPECT_THAT(workloads::network_faults(network), ::testing::IsEmpty());
  change(network);
  return workloads::network_faults(network);
}

TEST(GraphCheck, NamesEveryContradiction) {
  using ::testing::Contains;
  using ::testing::ElementsAre;
  using ::testing::HasSubstr;
  const auto fault = [](auto change) { return faults_after(change); };
  EXPECT_THAT(fault([](Network& n) { n.nodes.clear(); }), ElementsAre("the network has no nodes"));
  EXPECT_THAT(fault([](Network& n) { n.nodes[2].inputs[1] = 4; }),
              ElementsAre("add2 is node 2 and reads node 4, which is not before it"));
  EXPECT_THAT(fault([](Network& n) { n.nodes[2].inputs.pop_back(); }), ElementsAre("add2 has 1 inputs"));
  EXPECT_THAT(fault([](Network& n) { n.nodes[2].join.inputs.pop_back(); }),
              ElementsAre("add2 has 2 inputs and parameters for 1"));
  EXPECT_THAT(fault([](Network& n) { n.nodes[0].input.channels = 3; }),
              Contains("mvm0 takes 3 x 6 x 6, but its input is 2 x 6 x 6"));
  EXPECT_THAT(fault([](Network& n) { n.nodes[0].mvm.dilation_h = 2; }),
              ElementsAre("mvm0 gives 4 x 6 x 6, but its window makes it 4 x 4 x 6"));
  EXPECT_THAT(fault([](Network& n) { n.nodes[1].mvm.groups = 3; }), ElementsAre("grouped1 has 3 groups of 2 and 4 "
                                                                                "channels"));
  EXPECT_THAT(fault([](Network& n) { n.nodes[1].mvm.weights.pop_back(); }),
              ElementsAre("grouped1 has 3 weights, but 4 x 1 are needed"));
  EXPECT_THAT(fault([](Network& n) { n.nodes[1].mvm.bias.pop_back(); }), ElementsAre("grouped1 has 3 biases for 4 "
                                                                                     "outputs"));
  EXPECT_THAT(fault([](Network& n) { n.nodes[0].mvm.raw_output = true; }),
              ElementsAre("mvm0 keeps raw sums, but is not the last node"));
  EXPECT_THAT(fault([](Network& n) { n.nodes[2].join.inputs[0].zero_point = 3; }),
              Contains("mvm0 has zero point 0, but add2 takes 3"));
  EXPECT_THAT(fault([](Network& n) { n.nodes[2].join.inputs[0].bits = 4; }),
              ElementsAre("add2 takes 8 bits with zero point 0, but of its first input 4 with 0",
                          "mvm0 makes codes up to 255, but add2 takes 4 bits"));
  EXPECT_THAT(fault([](Network& n) { n.nodes[2].join.inputs[1].bits = 7; }),
              Contains("concat4 takes 8 bits with zero point 0, but add2 takes 7 with 0 of the same map"));
  EXPECT_THAT(fault([](Network& n) { n.input_bits = 7; }), ElementsAre("mvm0 takes 8 bits, but the network's input "
                                                                       "has 7"));
  EXPECT_THAT(fault([](Network& n) {
                n.nodes[5].inputs = {2};
                n.nodes[5].input = n.nodes[2].output;
                n.nodes[5].mvm.weights.clear();
              }),
              ElementsAre("concat4 is read by no node"));
  EXPECT_THAT(fault([](Network& n) { n.nodes[3].lookup.exact = {1}; }), ElementsAre(HasSubstr("has 1 exact values")));
}

TEST(GraphIdentity, EveryPartCounts) {
  const Network base = testing::random_graph(5);
  std::vector<std::uint64_t> seen{workloads::network_fingerprint(base)};
  const auto look = [&](auto change) {
    Network changed = base;
    for (Node& node : changed.nodes)
      if (change(node)) break;
    seen.push_back(workloads::network_fingerprint(changed));
  };
  look([](Node& node) { return node.kind == Node::Kind::mvm && (node.mvm.groups = 7); });
  look([](Node& node) { return node.kind == Node::Kind::mvm && (node.mvm.dilation_w = 3); });
  look([](Node& node) { return !node.inputs.empty() && (node.inputs[0] = -7) != 0; });
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::unique(seen.begin(), seen.end()), seen.end());
}

}  // namespace
}  // namespace nvcim
