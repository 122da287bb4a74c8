// SPDX-License-Identifier: Apache-2.0
// Timing of the write controller, counted by hand to the cycle (1 GHz, so a cycle is a nanosecond).
#include <gmock/gmock.h>

#include "sim/programming/first_difference.h"
#include "sim/systemc/program_machine.h"
#include "tests/programming/two_cells.h"

namespace nvcim::sim {
namespace {

using nvcim::testing::choose_seed;
using nvcim::testing::OwnedJob;
using nvcim::testing::two_cells;

ProgramResult both_engines(const OwnedJob& owned) {
  ProgramResult functional = run_programming(owned.job());
  EXPECT_EQ(first_difference(functional, program_systemc(owned.job())), "");
  return functional;
}

// The way of the first row: two levels of 8 bits = 16 bits. Requests run ahead for 40 cycles; 1 on the external bus, 1
// into the global buffer, 4 + 1 out of it: handed over at 47. Header and one flit; router (0, 0) passes them on after
// 2: in the tile at 47 + 2 + 2 = 51, seen at 52. Load: 1 + 1.
constexpr Cycle kFirstLoaded = 54;
// Idle to write 19, one pulse 100. The second row, targets and mask, arrived meanwhile.
constexpr Cycle kFirstWritten = kFirstLoaded + 19 + 100;
constexpr Cycle kLoad = 2;
// Settle: DAC 1, cells 10, hold 1. Both columns hang on one ADC: convert 1, shift-add 1, out 1; the second column 2
// later. Compare 19.
constexpr Cycle kReadOne = 12 + 3 + 19;
constexpr Cycle kReadBoth = kReadOne + 2;
constexpr Cycle kIdleToRead = 19, kReadToWrite = 19, kWriteToRead = 19, kSwitch = 19;

TEST(WriteControllerTiming, ARowInToleranceIsReadOnce) {
  auto owned = two_cells();
  choose_seed(*owned, 0, 0);
  const ProgramResult result = both_engines(*owned);
  EXPECT_EQ(result.first_pass_cycles, kFirstWritten);
  EXPECT_EQ(result.cycles, kFirstWritten + kLoad + kIdleToRead + kReadBoth);
  EXPECT_EQ(result.controllers[0].waited_for_targets, kFirstLoaded - kLoad);
  EXPECT_EQ(result.controllers[0].busy, result.cycles - result.controllers[0].waited_for_targets) << "never idle since";
  EXPECT_EQ(result.counts.cycles, result.controllers[0].busy);
  EXPECT_EQ(result.counts.verify.read_operations, 1u);
  EXPECT_EQ(result.counts.verify.success, 2u);
  EXPECT_EQ(result.counts.cell_attempts, 0u);
}

TEST(WriteControllerTiming, AMixedRowIsSetThenReset) {
  auto owned = two_cells();
  choose_seed(*owned, -1, 1);
  const ProgramResult result = both_engines(*owned);
  EXPECT_EQ(result.cycles, kFirstWritten + kLoad              //
                               + kIdleToRead + kReadBoth      // both are off
                               + kReadToWrite + 100           // SET the low one
                               + kWriteToRead + kReadOne      // it passes
                               + kReadToWrite + kSwitch + 60  // RESET the high one
                               + kWriteToRead + kReadOne);    // it passes
  EXPECT_EQ(result.counts.verify.set_operations, 1u);
  EXPECT_EQ(result.counts.verify.reset_operations, 1u);
  EXPECT_EQ(result.counts.verify.read_operations, 3u);
  EXPECT_EQ(result.counts.verify.read_bits, 4u);
  EXPECT_EQ(result.counts.verify.rounds, 2u);
}

TEST(WriteControllerTiming, ARowThatNeverSwitchesEndsAtTheLimit) {
  auto owned = two_cells();
  owned->architecture.device.set_threshold = from_si<Voltage>(19.0);
  owned->architecture.write_controller.max_attempts = 2;
  choose_seed(*owned, -1, 0);
  const ProgramResult result = both_engines(*owned);
  const Cycle attempt = kReadToWrite + 100 + kWriteToRead + kReadOne;
  EXPECT_EQ(result.cycles, kFirstWritten + kLoad + kIdleToRead + kReadBoth + 2 * attempt);
  EXPECT_EQ(result.counts.verify.failure, 1u);
  EXPECT_EQ(result.cells.blocks[0].state[0], mapping::CellState::unconverged);
  EXPECT_EQ(result.cells.blocks[0].state[1], mapping::CellState::verified);
  EXPECT_EQ(result.cells.blocks[0].pulses[0], 3u);
  EXPECT_EQ(result.counts.cell_attempts, 2u);
  EXPECT_EQ(result.counts.row_attempt_cells, 2u * 2) << "two attempts of a row of two verified cells";
}

TEST(WriteControllerTiming, FewerDriversTakeTurns) {
  auto owned = two_cells();
  choose_seed(*owned, -1, -1);
  const Cycle together = both_engines(*owned).cycles;
  owned->architecture.write_controller.write_drivers = 1;
  // The first write and the SET take a second turn of 100 each.
  EXPECT_EQ(both_engines(*owned).cycles, together + 200);
}

TEST(WriteControllerTiming, AChargePumpForOneCellIsADriverForOne) {
  auto owned = two_cells();
  choose_seed(*owned, -1, -1);
  owned->architecture.write_controller.write_drivers = 1;
  const Cycle one_driver = both_engines(*owned).cycles;
  owned->architecture.write_controller.write_drivers = 128;
  // 40 uS at 2 V takes 80 uA; at the SET ramp's first 1.3 V it takes 52 uA.
  owned->architecture.write_controller.charge_pump_current = from_si<Current>(80e-6);
  EXPECT_EQ(both_engines(*owned).cycles, one_driver);
}

TEST(WriteControllerTiming, PowerIsAskedForOverTheWires) {
  auto owned = two_cells();
  choose_seed(*owned, -1, 0);
  const Cycle unlimited = both_engines(*owned).cycles;
  owned->architecture.write_controller.peak_power = from_si<Power>(1.0);  // more than enough
  // One cycle there and one back, before the first write and before the SET.
  const ProgramResult asked = both_engines(*owned);
  EXPECT_EQ(asked.cycles, unlimited + 4);
  EXPECT_EQ(asked.controllers[0].waited_for_power, 4u);
}

TEST(WriteControllerTiming, ReverifyWaitsAndReadsAgain) {
  auto owned = two_cells();
  choose_seed(*owned, 0, 0);
  const Cycle once = both_engines(*owned).cycles;
  owned->architecture.write_controller.reverify_rounds = 2;
  owned->architecture.write_controller.reverify_wait = from_si<Time>(1e-6);
  const ProgramResult result = both_engines(*owned);
  EXPECT_EQ(result.cycles, once + 2 * (1000 + kLoad + kIdleToRead + kReadBoth));
  EXPECT_EQ(result.controllers[0].waited_to_reverify, 2000u);
  EXPECT_EQ(result.controllers[0].waited_for_targets, kFirstLoaded - kLoad) << "none of the wait";
}

TEST(WriteControllerTiming, ATimeBudgetEndsBeforeTheOperationThatWouldPassIt) {
  auto owned = two_cells();
  choose_seed(*owned, -1, 0);
  const Cycle all = both_engines(*owned).cycles;
  owned->budget.time = from_si<Time>(static_cast<double>(all) * 1e-9);
  EXPECT_FALSE(both_engines(*owned).budget_spent);
  owned->budget.time = from_si<Time>(static_cast<double>(all - 1) * 1e-9);
  const ProgramResult result = both_engines(*owned);
  EXPECT_TRUE(result.budget_spent);
  EXPECT_EQ(result.cycles, all - kWriteToRead - kReadOne);  // the last verify read is missing
  EXPECT_EQ(result.cells.blocks[0].state[0], mapping::CellState::unfinished);
}

TEST(WriteControllerTiming, APulseThatWouldPassTheBudgetIsNotSetUp) {
  auto owned = two_cells();
  choose_seed(*owned, 0, 0);
  owned->budget.time = from_si<Time>(static_cast<double>(kFirstWritten - 1) * 1e-9);
  const ProgramResult result = both_engines(*owned);
  EXPECT_TRUE(result.budget_spent);
  EXPECT_EQ(result.cycles, kFirstLoaded);
  EXPECT_EQ(result.cells.blocks[0].state[0], mapping::CellState::unwritten);
}

TEST(WriteControllerTiming, APulseBudgetIsNeverPassed) {
  auto owned = two_cells();
  choose_seed(*owned, -1, -1);
  for (std::uint64_t pulses : {0u, 1u, 2u, 3u, 4u}) {
    owned->budget.pulses = pulses;
    const ProgramResult result = both_engines(*owned);
    // Both cells are pulsed together: all of an operation's pulses or none.
    EXPECT_EQ(result.cells.blocks[0].pulses[0] + result.cells.blocks[0].pulses[1], pulses / 2 * 2) << pulses;
    EXPECT_EQ(result.budget_spent, pulses < 4) << pulses;
  }
}

/// Without any set-up, a verify or loading ahead: one pulse of the first kind and k of the repeated one.
Cycle word_time(int set_pulses, int reset_pulses) {
  auto owned = two_cells();
  Architecture& a = owned->architecture;
  WriteControllerParameters& c = a.write_controller;
  c.process = WriteProcess::fixed_mean;
  for (Time* time : {&c.set_up_time, &c.idle_to_read_time, &c.read_to_write_time, &c.write_to_read_time,
                     &c.polarity_switch_time, &c.post_read_time})
    *time = from_si<Time>(0.0);
  c.fixed_set_pulses = set_pulses;
  c.fixed_reset_pulses = reset_pulses;
  a.set_pulse.width_start = a.set_pulse.width_stop = from_si<Time>(150e-9);
  a.reset_pulse.width_start = a.reset_pulse.width_stop = from_si<Time>(100e-9);
  const ProgramResult result = both_engines(*owned);
  return result.cycles - result.first_pass_cycles - kLoad;
}

// NVMain's multi-level PCM words: single RESET, multiple SET, k = 7: 100 + 7 x 150; the other way round: 150 + 7 x 100.
TEST(WriteControllerTiming, NvmainsWordsAreDegenerateCases) {
  EXPECT_EQ(word_time(7, 1), 1150u);
  EXPECT_EQ(word_time(1, 7), 850u);
}

}  // namespace
}  // namespace nvcim::sim
