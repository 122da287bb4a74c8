// SPDX-License-Identifier: Apache-2.0
// Closed-form latencies of whole machines, to the cycle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/timing/job.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

using nvcim::testing::ideal_architecture;
using nvcim::testing::Job;
using nvcim::testing::NetworkBuilder;
using workloads::PoolKind;
using workloads::Window;

constexpr Window kPoint{1, 1, 1, 1, 0, 0, 0, 0};

/// One tile with every time spelled out, so that the sums below can be followed with a pencil.
Architecture single_tile() {
  Architecture a = ideal_architecture();
  a.chip.mesh_rows = a.chip.mesh_columns = 1;
  a.chip.clock = from_si<Frequency>(1e9);
  a.dac.bits = 1;
  a.dac.time = from_si<Time>(1e-9);
  a.crossbar.read_time = from_si<Time>(10e-9);
  a.sample_hold.time = from_si<Time>(1e-9);
  a.adc.sample_rate = from_si<Frequency>(1e9);
  a.adc.columns_per_adc = 8;
  a.shift_add.time = from_si<Time>(1e-9);
  a.buffer.bus_bits = 256;
  a.buffer.access_cycles = 1;
  a.buffer.global_bus_bits = 256;
  a.buffer.global_access_cycles = 4;
  a.buffer.external_bus_bits = 64;
  a.buffer.external_access_cycles = 40;
  a.interconnect.flit_bits = 32;
  a.interconnect.router_cycles = 2;
  a.interconnect.link_cycles = 1;
  a.interconnect.buffer_flits = 64;
  a.digital.accumulate_lanes = a.digital.activation_lanes = a.digital.pooling_lanes = 16;
  return a;
}

// 4 inputs of 8 bits, 2 outputs, 8-bit weights on 2-bit cells: 4 slices, differential pair, 16 columns, 8 turns.
constexpr Cycle kFront = 1 + 10 + 1;
constexpr Cycle kBack = 1 + 1 + 1 + 7 * 2;
constexpr Cycle kMvm = kFront + kBack + 7 * kBack;

// From the first bit leaving external memory until the MVM starts:
constexpr Cycle kIn = 1         // 32 bits on a bus of 64
                      + 1       // written into the global buffer
                      + 1 + 4   // read from it
                      + 2       // router
                      + 2       // header and one flit
                      + 1       // written into the input buffer
                      + 1 + 1;  // read from it
// From the last sum until the result's last bit has reached external memory:
constexpr Cycle kOut = 1          // accumulation takes the sums in
                       + 1        // activation
                       + 1        // written into the output buffer
                       + 1 + 1    // read from it
                       + 2        // router
                       + 3        // header and two flits
                       + 1        // written into the global buffer
                       + 1 + 4    // read from it
                       + 1 + 40;  // 64 bits on a bus of 64, external access

TEST(Pipeline, OneMvmOnOneTileTakesItsPartsToTheCycle) {
  const Job job(single_tile(), NetworkBuilder({4, 1, 1}, 8, 1).logits(2), 1);
  const CycleResult result = job.run();
  const Timeline::Sample& sample = result.timeline.samples[0];
  EXPECT_EQ(sample.first_input, 40u);
  EXPECT_EQ(sample.last_output - sample.first_input, kIn + kMvm + kOut);
  EXPECT_EQ(result.timeline.layers[0].first_start, 40 + kIn);
  EXPECT_EQ(result.timeline.layers[0].last_end, 40 + kIn + kMvm + 1 + 1);
  EXPECT_EQ(result.timeline.total_cycles, sample.last_output);
}

/// N6, the example of PIMSIM-NN, seen on the machine: 128 x 128, 2 ADCs, total = front + 8 * 642.
TEST(Pipeline, AnMvmTakesTheLawOfPimsim) {
  Architecture a = single_tile();
  a.dac.time = a.sample_hold.time = from_si<Time>(0);
  a.crossbar.read_time = from_si<Time>(30e-9);
  a.adc.sample_rate = from_si<Frequency>(100e6);
  a.adc.columns_per_adc = 64;
  const Job job(a, NetworkBuilder({128, 1, 1}, 8, 1).logits(16), 1);
  ASSERT_EQ(job.plan.blocks[0].columns, 128);
  const Timeline::Layer layer = job.run().timeline.layers[0];
  EXPECT_EQ(layer.last_end - layer.first_start, (30 + 8 * 642) + 1 + 1);
}

TEST(Pipeline, MvmsOfOneCrossbarFollowWithoutAGap) {
  // Ten positions: nothing but the converters is the bottleneck, so each further MVM costs 8 back stages.
  const Job job(single_tile(), NetworkBuilder({4, 1, 10}, 8, 1).convolution(2, kPoint).logits(1), 1);
  const Timeline::Layer layer = job.run().timeline.layers[0];
  EXPECT_EQ(layer.last_end - layer.first_start, kMvm + 9 * 8 * kBack + 1 + 1);
}

