// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>

#include "arch/input_error.h"
#include "tests/workloads/lines.h"
#include "tests/workloads/random_network.h"
#include "workloads/networks.h"
#include "workloads/training.h"

namespace nvcim::workloads {
namespace {

using testing::HasSubstr;

TrainingOptions quick() {
  TrainingOptions options;
  options.float_epochs = 2;
  options.quantised_epochs = 2;
  options.batch_size = 20;
  options.learning_rate = 1e-2;
  return options;
}

class Training : public testing::TestWithParam<int> {};

TEST_P(Training, ReachesOnTheIntegersWhatItReachesInFloatingPoint) {
  const Dataset data = lines(600, 1), test = lines(300, 2);
  TrainingOptions options = quick();
  options.test = &test;
  const Network network = train(lenet(GetParam(), data.shape), data, options);
  EXPECT_GT(network.float_accuracy, 0.9);
  EXPECT_GT(accuracy(network, test), network.float_accuracy - 0.05);
  EXPECT_EQ(network.data, "lines");
}

TEST_P(Training, WeightsUseTheirWholeRangeAndScalesChain) {
  const Dataset data = lines(100, 1);
  const int bits = GetParam(), limit = (1 << (bits - 1)) - 1;
  const Network network = train(lenet(bits, data.shape), data, quick());
  double scale = network.nodes[0].input_scale;
  for (const Node& node : network.nodes) {
    EXPECT_DOUBLE_EQ(node.input_scale, scale) << node.name;
    if (node.kind != Node::Kind::mvm) continue;
    int largest = 0;
    for (const int code : node.mvm.weights) largest = std::max(largest, std::abs(code));
    EXPECT_EQ(largest, limit) << node.name;
    if (!node.mvm.raw_output) scale = scale * node.mvm.weight_scale / node.mvm.requantisation.multiplier;
  }
}

INSTANTIATE_TEST_SUITE_P(Bits, Training, testing::Values(4, 8));

TEST(TrainingRun, IsAFunctionOfItsOptions) {
  const Dataset data = lines(200, 1);
  TrainingOptions options = quick();
  options.mirror = true;
  const Network first = train(mlp(8, data.shape), data, options);
  EXPECT_EQ(difference(first, train(mlp(8, data.shape), data, options)), "");
  options.seed = 2;
  EXPECT_EQ(difference(first, train(mlp(8, data.shape), data, options)), "node fc1: weight");
}

TEST(TrainingRun, LearnsFromItsEpochs) {
  const Dataset data = lines(400, 1), test = lines(300, 2);
  TrainingOptions options = quick();
  options.float_epochs = 0;
  options.quantised_epochs = 1;
  options.quantised_learning_rate = 1e-6;
  EXPECT_LT(accuracy(train(mlp(8, data.shape), data, options), test), 0.5);
  EXPECT_GT(accuracy(train(mlp(8, data.shape), data, quick()), test), 0.95);
}

TEST(TrainingRun, AnyChainOfTheBuilderTrains) {
  const Dataset data = lines(400, 1), test = lines(300, 2);
  const Network shape = NetworkBuilder("odd", data.shape, 5, 6, 7)
                            .convolution("conv1", 8, 3, 1, 2)
                            .average_pool("pool1", 2)
                            .fully_connected("fc1", 10)
                            .build();
  TrainingOptions options = quick();
  options.float_epochs = 6;
  options.test = &test;
  const Network network = train(shape, data, options);
  EXPECT_GT(network.float_accuracy, 0.8);
  EXPECT_GT(accuracy(network, test), network.float_accuracy - 0.05);
  EXPECT_EQ(network.nodes[1].input_bits, 7);
}

TEST(TrainingRun, ReportsItsProgress) {
  const Dataset data = lines(100, 1);
  TrainingOptions options = quick();
  std::vector<TrainingProgress> reports;
  options.progress = [&](const TrainingProgress& p) { reports.push_back(p); };
  train(mlp(8, data.shape), data, options);
  ASSERT_FALSE(reports.empty());
  EXPECT_EQ(reports.back().epoch, 4);
  EXPECT_EQ(reports.back().epochs, 4);
  EXPECT_EQ(reports.back().samples, 100);
  EXPECT_TRUE(reports.back().quantised);
  EXPECT_FALSE(reports.front().quantised);
  EXPECT_LT(reports.back().loss, reports.front().loss);
}

TEST(TrainingRun, OptionsOutOfRangeAreNamedTogether) {
  const Dataset data = lines(20, 1);
  TrainingOptions options;
  options.float_epochs = -1;
  options.quantised_epochs = 0;
  options.batch_size = 0;
  options.learning_rate = 0;
  options.quantised_learning_rate = -INFINITY;
  options.weight_decay = 1;
  options.threads = 0;
  try {
    train(mlp(8, {1, 28, 28}), data, options);
    FAIL();
  } catch (const InputError& error) {
    std::vector<std::string> texts;
    for (const InputIssue& issue : error.issues()) texts.push_back(issue.text());
    EXPECT_THAT(texts,
                testing::ElementsAre(
                    HasSubstr("float_epochs: -1 is less than 0"), HasSubstr("quantised_epochs: 0 is less than 1"),
                    HasSubstr("batch_size: 0 is less than 1"), HasSubstr("learning_rate: 0 is not above 0"),
                    HasSubstr("quantised_learning_rate: -inf is not above 0"),
                    HasSubstr("weight_decay: 1 is outside 0..1"), HasSubstr("threads: 0 is less than 1"),
                    HasSubstr("lines: images of 1 x 8 x 8, the network takes 1 x 28 x 28")));
  }
}

TEST(TrainingRun, ALossThatIsNotFiniteIsNamed) {
  const Dataset data = lines(100, 1);
  TrainingOptions options = quick();
  options.learning_rate = 1e30;
  try {
    train(mlp(8, data.shape), data, options);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.issues()[0].text(), HasSubstr("learning_rate: the loss is no longer finite in epoch"));
  }
}

}  // namespace
}  // namespace nvcim::workloads
