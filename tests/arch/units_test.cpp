// SPDX-License-Identifier: Apache-2.0
#include "arch/units.h"

#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace nvcim {
namespace {

double parsed(std::string_view text, std::string_view symbol) {
  std::string why;
  const std::optional<double> value = parse_si(text, symbol, why);
  EXPECT_TRUE(value.has_value()) << text << " " << why;
  return value.value_or(std::nan(""));
}

std::string refused(std::string_view text, std::string_view symbol) {
  std::string why;
  EXPECT_FALSE(parse_si(text, symbol, why).has_value()) << text;
  return why;
}

TEST(Units, EveryPrefixIsItsPowerOfTen) {
  const std::vector<std::pair<std::string, double>> prefixes = {{"a", 1e-18}, {"f", 1e-15}, {"p", 1e-12}, {"n", 1e-9},
                                                                {"u", 1e-6},  {"m", 1e-3},  {"", 1.0},    {"k", 1e3},
                                                                {"M", 1e6},   {"G", 1e9},   {"T", 1e12}};
  for (const auto& [prefix, factor] : prefixes) EXPECT_EQ(parsed("1 " + prefix + "J", "J"), factor) << prefix;
}

TEST(Units, TextIsReadAsPeopleWriteIt) {
  EXPECT_EQ(parsed("40 uS", "S"), 40e-6);
  EXPECT_EQ(parsed("40uS", "S"), 40e-6);
  EXPECT_EQ(parsed("  40\tuS ", "S"), 40e-6);
  EXPECT_EQ(parsed("40 µS", "S"), 40e-6);
  EXPECT_EQ(parsed("40 \u03bcS", "S"), 40e-6);
  EXPECT_EQ(parsed("+.5e1 V", "V"), 5.0);
  EXPECT_EQ(parsed("-3E-2 mV", "V"), -3e-5);
  EXPECT_EQ(parsed("2 kΩ", "ohm"), 2000.0);
  EXPECT_EQ(parsed("2 k\u2126", "ohm"), 2000.0);
  EXPECT_EQ(parsed("0.5 um^2", "m^2"), 0.5e-12);
  EXPECT_EQ(parsed("0.5 µm²", "m^2"), 0.5e-12);
  EXPECT_EQ(parsed("32 nm", "m"), 32e-9);
  EXPECT_EQ(parsed("3 m", "m"), 3.0);
  EXPECT_EQ(parsed("3 mm", "m"), 3e-3);
  EXPECT_DOUBLE_EQ(parsed("85 C", "K"), 358.15);
  EXPECT_EQ(parsed("300 K", "K"), 300.0);
  EXPECT_EQ(parsed("2 h", "s"), 7200.0);
  EXPECT_EQ(parsed("10 y", "s"), 10 * 365.25 * 86400);
  EXPECT_EQ(parsed("1 year", "s"), 31557600.0);
}

TEST(Units, OneRoundingOnly) {
  // 0.1 * 1e-9 in doubles is not 1e-10.
  EXPECT_EQ(parsed("0.1 ns", "s"), 0.1e-9);
  EXPECT_EQ(parsed("1.6666666666666667 pJ", "J"), 1.6666666666666667e-12);
}

TEST(Units, WhatIsNotAQuantityIsRefusedWithTheReason) {
  EXPECT_EQ(refused("40", "S"), "has no unit; write e.g. \"40 uS\"");
  EXPECT_EQ(refused("40 V", "S"), "has unit V where S is needed; write e.g. \"40 uS\"");
  EXPECT_EQ(refused("40 xS", "S"), "has unit xS where S is needed; write e.g. \"40 uS\"");
  EXPECT_EQ(refused("40", "s"), "has no unit; write e.g. \"10 ns\"; units: s with a prefix (ns, us, ms), min, h, d, y");
  EXPECT_EQ(refused("40", "K"), "has no unit; write e.g. \"300 K\"; units: C, K");
  std::string why;
  EXPECT_FALSE(parse_si("3600", "s", why, "1 h").has_value());
  EXPECT_THAT(why, ::testing::HasSubstr("write e.g. \"1 h\""));
  EXPECT_EQ(refused("85 C", "V"), "has unit C where V is needed; write e.g. \"0.2 V\"");
  for (const char* text : {"", "uS", "nan S", "inf S", "- S", ". S", "e5 S", "1.2.3 S", "0x10 S", "1,5 S"})
    EXPECT_FALSE(refused(text, "S").empty()) << text;
  EXPECT_EQ(refused("1e400 S", "S"), "is not a number that fits a double");
  EXPECT_EQ(refused("1e99999999999 S", "S"), "is not a number that fits a double");
}

TEST(Units, FormattedQuantityReadsBackToTheSameDouble) {
  std::mt19937_64 bits(7);
  for (const char* symbol : {"s", "m^2", "S", "ohm", "K"}) {
    for (int i = 0; i < 20000; ++i) {
      const double value = std::bit_cast<double>(bits());
      if (!std::isfinite(value)) continue;
      const std::string text = format_si(value, symbol);
      ASSERT_EQ(std::bit_cast<std::uint64_t>(parsed(text, symbol)), std::bit_cast<std::uint64_t>(value)) << text;
    }
    for (int exponent = -25; exponent < 20; ++exponent)
      for (double mantissa : {1.0, 1.5, 9.999999999999998, 0.1 + 0.2}) {
        const double value = mantissa * std::pow(10.0, exponent);
        ASSERT_EQ(parsed(format_si(value, symbol), symbol), value) << format_si(value, symbol);
      }
  }
}

TEST(Units, PrefixPutsTheNumberBetweenOneAndAThousand) {
  EXPECT_EQ(format_si(40e-6, "S"), "40 uS");
  EXPECT_EQ(format_si(0.2, "V"), "200 mV");
  EXPECT_EQ(format_si(1.2e9, "Hz"), "1.2 GHz");
  EXPECT_EQ(format_si(999.5e-9, "s"), "999.5 ns");
  EXPECT_EQ(format_si(1e-6, "s"), "1 us");
  EXPECT_EQ(format_si(-3e-12, "J"), "-3 pJ");
  EXPECT_EQ(format_si(0, "W"), "0 W");
  EXPECT_EQ(format_si(1e-20, "J"), "1e-20 J");
  EXPECT_EQ(format_si(85.42e-6, "m^2"), "85.42 mm^2");
  EXPECT_EQ(format_si(25e-12, "m^2"), "25 um^2");
  EXPECT_EQ(format_si(1.5e5, ""), "150 k");
}

TEST(Units, RoundedForPeople) {
  EXPECT_EQ(format_si_rounded(1.0 / 6 * 1e-11, "J", 3), "1.67 pJ");
  EXPECT_EQ(format_si_rounded(999.99e-9, "s", 3), "1 us");
  EXPECT_EQ(format_si_rounded(1.23456e-3, "W"), "1.235 mW");
  EXPECT_EQ(format_si_rounded(1.773e-3, "m^2"), "1773 mm^2");
  EXPECT_EQ(format_si_rounded(85.42e-6, "m^2"), "85.42 mm^2");
  EXPECT_EQ(format_si_rounded(5e-10, "m^2"), "500 um^2");
  EXPECT_EQ(format_si_rounded(2.5, "m^2"), "2.5 m^2");
  EXPECT_EQ(format_si(1.773e-3, "m^2"), "0.001773 m^2") << "files keep their text";
  EXPECT_EQ(format_si_rounded(std::numeric_limits<double>::quiet_NaN(), "W"), "nan W");
}

}  // namespace
}  // namespace nvcim
