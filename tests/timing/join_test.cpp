// SPDX-License-Identifier: Apache-2.0
// Where paths of a graph meet: what must wait there, and what happens when it cannot.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arch/input_error.h"
#include "sim/systemc/flow_depth.h"
#include "tests/support/random_graph.h"
#include "tests/timing/job.h"

namespace nvcim::sim {
namespace {

using nvcim::testing::GraphBuilder;
using nvcim::testing::ideal_architecture;
using nvcim::testing::Job;
using ::testing::AllOf;
using ::testing::HasSubstr;
using workloads::kNetworkInput;
using workloads::Window;

constexpr Window kSame{3, 3, 1, 1, 1, 1, 1, 1};
constexpr int kSize = 6;

/// first -> second -> (+ first) -> logits, on maps of 6 x 6. Stage 2 is the sum; its input 1 skips the second layer.
Job residual_job(Architecture architecture, int channels = 2, int size = kSize) {
  GraphBuilder graph({1, size, size}, 8, 1);
  const int first = graph.convolution(kNetworkInput, {.outputs = channels, .window = kSame});
  const int second = graph.convolution(first, {.outputs = channels, .window = kSame});
  return Job(std::move(architecture), graph.logits(graph.add({second, first}), 2), 2);
}

std::vector<std::vector<std::int64_t>> depths_of(const Job& job) {
  const EngineOptions options;
  const ChipRun run = job.chip_run();
  const MachineConstants constants(run, job.schedule, 1, options);
  return flow_depths(job.schedule, constants.stages);
}

InputShare& share_of(BufferShares& shares, int stage, int input) {
  for (auto& [tile, inputs] : shares.inputs)
    for (InputShare& share : inputs)
      if (share.stage == stage && share.input == input) return share;
  ADD_FAILURE() << "no share";
  return shares.inputs.begin()->second.front();
}

std::string refusal(const std::function<void()>& task) {
  try {
    task();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Join, TheSkipPathHoldsWhatTheOtherPathNeedsMore) {
  // The sum at (y, x) takes pixel y·6 + x of the first layer; the convolution beside it has read up to (y + 1, x + 1),
  // which is one row and two pixels more.
  const auto depths = depths_of(residual_job(ideal_architecture()));
  ASSERT_EQ(depths.size(), 4u);
  EXPECT_EQ(depths[2], (std::vector<std::int64_t>{1, kSize + 2}));
  EXPECT_EQ(depths[1][0], 2 * kSize + 3) << "the convolution's own window";
}

TEST(Join, APoolingBesideHoldsTheWholeMap) {
  // Squeeze and excite: the first product waits for the mean, which is there only when the whole map is.
  GraphBuilder graph({2, kSize, kSize}, 8, 1);
  const int map = graph.convolution(kNetworkInput, {.outputs = 3});
  const int mean = graph.pool(map, workloads::PoolKind::average, {.kernel_h = kSize, .kernel_w = kSize});
  const int factor = graph.convolution(mean, {.outputs = 3});
  const Job job(ideal_architecture(), graph.logits(graph.multiply(map, factor), 2), 2);
  const auto depths = depths_of(job);
  EXPECT_EQ(depths[3], (std::vector<std::int64_t>{kSize * kSize, 1}));
  job.run();
}

TEST(Join, OneLessThanNeededStandsStill) {
  // The pixel that is still in the first layer's output buffer counts too: it is read there.
  const Job job = residual_job(ideal_architecture());
  const auto hold = [&](std::int64_t pixels) {
    return refusal([&] {
      job.run({.change = [&](BufferShares& shares) {
        for (auto& [tile, outputs] : shares.outputs)
          for (OutputShare& share : outputs) share.capacity_pixels = 1;
        share_of(shares, 2, 1).capacity_pixels = pixels;
      }});
    });
  };
  EXPECT_EQ(hold(kSize + 1), "");
  EXPECT_THAT(hold(kSize), AllOf(HasSubstr("stands still"), HasSubstr("add2 at tile 0 waits for pixel 0 of mvm1"),
                                 HasSubstr("waits for room for pixel 6 of mvm0 at tile 0")));
}

TEST(Join, WhatDoesNotFitIsRefusedWithWhatWaits) {
  // 40 + 2 pixels of 16 channels for the sum beside the windows of both convolutions, 2 · 40 + 3 pixels; all of one map
  // for the logits.
  Architecture architecture = ideal_architecture();
  architecture.buffer.input_kibibytes = 16;
  architecture.tile.crossbars = 400;
  const Job job = residual_job(architecture, 16, 40);
  const std::int64_t sum = (1 + 42) * 16, windows = 83 * 1 + 83 * 16, logits = 40 * 40 * 16;
  EXPECT_THAT(refusal([&] { job.run(); }),
              AllOf(HasSubstr("/buffer/input_kibibytes: 16 KiB hold 16384 bytes"),
                    HasSubstr(fmt::format("needs {} bytes", sum + windows + logits)),
                    HasSubstr(fmt::format("add2 with 42 pixels of mvm0 that wait for another path {}", 42 * 16))));
}

TEST(Join, ASumTakesItsInputsThroughTheActivationUnit) {
  // 1 x 1 maps: the sum starts when both summands are in the buffer. Two values for each of 32 outputs on 16 lanes take
  // four cycles.
  GraphBuilder graph({4, 1, 1}, 8, 1);
  const int first = graph.convolution(kNetworkInput, {.outputs = 32});
  const int second = graph.convolution(first, {.outputs = 32});
  Architecture architecture = ideal_architecture();
  architecture.crossbar.columns = 256;
  architecture.digital.activation_lanes = 16;
  const Job job(architecture, graph.logits(graph.add({second, first}), 2), 1);
  const CycleResult result = job.run();
  const Timeline::Layer sum = result.timeline.layers[2];
  EXPECT_EQ(sum.last_end - sum.first_start, 4u);
  EXPECT_GT(sum.first_start, result.timeline.layers[1].last_end);
  EXPECT_EQ(result.inference.counts.of(3, Event::activation), 64u);
}

TEST(Join, GroupsOfACrossbarAreDrivenTogether) {
  // Eight depthwise kernels in one crossbar: as long as one MVM of as many columns, not eight.
  const auto length = [](int groups) {
    GraphBuilder graph({8, 3, 3}, 8, 1);
    const int first =
        graph.convolution(kNetworkInput, {.outputs = 8, .window = {.kernel_h = 3, .kernel_w = 3}, .groups = groups});
    const Job job(ideal_architecture(), graph.logits(first, 2), 1);
    const Timeline::Layer layer = job.run().timeline.layers[0];
    return layer.last_end - layer.first_start;
  };
  EXPECT_EQ(length(8), length(1));
}

}  // namespace
}  // namespace nvcim::sim
