// SPDX-License-Identifier: Apache-2.0
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <stdexcept>

#include "arch/input_error.h"
#include "tests/support/random_network.h"
#include "tests/workloads/lines.h"
#include "tests/workloads/random_network.h"
#include "workloads/network_check.h"
#include "workloads/networks.h"
#include "workloads/onnx_read.h"
#include "workloads/reference.h"
#include "workloads/training.h"
#include "workloads/training_batches.h"
#include "workloads/training_model.h"

namespace nvcim::workloads {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const TrainingOptions kOptions;

/// Two residual blocks, one of them with a projection or zeros.
Network residual(Shape input, NetworkBuilder::Shortcut shortcut) {
  return NetworkBuilder("residual", input, 8, 6, 8)
      .convolution("conv1", 6, 3, 1)
      .residual_block("block1", 6, 1, shortcut)
      .residual_block("block2", 10, 2, shortcut)
      .global_average_pool("pool")
      .fully_connected("fc", 10)
      .build();
}

/// Gains of both signs and statistics other than those of a beginning.
void disturb(TrainingModel& model, std::uint64_t seed) {
  const at::NoGradGuard no_grad;
  int number = int(seed);
  const auto fill = [&](const at::Tensor& tensor, double low, double high) {
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
      tensor.data_ptr<float>()[i] = float(low + (high - low) * std::fmod(0.618 * ++number, 1.0));
  };
  for (const at::Tensor& parameter : model.parameters())
    if (parameter.dim() == 1) fill(parameter, -0.8, 1.2);
  const std::vector<at::Tensor> statistics = model.statistics();
  for (std::size_t i = 0; i < statistics.size(); i += 2) {
    fill(statistics[i], -0.3, 0.3);
    fill(statistics[i + 1], 0.05, 0.8);
  }
}

class BatchNorm : public ::testing::TestWithParam<NetworkBuilder::Shortcut> {};

TEST_P(BatchNorm, QuantisedForwardPassIsWhatTheIntegersCompute) {
  const Network shape = residual({2, 8, 8}, GetParam());
  Dataset data;
  data.shape = shape.input;
  data.pixels = nvcim::testing::random_images(shape, 50, 1);
  data.labels.assign(50, 0);
  int equal = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    TrainingModel model(shape, seed, {}, true);
    disturb(model, seed);
    Batches batches(shape, data, kOptions);
    batches.shuffle(0);
    const at::Tensor x = batches.inputs(0, 50, false);
    model.calibrate_ranges(x);
    const Network network = model.integers();
    EXPECT_THAT(network_faults(network), IsEmpty());
    const at::NoGradGuard no_grad;
    const at::Tensor logits = model.forward(x, true).contiguous();
    const Node& last = network.nodes.back();
    for (int i = 0; i < 50; ++i) {
      const auto exact = reference_logits(network, {batches.pixels(i), std::size_t(network.input.size())}, 1);
      bool same = true;
      for (int c = 0; c < 10; ++c) {
        const double sum = logits.data_ptr<float>()[i * 10 + c] / (last.input_scale * last.mvm.weight_scale);
        same &= std::abs(sum - double(exact[c])) < 0.3;
      }
      equal += same;
    }
  }
  EXPECT_GE(equal, 190);  // of 200: single precision moves a sum over a half now and then
}

INSTANTIATE_TEST_SUITE_P(Shortcuts, BatchNorm,
                         ::testing::Values(NetworkBuilder::Shortcut::projection, NetworkBuilder::Shortcut::zeros));

TEST(BatchNormOfAChip, LeavesTheCellsAlone) {
  const Network shape = residual({1, 8, 8}, NetworkBuilder::Shortcut::projection);
  const Network plain = TrainingModel(shape, 7).integers();
  TrainingModel model(shape, 7, {}, true);
  disturb(model, 3);
  const Network network = model.integers();
  int flipped = 0, kept = 0;
  for (std::size_t n = 0; n < shape.nodes.size(); ++n) {
    const MvmLayer &with = network.nodes[n].mvm, &without = plain.nodes[n].mvm;
    EXPECT_EQ(with.weight_scale, without.weight_scale);
    EXPECT_EQ(with.channel_scales.empty(), network.nodes[n].kind != Node::Kind::mvm || with.raw_output);
    for (std::size_t i = 0; i < with.weights.size(); ++i) {
      EXPECT_EQ(std::abs(with.weights[i]), std::abs(without.weights[i]));
      if (with.weights[i] != 0) ++(with.weights[i] == without.weights[i] ? kept : flipped);
    }
  }
  EXPECT_GT(kept, flipped);  // gains of -0.8 … 1.2
  EXPECT_GT(flipped, 0);
}

