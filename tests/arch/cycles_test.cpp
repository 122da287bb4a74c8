// SPDX-License-Identifier: Apache-2.0
#include "arch/cycles.h"

#include <gtest/gtest.h>

#include "arch/program_cost.h"

namespace nvcim {
namespace {

constexpr Time seconds(double value) {
  return from_si<Time>(value);
}
const Frequency kGigahertz = from_si<Frequency>(1e9);

TEST(Cycles, RoundUpForWhatAnOperationTakesAndDownForWhatFits) {
  EXPECT_EQ(whole_cycles(seconds(0), kGigahertz), 0u);
  EXPECT_EQ(whole_cycles(seconds(100e-9), kGigahertz), 100u);
  EXPECT_EQ(whole_cycles(seconds(100.4e-9), kGigahertz), 101u);
  EXPECT_EQ(whole_cycles(seconds(0.1e-9), kGigahertz), 1u);
  EXPECT_EQ(cycles_within(seconds(100e-9), kGigahertz), 100u);
  EXPECT_EQ(cycles_within(seconds(100.9e-9), kGigahertz), 100u);
  EXPECT_EQ(cycles_within(seconds(0.9e-9), kGigahertz), 0u);
  EXPECT_EQ(whole_cycles(seconds(-1e-9), kGigahertz), 0u);
}

TEST(Cycles, AMillionthOfACycleIsRoundingAndTwoAreNot) {
  static_assert(kCycleRounding == 1e-6);
  EXPECT_EQ(whole_cycles(seconds(100.0000009e-9), kGigahertz), 100u);
  EXPECT_EQ(whole_cycles(seconds(100.0000011e-9), kGigahertz), 101u);
  EXPECT_EQ(cycles_within(seconds(99.9999991e-9), kGigahertz), 100u);
  EXPECT_EQ(cycles_within(seconds(99.9999989e-9), kGigahertz), 99u);
  // 10 ns x 1 GHz = 10.000000000000002 and 0.7 us x 10 GHz = 6999.999999999999 in binary.
  EXPECT_EQ(whole_cycles(seconds(10e-9), kGigahertz), 10u);
  EXPECT_EQ(cycles_within(seconds(0.7e-6), from_si<Frequency>(10e9)), 7000u);
}

TEST(Cycles, OfLongTimesAllowTheRoundingOfADouble) {
  // One step of a double at 1e14 is 0.0156: a day of a 1 GHz clock is not known better, and a millionth would be
  // nothing.
  const double cycles = 1e14;
  EXPECT_EQ(whole_cycles(seconds(1e5 * (1 + 0x1p-52)), kGigahertz), 100'000'000'000'000u);
  EXPECT_EQ(whole_cycles(seconds(1e5 + 1e-9), kGigahertz), 100'000'000'000'001u);
  EXPECT_EQ(cycles_within(seconds(1e5 * (1 - 0x1p-53)), kGigahertz), static_cast<std::uint64_t>(cycles));
  EXPECT_EQ(whole_cycles(seconds(1e30), kGigahertz), std::uint64_t{1} << 63) << "what cannot be counted is the most";
}

// Selection counted 101 ns for a pulse that took the write controllers 100 cycles.
TEST(Cycles, OfAnUnverifiedRowAreThoseOfTheEngines) {
  Architecture a;
  a.chip.clock = kGigahertz;
  a.write_controller.set_up_time = seconds(0);
  for (const double width : {100e-9, 100.0000009e-9, 100.0000011e-9, 0.3e-9}) {
    a.write_controller.pulse_width = seconds(width);
    EXPECT_DOUBLE_EQ(write_row_time(a, 1).value(),
                     1e-9 * static_cast<double>(whole_cycles(a.write_controller.pulse_width, a.chip.clock)))
        << width;
  }
}

}  // namespace
}  // namespace nvcim
