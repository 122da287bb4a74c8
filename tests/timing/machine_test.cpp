// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random_graph.h"
#include "tests/timing/job.h"
#include "workloads/operators/pool.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

using nvcim::testing::ideal_architecture;
using nvcim::testing::Job;

void expect_reference(const Job& job, const CycleResult& result) {
  const std::vector<std::int64_t> reference = workloads::reference_logits(job.network, job.pixels, job.samples);
  for (std::size_t i = 0; i < reference.size(); ++i)
    ASSERT_EQ(result.inference.logits[i], static_cast<double>(reference[i])) << "logit " << i;
  const EventCounts sample = mapping::count_sample(job.architecture, job.network, job.plan, job.schedule);
  for (std::size_t row = 0; row < sample.rows(); ++row)
    for (const EventInfo& info : kEventInfo) {
      if (info.event == Event::row_drive || info.event == Event::cell_conduction) continue;
      ASSERT_EQ(result.inference.counts.of(row, info.event),
                sample.of(row, info.event) * static_cast<std::uint64_t>(job.samples))
          << info.name << " in row " << row;
    }
}

/// Every node's codes of every sample, from the definition.
void expect_reference_codes(const Job& job, const CycleResult& result) {
  for (int sample = 0; sample < job.samples; ++sample) {
    std::vector<std::uint8_t> codes(job.network.input.size());
    workloads::encode_image(job.network, job.pixels.data() + std::size_t(sample) * codes.size(), codes.data());
    for (std::size_t n = 0; n < job.network.nodes.size(); ++n) {
      const workloads::Node& node = job.network.nodes[n];
      if (node.kind == workloads::Node::Kind::mvm && node.mvm.raw_output) break;
      std::vector<std::uint8_t> next(node.output.size());
      if (node.kind == workloads::Node::Kind::pool) {
        workloads::pool(node, codes.data(), next.data());
      } else {
        std::vector<std::int64_t> sums(next.size());
        workloads::reference_mvm(node, codes.data(), sums.data());
        for (std::size_t i = 0; i < next.size(); ++i) {
          const int output = static_cast<int>(i) / node.positions();
          next[i] = workloads::requantise(static_cast<double>(sums[i]), node.mvm.bias[output],
                                          node.mvm.requantisation_of(output));
        }
      }
      ASSERT_EQ(result.inference.traces[sample].codes[n], next) << node.name << " of sample " << sample;
      codes = std::move(next);
    }
  }
}

TEST(Machine, LenetGivesTheReferenceAndTheScheduledCounts) {
  const Job job(ideal_architecture(), nvcim::testing::random_lenet(1), 2);
  MachineStatistics statistics;
  const CycleResult result = job.run({.statistics = &statistics});
  expect_reference(job, result);
  expect_reference_codes(job, result);
  EXPECT_LT(statistics.activations, 100'000u * 2);  // the budget: 20 to 100 thousand per sample
}

TEST(Machine, ManyMachinesRunOneAfterTheOtherInOneProcess) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    const Job job(ideal_architecture(), nvcim::testing::random_network(seed), 1 + static_cast<int>(seed % 3));
    const CycleResult result = job.run();
    expect_reference(job, result);
    expect_reference_codes(job, result);
  }
}

/// A chip small in everything: many tiles, copies, packed crossbars, buffers of two packets.
Architecture cramped_architecture(std::uint64_t seed, const workloads::Network& network) {
  Architecture a = ideal_architecture();
  a.crossbar.rows = 24;
  a.crossbar.columns = 40;
  a.tile.crossbars = 1 + static_cast<int>(seed % 4);
  a.mapping.packing = seed % 2 == 0 ? Packing::crossbar : Packing::none;
  a.interconnect.flit_bits = 8;
  a.interconnect.buffer_flits = 2 + static_cast<int>(seed % 5);
  a.interconnect.link_cycles = 1 + static_cast<int>(seed % 3);
  a.crossbar.input_registers = 1 + static_cast<int>(seed % 2);
  a.sample_hold.holds = 1 + static_cast<int>(seed / 2 % 3);
  a.digital.sum_slots = 1 + static_cast<int>(seed / 3 % 4);
  a.chip.mesh_rows = 64;
  a.chip.mesh_columns = 5;
  for (const workloads::Node& node : network.nodes)
    if (node.kind == workloads::Node::Kind::mvm && seed % 3 != 0)
      a.mapping.duplicate[node.name] = 1 + static_cast<int>(seed % 5);
  a.chip.mesh_rows = (mapping::make_plan(a, network).tiles_used + 4) / 5;
  return a;
}

void take_the_spare(BufferShares& shares) {
  for (auto& [tile, inputs] : shares.inputs)
    for (InputShare& share : inputs) share.capacity_pixels = share.needed_pixels;
  for (auto& [tile, outputs] : shares.outputs)
    for (OutputShare& share : outputs) share.capacity_pixels = share.needed_pixels;
}

TEST(Machine, NeverLocksUpHoweverSmall) {
  for (std::uint64_t seed = 100; seed < 160; ++seed) {
    SCOPED_TRACE(seed);
    const workloads::Network network = nvcim::testing::random_network(seed);
    const Job job(cramped_architecture(seed, network), network, 2);
    expect_reference(job, job.run({.change = take_the_spare}));
  }
}

