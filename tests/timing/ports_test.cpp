// SPDX-License-Identifier: Apache-2.0
// Modules of a tile beside doubles that stand for their neighbours: a module knows these by their interfaces only.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/kernel/simulation_context.h"
#include "sim/systemc/pooling_unit.h"
#include "sim/systemc/sequencer.h"
#include "tests/timing/job.h"

namespace nvcim::sim {
namespace {

using nvcim::testing::ideal_architecture;
using nvcim::testing::Job;
using nvcim::testing::NetworkBuilder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr workloads::Window kPoint{1, 1, 1, 1, 0, 0, 0, 0};

/// A kernel, and the constants of a job for modules that are built in it.
class Bench {
 public:
  Bench(const Architecture& architecture, const workloads::Network& network, int samples)
      : job_(architecture, network, samples),
        run_(job_.chip_run()),
        constants_(run_, job_.schedule, samples, options_) {}

  Calendar& calendar() { return kernel_.calendar(); }
  const MachineConstants& constants() const { return constants_; }
  const Job& job() const { return job_; }
  /// Runs up to and including `cycle`.
  void run_to(Cycle cycle) { sc_core::sc_start(sc_core::sc_time::from_value(cycle + 1) - sc_core::sc_time_stamp()); }

 private:
  SimulationContext kernel_;
  Job job_;
  ChipRun run_;
  EngineOptions options_;
  MachineConstants constants_;
};

/// In place of an output buffer.
struct RecordingSink : PixelSink {
  void put(Cycle now, Cycle cycle, int source, int group, std::shared_ptr<PixelData> pixel) override {
    EXPECT_GT(cycle, now);
    EXPECT_EQ(source, from_pooling);
    cycles.push_back(cycle);
    groups.push_back(group);
    codes.push_back(pixel->codes);
  }
  std::vector<Cycle> cycles;
  std::vector<int> groups;
  std::vector<std::vector<std::uint8_t>> codes;
};

TEST(Ports, APoolingUnitGivesItsPixelsToWhateverTakesPixels) {
  Architecture a = ideal_architecture();
  a.digital.pooling_lanes = 4;
  Bench bench(a,
              NetworkBuilder({4, 2, 2}, 8, 1)
                  .convolution(2, kPoint)
                  .pool(workloads::PoolKind::maximum, {2, 2, 2, 2, 0, 0, 0, 0})
                  .logits(2),
              1);
  PoolingUnit pooling("pooling", bench.calendar(), bench.constants());
  RecordingSink sink;
  pooling.output.bind(sink);
  pooling.add_group(0, 0);
  const std::vector<std::vector<std::uint8_t>> pixels = {{3, 10}, {7, 2}, {5, 9}, {1, 11}};
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    auto pixel = std::make_shared<PixelData>();
    pixel->codes = pixels[i];
    pooling.put(0, 5 + i, from_activation, 0, std::move(pixel));
  }
  bench.run_to(7);
  EXPECT_THAT(sink.cycles, IsEmpty()) << "the window is complete with its fourth pixel";
  bench.run_to(100);
  EXPECT_THAT(sink.cycles, ElementsAre(8u + 2u)) << "4 comparisons x 2 channels on 4 lanes";
  EXPECT_THAT(sink.groups, ElementsAre(0));
  EXPECT_THAT(sink.codes, ElementsAre(std::vector<std::uint8_t>{7, 11}));
  EventCounts counts(bench.job().network.nodes.size());
  pooling.statistics().add_to(counts);
  EXPECT_EQ(counts.of(2, Event::pooling), 8u);
  EXPECT_EQ(counts.total(Event::pooling), 8u);
}

/// In place of a crossbar: takes MVMs and never works on them.
struct IdleCrossbar : MvmSink {
  void load(Cycle, Cycle cycle, MvmJobPtr job) override {
    cycles.push_back(cycle);
    codes.push_back(job->codes);
  }
  std::vector<Cycle> cycles;
  std::vector<std::vector<std::uint8_t>> codes;
};

/// In place of the global buffer.
struct RecordingCredits : PixelCreditSink {
  void give_credit(Cycle, Cycle cycle, int group, int reader, std::uint64_t limit) override {
    EXPECT_EQ(group, 0);
    EXPECT_EQ(reader, 7);
    cycles.push_back(cycle);
    limits.push_back(limit);
  }
  std::vector<Cycle> cycles;
  std::vector<std::uint64_t> limits;
};

/// In place of an activation unit that is not needed.
struct NoOperands : OperandSink {
  void combine(Cycle, Cycle, int, std::uint64_t, std::vector<std::vector<std::uint8_t>>) override {
    ADD_FAILURE() << "no digital stage is here";
  }
};

/// A sequencer that reads the image for the one layer of a network of four inputs, and doubles around it.
class SequencerAlone {
 public:
  SequencerAlone(int input_registers, int samples)
      : bench_(
            [&] {
              Architecture a = ideal_architecture();
              a.crossbar.input_registers = input_registers;
              a.buffer.bus_bits = 256;
              a.buffer.access_cycles = 1;
              return a;
            }(),
            NetworkBuilder({4, 1, 1}, 8, 1).logits(2), samples),
        shares_(share_buffers(bench_.constants())),
        sequencer("input_buffer", bench_.calendar(), bench_.constants(), 0, 1) {
    sequencer.crossbars.bind(crossbar);
    sequencer.operands.bind(operands_);
    sequencer.add_map(shares_.inputs.at(0).at(0));
    sequencer.add_mvm(0, 0, 0, 0);
    sequencer.add_part(bench_.job().schedule.input_consumers.at(0), 0, credits, 0, 7, mapping::kGlobalBuffer);
  }
  /// The pixel of a sample, all written by the cycle after.
  void deliver(Cycle now, std::uint64_t sample, std::vector<std::uint8_t> codes) {
    auto pixel = std::make_shared<PixelData>();
    pixel->codes = std::move(codes);
    auto transfer = std::make_unique<Transfer>();
    transfer->bits = 32;
    transfer->index = sample;
    transfer->channel_end = 4;
    transfer->pixel = std::move(pixel);
    sequencer.deliver(now, std::move(transfer));
  }
  std::uint64_t capacity() const { return static_cast<std::uint64_t>(shares_.inputs.at(0).at(0).capacity_pixels); }
  void run_to(Cycle cycle) { bench_.run_to(cycle); }

