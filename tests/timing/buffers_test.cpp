// SPDX-License-Identifier: Apache-2.0
// Capacity, back-pressure, and what is said when nothing can move.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arch/input_error.h"
#include "tests/timing/job.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

using nvcim::testing::ideal_architecture;
using nvcim::testing::Job;
using nvcim::testing::NetworkBuilder;
using ::testing::AllOf;
using ::testing::HasSubstr;
using workloads::Window;

constexpr Window kSame{3, 3, 1, 1, 1, 1, 1, 1};

std::string refusal(const std::function<void()>& task) {
  try {
    task();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

void give_no_more_than_needed(BufferShares& shares) {
  for (auto& [tile, inputs] : shares.inputs)
    for (InputShare& share : inputs) share.capacity_pixels = share.needed_pixels;
  for (auto& [tile, outputs] : shares.outputs)
    for (OutputShare& share : outputs) share.capacity_pixels = share.needed_pixels;
}

Cycle stalled(const CycleResult& result, const std::string& name) {
  for (const Timeline::Unit& unit : result.timeline.units)
    if (unit.name == name) return unit.stall_cycles;
  ADD_FAILURE() << "no unit " << name;
  return 0;
}

TEST(Buffers, WithNoMoreThanNeededEverythingStillFlows) {
  const Job job(ideal_architecture(), nvcim::testing::random_lenet(1), 2);
  const CycleResult roomy = job.run();
  const CycleResult tight = job.run({.change = give_no_more_than_needed});
  EXPECT_EQ(tight.inference.logits, roomy.inference.logits);
  EXPECT_EQ(tight.inference.counts, roomy.inference.counts);
  EXPECT_GE(tight.timeline.total_cycles, roomy.timeline.total_cycles);
}

TEST(Buffers, AFullInputBufferHoldsItsSenderBack) {
  // The second layer's MVMs are 14 columns long where the first's are 8: it is slower, its input buffer fills up, and
  // the output buffer of the first layer has to wait.
  Architecture a = ideal_architecture();
  a.adc.columns_per_adc = 128;
  const workloads::Network network =
      NetworkBuilder({1, 12, 12}, 8, 1).convolution(1, kSame).convolution(14, kSame).logits(2);
  const Job job(a, network, 1);
  const CycleResult roomy = job.run();
  const CycleResult tight = job.run({.change = give_no_more_than_needed});
  EXPECT_EQ(stalled(roomy, "tile0.output_buffer"), 0u);
  EXPECT_GT(stalled(tight, "tile0.output_buffer"), 0u);
  EXPECT_GT(stalled(tight, "tile0.activation"), 0u);
  // Held back, the first layer ends later; the second, which sets the pace, does not.
  EXPECT_GT(tight.timeline.layers[0].last_end, roomy.timeline.layers[0].last_end);
  EXPECT_NEAR(static_cast<double>(tight.timeline.layers[1].last_end),
              static_cast<double>(roomy.timeline.layers[1].last_end),
              0.02 * static_cast<double>(roomy.timeline.layers[1].last_end));
  EXPECT_EQ(tight.inference.logits, roomy.inference.logits);
}

TEST(Watchdog, NamesWhoWaitsForWhom) {
  // A 3 x 3 window on a map of 6 x 6 needs two rows and three pixels: with 14 the last of them never gets in.
  const Job job(ideal_architecture(),
                NetworkBuilder({1, 6, 6}, 8, 1)
                    .convolution(2, {3, 3, 1, 1, 0, 0, 0, 0})
                    .convolution(2, {3, 3, 1, 1, 0, 0, 0, 0})
                    .logits(2),
                1);
  const std::string text = refusal([&] {
    job.run({.change = [](BufferShares& shares) {
      ASSERT_EQ(shares.inputs[0][0].needed_pixels, 15);
      shares.inputs[0][0].capacity_pixels = 14;
    }});
  });
  EXPECT_THAT(text, AllOf(HasSubstr("stands still"), HasSubstr("0 of 1 samples done"),
                          HasSubstr("layer mvm0 at tile 0 crossbar 0 waits for pixel 14 of the image, sample 0"),
                          HasSubstr("global_buffer waits for room for pixel 14 of the image at tile 0"),
                          HasSubstr("layer mvm1 at tile 0 crossbar 1 waits for pixel 0 of mvm0, sample 0")));
}

TEST(Watchdog, NamesAFullMapBetweenLayers) {
  const Job job(ideal_architecture(),
                NetworkBuilder({1, 6, 6}, 8, 1).convolution(2, kSame).convolution(2, kSame).logits(2), 1);
  const std::string text = refusal([&] {
    job.run({.change = [](BufferShares& shares) {
      --(shares.inputs[0][1].capacity_pixels = shares.inputs[0][1].needed_pixels);
    }});
  });
  EXPECT_THAT(text, AllOf(HasSubstr("layer mvm1 at tile 0 crossbar 1 waits for pixel 14 of mvm0"),
                          HasSubstr("tile0.output_buffer waits for room for pixel 14 of mvm0 at tile 0")));
}

TEST(Watchdog, AMachineRunsAfterOneThatStoodStill) {
  const Job job(ideal_architecture(), NetworkBuilder({1, 6, 6}, 8, 1).convolution(2, kSame).logits(2), 1);
  EXPECT_NE(
      refusal([&] { job.run({.change = [](BufferShares& shares) { shares.inputs[0][0].capacity_pixels = 1; }}); }), "");
  EXPECT_EQ(job.run().inference.logits[0],
            static_cast<double>(workloads::reference_logits(job.network, job.pixels, 1)[0]));
}

TEST(Refused, WhenAWindowDoesNotFitTheInputBuffer) {
  // 2 rows and 3 pixels of 40 columns, 64 channels, 8 bits: 83 * 64 bytes on the five crossbars of mvm0; the other
  // three of the tile hold 384 matrix rows of the fully connected layer, all of channel 0, which it needs whole: 40 *
  // 40 bytes.
  Architecture a = ideal_architecture();
  a.buffer.input_kibibytes = 4;
  const Job job(a, NetworkBuilder({64, 40, 40}, 8, 1).convolution(4, {3, 3, 1, 1, 1, 1, 1, 1}).logits(2), 1);
  const std::string text = refusal([&] { job.run(); });
  EXPECT_THAT(text, AllOf(HasSubstr("/buffer/input_kibibytes"), HasSubstr("4 KiB hold 4096 bytes"),
                          HasSubstr("the input buffer of tile 0 needs 6912 bytes (mvm0 5312, mvm1 1600)")));
}

TEST(Refused, WhenThePixelsOfAColumnDoNotFitTheOutputBuffer) {
  // 300 logits of 32 bits: 1200 bytes.
  Architecture a = ideal_architecture();
  a.buffer.output_kibibytes = 1;
  a.tile.crossbars = 32;
  const Job job(a, NetworkBuilder({4, 1, 1}, 8, 1).logits(300), 1);
  const std::string text = refusal([&] { job.run(); });
  EXPECT_THAT(text, AllOf(HasSubstr("/buffer/output_kibibytes"), HasSubstr("needs 1200 bytes")));
}

TEST(Refused, WhenNotEvenOnePixelFitsTheGlobalBuffer) {
  Architecture a = ideal_architecture();
  a.buffer.global_kibibytes = 1;
  const Job job(a, NetworkBuilder({1100, 1, 1}, 8, 1).logits(2), 1);
  EXPECT_THAT(refusal([&] { job.run(); }), AllOf(HasSubstr("/buffer/global_kibibytes"), HasSubstr("1108 bytes")));
}

TEST(Buffers, AnImageLargerThanTheGlobalBufferStreamsThrough) {
  Architecture a = ideal_architecture();
  a.buffer.global_kibibytes = 1;
  const Job job(a, NetworkBuilder({1, 40, 40}, 8, 1).convolution(1, kSame).logits(2), 1);
  const CycleResult result = job.run();
  EXPECT_EQ(result.inference.logits[0],
            static_cast<double>(workloads::reference_logits(job.network, job.pixels, 1)[0]));
}

}  // namespace
}  // namespace nvcim::sim
