// SPDX-License-Identifier: Apache-2.0
#include "sim/analog/timing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace nvcim::sim {
namespace {

TEST(Cycles, AreRoundedUp) {
  const Frequency clock = from_si<Frequency>(1e9);
  EXPECT_EQ(cycles(from_si<Time>(0), clock), 0u);
  EXPECT_EQ(cycles(from_si<Time>(0.1e-9), clock), 1u);
  EXPECT_EQ(cycles(from_si<Time>(1e-9), clock), 1u);
  EXPECT_EQ(cycles(from_si<Time>(1.01e-9), clock), 2u);
  EXPECT_EQ(cycles(from_si<Time>(10e-9), clock), 10u);
  EXPECT_EQ(cycles(from_si<Time>(100e-9), from_si<Frequency>(1.2e9)), 120u);
}

TEST(Cycles, AMillionthOfACycleIsRoundingAndMoreIsNot) {
  const Frequency clock = from_si<Frequency>(1e9);
  // Decimal times whose product with the clock is above the whole number in binary: it must not cost one more.
  for (const auto& [nanoseconds, gigahertz] : {std::pair(61.0, 1.0), {121.0, 1.0}, {254.0, 1.0}, {195.0, 1.2}}) {
    const double product = nanoseconds * 1e-9 * (gigahertz * 1e9);
    const Time time = from_si<Time>(std::stod(std::to_string(int(nanoseconds)) + "e-9"));
    const Frequency of = from_si<Frequency>(gigahertz * 1e9);
    ASSERT_GT((time * of).value(), std::round(product)) << "nothing to allow for";
    EXPECT_EQ(cycles(time, of), static_cast<Cycle>(std::round(product))) << nanoseconds;
  }
  EXPECT_EQ(cycles(from_si<Time>(7.0000005e-9), clock), 7u) << "half a millionth above";
  EXPECT_EQ(cycles(from_si<Time>(7.000002e-9), clock), 8u) << "two millionths above";
  EXPECT_EQ(cycles(from_si<Time>(6.999999e-9), clock), 7u);
}

TEST(Cycles, OfATransferAreAtLeastOne) {
  EXPECT_EQ(transfer_cycles(0, 8), 1u);
  EXPECT_EQ(transfer_cycles(8, 8), 1u);
  EXPECT_EQ(transfer_cycles(9, 8), 2u);
  EXPECT_EQ(transfer_cycles(16, 8), 2u);
}

TEST(MvmTiming, RoundsEachPartOfTheFrontSeparatelyAndIsNeverZero) {
  Architecture architecture;
  architecture.chip.clock = from_si<Frequency>(1e9);
  architecture.dac.time = from_si<Time>(0.5e-9);
  architecture.crossbar.read_time = from_si<Time>(10.5e-9);
  architecture.sample_hold.time = from_si<Time>(0);
  architecture.adc.sample_rate = from_si<Frequency>(0.7e9);
  architecture.shift_add.time = from_si<Time>(0);
  const MvmTiming timing = make_mvm_timing(architecture);
  EXPECT_EQ(timing.front, 1u + 11u + 0u);
  EXPECT_EQ(timing.adc, 2u);
  EXPECT_EQ(timing.shift_add, 0u);
  architecture.adc.sample_rate = from_si<Frequency>(10e9);
  EXPECT_EQ(make_mvm_timing(architecture).adc, 1u);
}

/// PIMSIM-NN's example (tests/NUMBERS.md N6): 128 x 128, 128 DACs, 2 ADCs, adc 10, shift-add 1, out 1, 30 ns at 1 ns,
/// 8-bit input at 1 bit: back = 12 + 63 * 10 = 642 cycles, total = front + 8 * 642.
TEST(MvmTiming, MatchesTheExampleOfPimsim) {
  Architecture architecture;
  architecture.chip.clock = from_si<Frequency>(1e9);
  architecture.dac.time = from_si<Time>(0);
  architecture.crossbar.read_time = from_si<Time>(30e-9);
  architecture.sample_hold.time = from_si<Time>(0);
  architecture.adc.sample_rate = from_si<Frequency>(100e6);
  architecture.shift_add.time = from_si<Time>(1e-9);
  const MvmTiming timing = make_mvm_timing(architecture);
  EXPECT_EQ(timing.front, 30u);
  EXPECT_EQ(timing.back(64), 642u);
  EXPECT_EQ(timing.total(8, 64), 30u + 5136u);
}

TEST(MvmTiming, IsBoundByTheFrontWhenThatIsLonger) {
  MvmTiming timing;
  timing.front = 50;
  timing.adc = 1;
  timing.shift_add = 1;
  EXPECT_EQ(timing.back(4), 3u + 3u * 2u);
  EXPECT_EQ(timing.total(8, 4), 50u + 9u + 7u * 50u);
  EXPECT_EQ(timing.total(1, 4), 59u);
}

TEST(MvmTiming, OneHoldKeepsEachPhaseUntilItIsConverted) {
  Architecture architecture;
  architecture.sample_hold.holds = 1;
  MvmTiming timing = make_mvm_timing(architecture);
  timing.front = 50;
  timing.adc = 1;
  timing.shift_add = 1;
  EXPECT_EQ(timing.total(8, 4), 8u * (50u + 9u));
  timing.holds = 3;  // no faster than two: front and back each take one phase at a time
  EXPECT_EQ(timing.total(8, 4), 50u + 9u + 7u * 50u);
}

TEST(AdcTurns, CountTheBusiestConverterOfTheBlock) {
  mapping::Block block;
  block.columns = 128;
  EXPECT_EQ(adc_turns(block, 64), 64);
  EXPECT_EQ(adc_turns(block, 128), 128);
  EXPECT_EQ(adc_turns(block, 1), 1);
  block.columns = 5;  // fits into one ADC of 8 columns …
  EXPECT_EQ(adc_turns(block, 8), 5);
  block.crossbar_column = 6;  // … and lies across two: columns 6, 7 and 8, 9, 10
  EXPECT_EQ(adc_turns(block, 8), 3);
}

}  // namespace
}  // namespace nvcim::sim
