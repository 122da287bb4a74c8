// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "arch/cost/area_table.h"
#include "arch/load.h"

// Shafiee et al., ISCA 2016, Table I, as the component table and its roll-up are quoted in tests/NUMBERS.md (N1).
namespace nvcim {
namespace {

constexpr double kTolerance = 1e-3;

#define EXPECT_WITHIN(value, published) EXPECT_NEAR((value) / (published), 1.0, kTolerance)

class Isaac : public ::testing::Test {
 protected:
  Architecture architecture_ = load_architecture("isaac_isca_2016");
  AreaTable table_ = area_table(architecture_);
  const int tiles_ = 168;
  const int imas_ = 12 * 168;

  double milliwatt(const std::string& name) const { return table_.entry(name).peak_power().value() * 1e3; }
  double square_millimetre(const std::string& name) const { return table_.entry(name).area().value() * 1e6; }
  template <class Value>
  double sum(const std::vector<std::string>& names, Value value) const {
    double total = 0;
    for (const std::string& name : names) total += value(name);
    return total;
  }
  const std::vector<std::string> ima_parts_ = {
      "adc", "dac", "sample_hold", "crossbar", "shift_add", "input_register", "output_register"};
  const std::vector<std::string> tile_parts_ = {"buffer",       "bus",     "interconnect",        "activation",
                                                "accumulation", "pooling", "tile_output_register"};
};

TEST_F(Isaac, HasAsManyOfEveryPart) {
  EXPECT_EQ(table_.entry("adc").count, imas_ * 8);
  EXPECT_EQ(table_.entry("dac").count, imas_ * 8 * 128);
  EXPECT_EQ(table_.entry("sample_hold").count, imas_ * 8 * 128);
  EXPECT_EQ(table_.entry("crossbar").count, imas_ * 8);
  EXPECT_EQ(table_.entry("shift_add").count, imas_ * 4);
  EXPECT_EQ(table_.entry("input_register").count, imas_);
  EXPECT_EQ(table_.entry("output_register").count, imas_);
  EXPECT_EQ(table_.entry("activation").count, tiles_ * 2);
  EXPECT_EQ(table_.entry("accumulation").count, tiles_);
  EXPECT_EQ(table_.entry("pooling").count, tiles_);
  EXPECT_EQ(table_.entry("interconnect").count, tiles_ / 4);
  EXPECT_EQ(table_.entry("chip_link").count, 4);
}

TEST_F(Isaac, EveryPartHasItsPublishedPowerAndArea) {
  struct Part {
    const char* name;
    int per;
    double milliwatt, square_millimetre;
  };
  const Part parts[] = {{"adc", imas_, 16, 0.0096},
                        {"dac", imas_, 4, 0.00017},
                        {"sample_hold", imas_, 0.010, 0.00004},
                        {"crossbar", imas_, 2.4, 0.0002},
                        {"shift_add", imas_, 0.2, 0.00024},
                        {"input_register", imas_, 1.24, 0.0021},
                        {"output_register", imas_, 0.23, 0.00077},
                        {"buffer", tiles_, 20.7, 0.083},
                        {"bus", tiles_, 7, 0.090},
                        {"interconnect", tiles_ / 4, 42, 0.151},
                        {"activation", tiles_, 0.52, 0.0006},
                        {"accumulation", tiles_, 0.05, 0.00006},
                        {"pooling", tiles_, 0.4, 0.00024},
                        {"tile_output_register", tiles_, 1.68, 0.0032},
                        {"chip_link", 1, 10400, 22.88}};
  for (const Part& part : parts) {
    EXPECT_WITHIN(milliwatt(part.name) / part.per, part.milliwatt) << part.name;
    EXPECT_WITHIN(square_millimetre(part.name) / part.per, part.square_millimetre) << part.name;
  }
}

TEST_F(Isaac, ImaRollsUp) {
  EXPECT_WITHIN(sum(ima_parts_, [&](auto& n) { return milliwatt(n); }) / imas_, 24.08);
  EXPECT_WITHIN(sum(ima_parts_, [&](auto& n) { return square_millimetre(n); }) / imas_, 0.01312);
}

TEST_F(Isaac, TileRollsUp) {
  auto parts = ima_parts_;
  parts.insert(parts.end(), tile_parts_.begin(), tile_parts_.end());
  const double milliwatts = sum(parts, [&](auto& n) { return milliwatt(n); });
  const double square_millimetres = sum(parts, [&](auto& n) { return square_millimetre(n); });
  EXPECT_WITHIN(milliwatts / tiles_, 329.8);
  EXPECT_WITHIN(square_millimetres / tiles_, 0.3723);
  EXPECT_WITHIN(milliwatts, 55.41e3);
  EXPECT_WITHIN(square_millimetres, 62.54);
}

TEST_F(Isaac, ChipRollsUp) {
  EXPECT_WITHIN(table_.peak_power().value(), 65.81);
  EXPECT_WITHIN(table_.area().value() * 1e6, 85.42);
  EXPECT_WITHIN(table_.static_power().value(), 10.4) << "HyperTransport is always on";
}

TEST_F(Isaac, PeakThroughputOfSixteenBits) {
  const PeakThroughput peak = peak_throughput(architecture_, 16, 16);
  EXPECT_WITHIN(peak.ops_per_second / imas_, 20.48e9);
  EXPECT_WITHIN(peak.ops_per_second, 41.29e12);
  EXPECT_WITHIN(peak.ops_per_second_per_mm2, 483.5e9);
  EXPECT_WITHIN(peak.ops_per_joule, 627.5e9);
}

}  // namespace
}  // namespace nvcim