TEST(BatchNormOfAChip, AGainOfNothingLeavesTheOffset) {
  const Network shape = residual({1, 8, 8}, NetworkBuilder::Shortcut::projection);
  TrainingModel model(shape, 7, {}, true);
  {
    const at::NoGradGuard no_grad;
    for (const at::Tensor& parameter : model.parameters())
      if (parameter.dim() == 1) parameter.zero_();
  }
  const Network network = model.integers();
  for (const Node& node : network.nodes)
    for (const double scale : node.mvm.channel_scales) EXPECT_NEAR(scale, 1e-3, 1e-6) << node.name;
  EXPECT_THAT(network_faults(network), IsEmpty());
}

TrainingOptions quick() {
  TrainingOptions options;
  options.float_epochs = 3;
  options.quantised_epochs = 2;
  options.batch_size = 20;
  options.learning_rate = 1e-2;
  options.batch_norm = true;
  return options;
}

TEST(BatchNormTraining, ReachesOnTheIntegersWhatItReachesInFloatingPoint) {
  const Dataset data = lines(600, 1), test = lines(300, 2);
  TrainingOptions options = quick();
  options.test = &test;
  const Network shape = residual(data.shape, NetworkBuilder::Shortcut::projection);
  const Network network = train(shape, data, options);
  EXPECT_GT(network.float_accuracy, 0.9);
  EXPECT_GT(accuracy(network, test), network.float_accuracy - 0.05);
  options.noise.kind = WeightNoise::gaussian;
  options.noise.sigma_low = options.noise.sigma_high = 0.05;
  EXPECT_GT(accuracy(train(shape, data, options), test), 0.85);
}

TEST(BatchNormTraining, JudgesWithStatisticsTakenAnewWithTheNoise) {
  // A learning rate of nothing leaves the weights as they are drawn: what differs between the replicas' networks is the
  // noise that was present when the statistics were taken.
  const Dataset data = lines(100, 1);
  TrainingOptions options = quick();
  options.float_epochs = 0;
  options.quantised_epochs = 1;
  options.weight_decay = 0;
  options.quantised_learning_rate = 1e-30;
  options.noise.kind = WeightNoise::gaussian;
  options.noise.sigma_high = 0.4;
  std::vector<Network> judged;
  options.noise.judge = [&](const Network& network, int, int) {
    judged.push_back(network);
    return 0.0;
  };
  train(residual(data.shape, NetworkBuilder::Shortcut::zeros), data, options);
  ASSERT_EQ(judged.size(), 3u);
  const MvmLayer &weak = judged[0].nodes[0].mvm, &strong = judged[2].nodes[0].mvm;
  EXPECT_EQ(weak.weights, strong.weights);
  // Noise widens the sums, so it takes a smaller factor to normalise them.
  double of_weak = 0, of_strong = 0;
  for (std::size_t o = 0; o < weak.channel_scales.size(); ++o) {
    of_weak += weak.channel_scales[o];
    of_strong += strong.channel_scales[o];
  }
  EXPECT_LT(of_strong, of_weak);
}

TEST(BatchNormTraining, StoppedAnywhereEndsAsOneThatWasNot) {
  const Dataset data = lines(61, 1);  // the last mini-batch has one sample
  TrainingOptions options = quick();
  options.float_epochs = 1;
  options.noise.kind = WeightNoise::trice;
  options.noise.sigma_high = 0.3;
  options.noise.judge = [](const Network&, int epoch, int replica) { return double((epoch + replica) % 3); };
  const Network shape = residual(data.shape, NetworkBuilder::Shortcut::projection);
  const std::string whole = write_onnx(train(shape, data, options));
  const auto file = std::filesystem::temp_directory_path() / "nvcim_batch_norm_checkpoint";
  std::filesystem::remove(file);
  options.checkpoint = file;
  for (const int stop_after : {5, 11}) {
    int reports = 0;
    options.progress = [&](const TrainingProgress&) {
      if (++reports == stop_after) throw std::runtime_error("stopped");
    };
    EXPECT_THROW(train(shape, data, options), std::runtime_error) << stop_after;
  }
  options.progress = {};
  EXPECT_EQ(write_onnx(train(shape, data, options)), whole);
  options.batch_norm = false;
  try {
    train(shape, data, options);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.issues()[0].text(), HasSubstr("belongs to a training with other options or data"));
  }
  std::filesystem::remove(file);
}

TEST(BatchNormTraining, MiniBatchesOfOneSampleAreRefused) {
  const Dataset data = lines(20, 1);
  TrainingOptions options = quick();
  options.batch_size = 1;
  try {
    train(residual(data.shape, NetworkBuilder::Shortcut::zeros), data, options);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.issues()[0].text(), HasSubstr("batch_size: 1 has no statistics for batch normalisation"));
  }
}

}  // namespace
}  // namespace nvcim::workloads