TEST(Pipeline, IsBoundByTheFrontWhereThatIsLonger) {
  Architecture a = single_tile();
  a.crossbar.read_time = from_si<Time>(100e-9);
  const Job job(a, NetworkBuilder({4, 1, 10}, 8, 1).convolution(2, kPoint).logits(1), 1);
  const Timeline::Layer layer = job.run().timeline.layers[0];
  EXPECT_EQ(layer.last_end - layer.first_start, (102 + kBack + 7 * 102) + 9 * 8 * 102 + 1 + 1);
}

TEST(Pipeline, WithOneHoldAPhaseIsSampledWhenTheOneBeforeIsConverted) {
  Architecture a = single_tile();
  a.sample_hold.holds = 1;
  const Job job(a, NetworkBuilder({4, 1, 10}, 8, 1).convolution(2, kPoint).logits(1), 1);
  const Timeline::Layer layer = job.run().timeline.layers[0];
  EXPECT_EQ(layer.last_end - layer.first_start, 10 * 8 * (kFront + kBack) + 1 + 1);
}

TEST(Pipeline, WithOneInputRegisterRowsAreFetchedWhenTheCrossbarIsDone) {
  Architecture a = single_tile();
  a.crossbar.read_time = from_si<Time>(100e-9);
  a.crossbar.input_registers = 1;
  const Job job(a, NetworkBuilder({4, 1, 10}, 8, 1).convolution(2, kPoint).logits(1), 1);
  const Timeline::Layer layer = job.run().timeline.layers[0];
  // Bound by the front; between two MVMs the rows are read, first bits after a cycle.
  EXPECT_EQ(layer.last_end - layer.first_start, (102 + kBack + 7 * 102) + 9 * (8 * 102 + 1 + 1) + 1 + 1);
}

TEST(Pipeline, WithOneSumSlotAnMvmWaitsForTheActivationOfTheOneBefore) {
  Architecture a = single_tile();
  a.digital.sum_slots = 1;
  const Job job(a, NetworkBuilder({4, 1, 10}, 8, 1).convolution(2, kPoint).logits(1), 1);
  const Timeline::Layer layer = job.run().timeline.layers[0];
  // Accumulation, activation, the slot's way back, rows read, first bits after a cycle.
  EXPECT_EQ(layer.last_end - layer.first_start, kMvm + 9 * (1 + 1 + 1 + (1 + 1) + kMvm) + 1 + 1);
}

TEST(Pipeline, CopiesOfTheWeightsShareThePositions) {
  Architecture a = single_tile();
  a.mapping.duplicate["mvm0"] = 2;
  const Job job(a, NetworkBuilder({4, 1, 10}, 8, 1).convolution(2, kPoint).logits(1), 1);
  const CycleResult result = job.run();
  const Timeline::Layer layer = result.timeline.layers[0];
  // Five positions each; pixels arrive two cycles apart (two flits), so the second copy starts two cycles later.
  EXPECT_EQ(layer.last_end - layer.first_start, 2 + kMvm + 4 * 8 * kBack + 1 + 1);
}

TEST(Pipeline, PackedBlocksWaitForEachOther) {
  Architecture a = single_tile();
  a.mapping.packing = Packing::crossbar;
  const workloads::Network network =
      NetworkBuilder({4, 1, 6}, 8, 1).convolution(4, kPoint).convolution(4, kPoint).logits(1);
  const Job packed(a, network, 1);
  ASSERT_EQ(packed.plan.blocks[0].crossbar, packed.plan.blocks[1].crossbar);
  a.mapping.packing = Packing::none;
  const Job apart(a, network, 1);
  const CycleResult together = packed.run(), alone = apart.run();
  // 12 MVMs of 8 back stages on one crossbar at least; on two crossbars 7 of them hide behind each other.
  EXPECT_GE(together.timeline.layers[1].last_end - together.timeline.layers[0].first_start, 12 * 8 * kBack);
  EXPECT_LT(alone.timeline.layers[1].last_end - alone.timeline.layers[0].first_start, 8 * 8 * kBack);
  EXPECT_EQ(together.inference.logits, alone.inference.logits);
}

TEST(Pipeline, SamplesFollowAtTheRateOfTheSlowestUnit) {
  const Job job(single_tile(), NetworkBuilder({4, 1, 1}, 8, 1).logits(2), 5);
  const CycleResult result = job.run();
  const auto& samples = result.timeline.samples;
  EXPECT_EQ(samples[0].last_output - samples[0].first_input, kIn + kMvm + kOut);
  for (std::size_t i = 1; i < samples.size(); ++i)
    EXPECT_EQ(samples[i].last_output - samples[i - 1].last_output, 8 * kBack) << i;
}