 private:
  Bench bench_;
  BufferShares shares_;
  NoOperands operands_;

 public:
  IdleCrossbar crossbar;
  RecordingCredits credits;
  Sequencer sequencer;
};

TEST(Ports, ASequencerLoadsWhateverTakesMvms) {
  SequencerAlone tile(2, 3);
  tile.deliver(0, 0, {1, 2, 3, 4});  // written in cycle 1, one a cycle
  tile.deliver(0, 1, {5, 6, 7, 8});
  tile.deliver(0, 2, {9, 10, 11, 12});
  tile.run_to(50);
  // 32 bits through a bus of 256: one cycle each, the first bits after one more.
  EXPECT_THAT(tile.crossbar.cycles, ElementsAre(1u + 1 + 1, 2u + 1 + 1)) << "as many as it has input registers";
  EXPECT_THAT(tile.crossbar.codes,
              ElementsAre(std::vector<std::uint8_t>{1, 2, 3, 4}, std::vector<std::uint8_t>{5, 6, 7, 8}));
  tile.sequencer.free_register(50, 60, 0);
  tile.run_to(100);
  EXPECT_THAT(tile.crossbar.cycles, ElementsAre(3u, 4u, 60u + 1 + 1));
  EXPECT_EQ(tile.crossbar.codes.back(), (std::vector<std::uint8_t>{9, 10, 11, 12}));
  // Room for all from the start; for one pixel more when its rows are read, a cycle later at the sender.
  EXPECT_THAT(tile.credits.cycles, ElementsAre(1u, 3u + 1, 4u + 1, 62u + 1));
  EXPECT_THAT(tile.credits.limits,
              ElementsAre(tile.capacity(), tile.capacity() + 1, tile.capacity() + 2, tile.capacity() + 3));
}

TEST(Ports, ASequencerFillsAsManyInputRegistersAsTheFileSays) {
  for (const int registers : {1, 3}) {
    SequencerAlone tile(registers, 4);
    for (std::uint64_t sample = 0; sample < 4; ++sample) tile.deliver(0, sample, {1, 2, 3, 4});
    tile.run_to(50);
    EXPECT_EQ(tile.crossbar.cycles.size(), static_cast<std::size_t>(registers));
  }
}

TEST(Ports, AModuleWithAnOpenPortDoesNotStart) {
  Bench bench(ideal_architecture(), NetworkBuilder({4, 1, 1}, 8, 1).logits(2), 1);
  PoolingUnit pooling("pooling", bench.calendar(), bench.constants());
  try {
    sc_core::sc_start();
    ADD_FAILURE() << "started";
  } catch (const sc_core::sc_report& report) {
    EXPECT_THAT(report.what(), HasSubstr("pooling.output"));
  }
}

}  // namespace
}  // namespace nvcim::sim