TEST(Machine, NeverLocksUpHoweverSmallOnGraphs) {
  for (std::uint64_t seed = 100; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    const workloads::Network network = nvcim::testing::random_graph(seed);
    const Job job(cramped_architecture(seed, network), network, 2);
    expect_reference(job, job.run({.change = take_the_spare}));
  }
}

bool same_timeline(const Timeline& a, const Timeline& b) {
  if (a.total_cycles != b.total_cycles || a.units.size() != b.units.size()) return false;
  for (std::size_t i = 0; i < a.samples.size(); ++i)
    if (a.samples[i].first_input != b.samples[i].first_input || a.samples[i].last_output != b.samples[i].last_output)
      return false;
  for (std::size_t i = 0; i < a.layers.size(); ++i)
    if (a.layers[i].first_start != b.layers[i].first_start || a.layers[i].last_end != b.layers[i].last_end)
      return false;
  for (std::size_t i = 0; i < a.units.size(); ++i)
    if (a.units[i].busy_cycles != b.units[i].busy_cycles || a.units[i].stall_cycles != b.units[i].stall_cycles)
      return false;
  return true;
}

TEST(Machine, TheOrderOfProcessesWithinACycleChangesNothing) {
  for (std::uint64_t seed = 200; seed < 240; ++seed) {
    const workloads::Network network =
        seed % 2 == 0 ? nvcim::testing::random_network(seed) : nvcim::testing::random_graph(seed);
    const Job job(cramped_architecture(seed, network), network, 3);
    const CycleResult straight = job.run({.change = take_the_spare});
    const CycleResult shuffled = job.run({.change = take_the_spare, .shuffle = static_cast<std::uint32_t>(seed)});
    EXPECT_TRUE(same_timeline(straight.timeline, shuffled.timeline)) << seed;
    EXPECT_EQ(straight.inference.counts, shuffled.inference.counts) << seed;
    EXPECT_EQ(straight.inference.logits, shuffled.inference.logits) << seed;
  }
}

TEST(Machine, ASecondThreadForTheValuesChangesNothing) {
  for (std::uint64_t seed = 500; seed < 540; ++seed) {
    const workloads::Network network =
        seed % 2 == 0 ? nvcim::testing::random_network(seed) : nvcim::testing::random_graph(seed);
    const Job job(cramped_architecture(seed, network), network, 2);
    const CycleResult alone = job.run({.change = take_the_spare}), helped = job.run({.change = take_the_spare}, 2);
    EXPECT_TRUE(same_timeline(alone.timeline, helped.timeline)) << seed;
    EXPECT_EQ(alone.timeline.at_full_scale, helped.timeline.at_full_scale) << seed;
    EXPECT_EQ(alone.inference.counts, helped.inference.counts) << seed;
    EXPECT_EQ(alone.inference.logits, helped.inference.logits) << seed;
  }
}

TEST(Machine, NoUnitWorksOrWaitsLongerThanTheRun) {
  for (std::uint64_t seed = 300; seed < 420; ++seed) {
    SCOPED_TRACE(seed);
    const workloads::Network network =
        seed % 2 == 0 ? nvcim::testing::random_network(seed) : nvcim::testing::random_graph(seed);
    const Job job(cramped_architecture(seed, network), network, 2);
    const Timeline timeline = job.run({}).timeline;
    for (const Timeline::Sample& sample : timeline.samples) EXPECT_LE(sample.last_output, timeline.total_cycles);
    for (const Timeline::Unit& unit : timeline.units)
      EXPECT_LE(unit.busy_cycles + unit.stall_cycles, timeline.total_cycles) << unit.name;
  }
}

TEST(Machine, CountsTheConversionsThatReadFullScale) {
  Architecture architecture = ideal_architecture();
  architecture.adc.model = AdcModel::sar;
  architecture.adc.bits = 4;
  Job job(architecture, nvcim::testing::NetworkBuilder({8, 1, 1}, 8, 1).logits(1), 2);
  for (std::int16_t& weight : job.network.nodes[0].mvm.weights) weight = 127;
  for (auto& table : job.network.input_table) table.fill(255);
  job.chip = mapping::program_once(architecture, job.network, job.plan, 1, 0);
  // 127 is 1, 3, 3, 3 in cells of two bits, and nothing in the other cell of each pair. Eight rows, every input bit
  // set: columns of 8, 24, 24, 24 and four of 0 levels against the 15 that four bits reach, in each of eight phases.
  const CycleResult result = job.run();
  EXPECT_EQ(result.inference.counts.total(Event::adc_conversion), 2u * 8 * 8);
  EXPECT_EQ(result.timeline.at_full_scale, 2u * 8 * 3);
}

TEST(Machine, PrintsNothing) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Job(ideal_architecture(), nvcim::testing::random_network(1), 1).run();
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(Machine, TellsItsProgress) {
  const Job job(ideal_architecture(), nvcim::testing::random_network(3), 3);
  std::vector<int> done;
  EngineOptions options;
  options.progress = [&](int samples, int total) {
    EXPECT_EQ(total, 3);
    done.push_back(samples);
  };
  run_systemc(job.chip_run(), job.pixels, job.samples, options);
  EXPECT_EQ(done, (std::vector<int>{1, 2, 3}));
}

}  // namespace
}  // namespace nvcim::sim