TEST(Pipeline, PoolingEmitsWhenItsWindowIsComplete) {
  const Job job(single_tile(),
                NetworkBuilder({4, 2, 2}, 8, 1)
                    .convolution(2, kPoint)
                    .pool(PoolKind::maximum, {2, 2, 2, 2, 0, 0, 0, 0})
                    .logits(2),
                1);
  const CycleResult result = job.run();
  const auto& layers = result.timeline.layers;
  EXPECT_EQ(layers[0].last_end - layers[0].first_start, kMvm + 3 * 8 * kBack + 1 + 1);
  EXPECT_EQ(layers[1].first_start, layers[0].last_end);       // not before the fourth pixel, and then at once
  EXPECT_EQ(layers[1].last_end - layers[1].first_start, 1u);  // 4 comparisons x 2 outputs on 16 lanes
  // The pooled pixel to the next MVM on the same tile: output buffer written, read; input buffer written, read.
  EXPECT_EQ(layers[2].first_start - layers[1].last_end, 1u + (1 + 1) + 1 + (1 + 1));
}

TEST(Pipeline, PoolingTakesAsLongAsItsLanesNeed) {
  Architecture a = single_tile();
  a.digital.pooling_lanes = 3;
  const Job job(a,
                NetworkBuilder({4, 2, 2}, 8, 1)
                    .convolution(2, kPoint)
                    .pool(PoolKind::average, {2, 2, 2, 2, 0, 0, 0, 0})
                    .logits(2),
                1);
  const auto layers = job.run().timeline.layers;
  EXPECT_EQ(layers[1].last_end - layers[1].first_start, 3u);  // 8 additions on 3 lanes
}

TEST(Pipeline, PartialSumsMeetAtTheAccumulatingTile) {
  // 200 rows on crossbars of 128, one crossbar per tile: blocks of 128 and 72 rows on tiles 0 (accumulating) and 1.
  Architecture a = single_tile();
  a.chip.mesh_columns = 2;
  a.tile.crossbars = 1;
  const Job job(a, NetworkBuilder({200, 1, 1}, 8, 1).logits(2), 1);
  ASSERT_EQ(job.plan.tiles_used, 2);
  ASSERT_EQ(job.plan.layers[0].home_tile[0], 0);
  const CycleResult result = job.run();
  EXPECT_EQ(result.inference.logits[0],
            static_cast<double>(workloads::reference_logits(job.network, job.pixels, 1)[0]));
  // External memory: 200 x 8 bits on 64: cycles 40 to 65. Global buffer: written in ceil(1600 / 256) = 7; read for tile
  // 0 in 128 * 8 / 256 = 4 and for tile 1 in ceil(576 / 256) = 3, first bits after 4.
  const Cycle read0 = 65 + 7 + 4 + 4, read1 = read0 + 3;
  // Tile 0 has 32 payload flits, tile 1 18; the interface injects one after the other.
  const Cycle at0 = read0 + 2 + 33;
  const Cycle sent1 = std::max(read1, read0 + 33);
  const Cycle at1 = sent1 + 2 + 1 + 2 + 19;
  // Input buffer: written and read at 256 bits per cycle.
  const Cycle start0 = at0 + 4 + (4 + 1), start1 = at1 + 3 + (3 + 1);
  EXPECT_EQ(result.timeline.layers[0].first_start, start0);
  // Tile 1's sums: accumulated, two words and a header to tile 0, taken in, added, activated.
  const Cycle sums1 = start1 + kMvm + 1;
  const Cycle added = sums1 + (2 + 1 + 2 + 3) + 1 + 1;
  EXPECT_GT(added, start0 + kMvm + 1);
  EXPECT_EQ(result.timeline.layers[0].last_end, added + 1);
}

TEST(Pipeline, CountsTheRowsThatAreDriven) {
  // The network's table is the identity for 8 bits: a pixel's set bits are the phases in which its row is driven.
  const Job job(single_tile(), NetworkBuilder({4, 1, 1}, 8, 1).logits(2), 1);
  std::uint64_t bits = 0, conduction = 0;
  for (int row = 0; row < 4; ++row) {
    const auto set = static_cast<std::uint64_t>(__builtin_popcount(job.pixels[row]));
    bits += set;
    for (int column = 0; column < 16; ++column)
      conduction += set * static_cast<std::uint64_t>(job.chip.blocks[0].codes[row * 16 + column] + job.chip.pedestal);
  }
  const EventCounts counts = job.run().inference.counts;
  EXPECT_EQ(counts.of(1, Event::row_drive), bits);
  EXPECT_EQ(counts.of(1, Event::cell_conduction), conduction);
}

}  // namespace
}  // namespace nvcim::sim
