// SPDX-License-Identifier: Apache-2.0
// The latency law of PIMSIM-NN's crossbar (numbers of their example JSON), for the timing rules and for the machine
// that is built of them.
#include <gtest/gtest.h>

#include "sim/analog/timing.h"
#include "sim/engine.h"
#include "tests/support/random_network.h"

namespace nvcim::sim {
namespace {

/// Their example: 128 x 128, 128 DACs, 2 ADCs (64 columns each) of 10 cycles, 30 ns read at 1 GHz, 8-bit input at 1
/// bit.
Architecture pimsim_example() {
  Architecture architecture;
  architecture.chip.clock = from_si<Frequency>(1e9);
  architecture.crossbar.rows = architecture.crossbar.columns = 128;
  architecture.crossbar.read_time = from_si<Time>(30e-9);
  architecture.dac.bits = 1;
  architecture.adc.columns_per_adc = 64;
  architecture.adc.sample_rate = from_si<Frequency>(1e8);
  architecture.shift_add.time = from_si<Time>(1e-9);
  return architecture;
}

TEST(PimsimCrossbarLatency, ExampleOfTheirFile) {
  const MvmTiming timing = make_mvm_timing(pimsim_example());
  EXPECT_EQ(timing.back(64), 642u);                      // 12 + 63 * 10
  EXPECT_EQ(timing.total(8, 64), timing.front + 5136u);  // front + 8 * 642
  EXPECT_EQ(timing.front, 1u + 30u + 1u);                // their in_buf is our buffer, outside the crossbar
}

/// Their law, written out from the text: front and back of one phase, `phases` of them pipelined.
std::uint64_t law(std::uint64_t dac, std::uint64_t read, std::uint64_t hold, std::uint64_t adc, std::uint64_t shift_add,
                  std::uint64_t turns, std::uint64_t phases) {
  const std::uint64_t out = 1;
  const std::uint64_t front = dac + read + hold;
  const std::uint64_t back = adc + shift_add + out + (turns - 1) * std::max(adc, shift_add + out);
  return front + back + (phases - 1) * std::max(front, back);
}

struct Point {
  int dac_ns, read_ns, hold_ns, adc_ns, shift_add_ns, columns_per_adc, dac_bits;
};

/// Start of the first phase to the end of the activation of a single MVM, cycle by cycle.
std::uint64_t measured(const Point& point) {
  Architecture architecture = pimsim_example();
  architecture.crossbar.encoding = Encoding::differential_pair;
  architecture.crossbar.cell_bits = 7;  // two columns per 8-bit weight: 64 outputs fill 128 columns
  architecture.dac.time = from_si<Time>(point.dac_ns * 1e-9);
  architecture.crossbar.read_time = from_si<Time>(point.read_ns * 1e-9);
  architecture.sample_hold.time = from_si<Time>(point.hold_ns * 1e-9);
  architecture.adc.sample_rate = from_si<Frequency>(1e9 / point.adc_ns);
  architecture.shift_add.time = from_si<Time>(point.shift_add_ns * 1e-9);
  architecture.adc.columns_per_adc = point.columns_per_adc;
  architecture.dac.bits = point.dac_bits;
  const workloads::Network network = nvcim::testing::NetworkBuilder({128, 1, 1}, 8, 3).logits(64);
  const mapping::Plan plan = mapping::make_plan(architecture, network);
  EXPECT_EQ(plan.blocks.size(), 1u);
  EXPECT_EQ(plan.blocks[0].columns, 128);
  const mapping::ChipInstance chip = mapping::program_once(architecture, network, plan, 1, 0);
  const std::vector<std::uint8_t> pixels = nvcim::testing::random_images(network, 1, 2);
  const CycleResult result = run_systemc({architecture, network, plan, chip}, pixels, 1, {});
  return result.timeline.layers[0].last_end - result.timeline.layers[0].first_start;
}

// What follows the crossbar, taking the 64 sums into the accumulator and activating them, has its own closed form.
TEST(PimsimCrossbarLatency, MachineFollowsTheLawToTheCycle) {
  const Point points[] = {
      {1, 30, 1, 10, 1, 64, 1},   // their example: the ADCs set the pace
      {1, 30, 1, 10, 1, 128, 1},  // one ADC
      {1, 30, 1, 10, 1, 1, 1},    // an ADC per column: the read sets the pace
      {1, 30, 1, 1, 1, 8, 1},     // front 32, back 17
      {1, 13, 1, 1, 1, 8, 1},     // front 15, back 17
      {1, 15, 1, 1, 1, 8, 1},     // front 17, back 17
      {2, 5, 3, 1, 4, 8, 1},      // shift-add slower than the ADC
      {0, 1, 0, 1, 0, 1, 1},      // everything as short as it gets
      {1, 30, 1, 10, 1, 64, 2},   // 4 phases
      {1, 30, 1, 10, 1, 64, 8},   // 1 phase: nothing to overlap
      {1, 30, 1, 10, 1, 64, 3},   // 3 phases of 3, 3 and 2 bits
  };
  const DigitalParameters digital;
  const std::uint64_t digital_cycles = 64 / digital.accumulate_lanes + 64 / digital.activation_lanes;
  for (const Point& p : points) {
    const auto phases = static_cast<std::uint64_t>((8 + p.dac_bits - 1) / p.dac_bits);
    const std::uint64_t want = law(p.dac_ns, p.read_ns, p.hold_ns, p.adc_ns, p.shift_add_ns, p.columns_per_adc, phases);
    EXPECT_EQ(measured(p), want + digital_cycles)
        << "dac " << p.dac_ns << ", read " << p.read_ns << ", hold " << p.hold_ns << ", adc " << p.adc_ns
        << ", shift-add " << p.shift_add_ns << ", columns per ADC " << p.columns_per_adc << ", DAC bits " << p.dac_bits;
  }
}

}  // namespace
}  // namespace nvcim::sim
