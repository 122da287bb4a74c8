// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>

#include <cmath>

#include "arch/input_error.h"
#include "tests/support/random_graph.h"
#include "tests/support/random_network.h"
#include "tests/workloads/lines.h"
#include "workloads/network_check.h"
#include "workloads/reference.h"
#include "workloads/training.h"
#include "workloads/training_batches.h"
#include "workloads/training_model.h"

namespace nvcim::workloads {
namespace {

using nvcim::testing::GraphBuilder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = Node::Kind;

const TrainingOptions kOptions;

bool can_be_trained(const Network& network) {
  for (const Node& node : network.nodes)
    if (node.kind == Kind::lookup || node.kind == Kind::multiply) return false;
  return true;
}

Dataset images(const Network& network, int samples, std::uint64_t seed) {
  Dataset data;
  data.name = "random";
  data.shape = network.input;
  data.classes = network.classes();
  data.pixels = nvcim::testing::random_images(network, samples, seed);
  for (int i = 0; i < samples; ++i) data.labels.push_back(static_cast<std::uint8_t>(i % data.classes));
  return data;
}

/// How many samples have logits in the quantised forward pass that are those of the integers, all of them.
int equal_samples(const TrainingModel& model, const Network& shape, const Dataset& data) {
  const Network network = model.integers();
  EXPECT_THAT(network_faults(network), IsEmpty());
  Batches batches(shape, data, kOptions);
  batches.shuffle(0);
  const at::NoGradGuard no_grad;
  const at::Tensor logits = model.forward(batches.inputs(0, data.samples(), false), true).contiguous();
  const Node& last = network.nodes.back();
  const double step = last.input_scale * last.mvm.weight_scale;
  int equal = 0;
  for (int i = 0; i < data.samples(); ++i) {
    const auto exact = reference_logits(network, {batches.pixels(i), std::size_t(network.input.size())}, 1);
    bool same = true;
    for (int c = 0; c < network.classes(); ++c)
      same &= std::abs(logits.data_ptr<float>()[i * network.classes() + c] / step - double(exact[c])) < 0.3;
    equal += same;
  }
  return equal;
}

// Single precision moves a sum over a half now and then: most samples of most networks have every logit.
TEST(TrainingGraph, QuantisedForwardPassIsWhatTheIntegersCompute) {
  constexpr int samples = 40;
  int networks = 0, equal = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Network shape = nvcim::testing::random_graph(seed);
    if (!can_be_trained(shape)) continue;
    SCOPED_TRACE(seed);
    const Dataset data = images(shape, samples, seed);
    TrainingModel model(shape, seed);
    Batches batches(shape, data, kOptions);
    batches.shuffle(0);
    model.calibrate_ranges(batches.inputs(0, samples, false));
    const int of_network = equal_samples(model, shape, data);
    EXPECT_GE(of_network, samples / 2);
    equal += of_network;
    ++networks;
  }
  EXPECT_GT(networks, 20);
  EXPECT_GT(equal, 0.97 * networks * samples);
}

TEST(TrainingGraph, StartsFromTheWeightsOfANetworkThatExists) {
  const Network shape = nvcim::testing::with_scales(nvcim::testing::random_resnet20(3, 4, 8));
  const Dataset data = images(shape, 50, 1);
  TrainingModel model(shape, 1, starting_values(shape));
  Batches batches(shape, data, kOptions);
  batches.shuffle(0);
  model.calibrate_ranges(batches.inputs(0, 50, false));
  const Network network = model.integers();
  for (std::size_t n = 0; n < shape.nodes.size(); ++n) {
    const Node &before = shape.nodes[n], &after = network.nodes[n];
    if (before.kind != Kind::mvm) continue;
    int largest = 0;
    for (const int code : before.mvm.weights) largest = std::max(largest, std::abs(code));
    // The largest weight becomes the largest code, and the others keep their size to it.
    for (std::size_t i = 0; i < before.mvm.weights.size(); ++i)
      EXPECT_EQ(after.mvm.weights[i], std::lround(before.mvm.weights[i] * 127.0 / largest)) << before.name;
  }
  EXPECT_GE(equal_samples(model, shape, data), 45);
}

TEST(TrainingGraph, AveragesRoundHalvesUpAsThePoolingUnitDoes) {
  // Of two codes with a sum that is odd the mean is a half: every other pair of random codes.
  GraphBuilder graph({1, 4, 4}, 8, 1);
  const int pool = graph.pool(kNetworkInput, PoolKind::average, {.kernel_w = 2, .stride_w = 2});
  const Network shape = graph.logits(pool, 3);
  const Dataset data = images(shape, 100, 1);
  TrainingModel model(shape, 1);
  EXPECT_EQ(equal_samples(model, shape, data), 100);
}

TEST(TrainingGraph, GradientsReachEveryWeight) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Network shape = nvcim::testing::random_graph(seed);
    if (!can_be_trained(shape)) continue;
    const Dataset data = images(shape, 20, seed);
    TrainingModel model(shape, seed);
    Batches batches(shape, data, kOptions);
    batches.shuffle(0);
    const at::Tensor x = batches.inputs(0, 20, false);
    model.calibrate_ranges(x);
    model.forward(x, true).square().sum().backward();
    for (const at::Tensor& parameter : model.parameters()) {
      ASSERT_TRUE(parameter.grad().defined()) << seed;
      EXPECT_TRUE(parameter.grad().isfinite().all().item<bool>()) << seed;
    }
  }
}

TEST(TrainingGraph, AResidualNetworkLearns) {
  const Dataset data = lines(400, 1), test = lines(200, 2);
  GraphBuilder graph(data.shape, 8, 1);
  const GraphBuilder::Convolution same{.outputs = 8, .window = {3, 3, 1, 1, 1, 1, 1, 1}};
  const int stem = graph.convolution(kNetworkInput, same);
  const int inner = graph.convolution(stem, same);
  const int sum = graph.add({graph.convolution(inner, same), stem});
  Network shape = graph.logits(graph.pool(sum, PoolKind::average, {2, 2, 2, 2}), 10);
  TrainingOptions options;
  options.float_epochs = 4;
  options.quantised_epochs = 2;
  options.batch_size = 20;
  options.learning_rate = 1e-2;
  options.test = &test;
  const Network network = train(shape, data, options);
  EXPECT_GT(network.float_accuracy, 0.9);
  EXPECT_GT(accuracy(network, test), network.float_accuracy - 0.05);
  EXPECT_THAT(network_faults(network), IsEmpty());
}

TEST(TrainingGraph, NodesThatCannotBeTrainedAreNamedTogether) {
  GraphBuilder graph({2, 4, 4}, 8, 1);
  const int table = graph.lookup(kNetworkInput, 8);
  const int product = graph.multiply(table, table);
  const Network shape = graph.logits(product, 3);
  const Dataset data = images(shape, 10, 1);
  try {
    train(shape, data, {});
    FAIL();
  } catch (const InputError& error) {
    std::vector<std::string> texts;
    for (const InputIssue& issue : error.issues()) texts.push_back(issue.text());
    EXPECT_THAT(texts, ElementsAre(HasSubstr("lookup0: is a table of an activation, which cannot be trained"),
                                   HasSubstr("multiply1: is a product of maps, which cannot be trained")));
  }
}

}  // namespace
}  // namespace nvcim::workloads
