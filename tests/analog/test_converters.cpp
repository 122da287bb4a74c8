// SPDX-License-Identifier: Apache-2.0
#include "sim/analog/converters.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/analog/phase.h"

namespace nvcim::sim {
namespace {

mapping::WeightEncoding encoding_of(const Architecture& architecture) {
  return mapping::make_encoding(architecture, 8);
}

std::int32_t convert_one(const LayerConversion& conversion, std::int32_t sum, const float* noise = nullptr,
                         float gain = 1, float offset = 0) {
  const mapping::ColumnConverters converters{{gain}, {offset}};
  std::int32_t code = 0;
  convert_columns(conversion, converters, &sum, noise, 1, &code);
  return code;
}

TEST(Conversion, UnitLsbIsOneCellLevelAtOneInputStep) {
  const Architecture architecture;  // 2-bit cells on 2^10 steps: 3 levels, 1024 / 3 rounded down to 256 steps each
  const LayerConversion conversion = make_conversion(architecture, encoding_of(architecture), "layer");
  EXPECT_EQ(conversion.value_per_code, 1);
  EXPECT_EQ(conversion.code_min, 0);
  EXPECT_EQ(conversion.code_max, 255);
  for (int level : {0, 1, 2, 100, 254, 255}) EXPECT_EQ(convert_one(conversion, level * 256), level);
  EXPECT_EQ(convert_one(conversion, 256 * 256), 255) << "clips";
  EXPECT_EQ(convert_one(conversion, -256), 0) << "unipolar";
}

TEST(Conversion, RoundsHalfToEven) {
  const Architecture architecture;
  const LayerConversion conversion = make_conversion(architecture, encoding_of(architecture), "layer");
  EXPECT_EQ(convert_one(conversion, 128), 0);
  EXPECT_EQ(convert_one(conversion, 129), 1);
  EXPECT_EQ(convert_one(conversion, 256 + 128), 2);
  EXPECT_EQ(convert_one(conversion, 2 * 256 + 128), 2);
}

TEST(Conversion, WorstCaseReachesFullScaleExactlyAtTheLargestTarget) {
  Architecture architecture;
  architecture.adc.range = AdcRange::worst_case;
  const mapping::WeightEncoding encoding = encoding_of(architecture);
  const LayerConversion conversion = make_conversion(architecture, encoding, "layer");
  const int largest = architecture.crossbar.rows * encoding.max_level * encoding.grid_per_level;
  EXPECT_EQ(convert_one(conversion, largest), 255);
  EXPECT_EQ(convert_one(conversion, largest - largest / 255), 254);
  EXPECT_DOUBLE_EQ(conversion.value_per_code, 128.0 * 3 / 255);
}

TEST(Conversion, FullScaleLevelsIsWhatItSays) {
  Architecture architecture;
  architecture.adc.range = AdcRange::full_scale_levels;
  architecture.adc.full_scale_levels = 51;
  const mapping::WeightEncoding encoding = encoding_of(architecture);
  const LayerConversion conversion = make_conversion(architecture, encoding, "layer");
  EXPECT_EQ(convert_one(conversion, 51 * 256), 255);
  EXPECT_EQ(convert_one(conversion, 51 * 256 / 255 * 7), 7);
  EXPECT_DOUBLE_EQ(conversion.value_per_code, 0.2);
}

TEST(Conversion, PerLayerTakesTheLayersOwnFullScale) {
  Architecture architecture;
  architecture.adc.range = AdcRange::per_layer;
  architecture.adc.layer_full_scale = {{"first", 51}, {"second", 510}};
  const mapping::WeightEncoding encoding = encoding_of(architecture);
  EXPECT_DOUBLE_EQ(make_conversion(architecture, encoding, "first").value_per_code, 0.2);
  const LayerConversion conversion = make_conversion(architecture, encoding, "second");
  EXPECT_EQ(conversion.value_per_code, 2);
  EXPECT_EQ(convert_one(conversion, 510 * 256), 255);
  EXPECT_EQ(convert_one(conversion, 14 * 256), 7);
}

TEST(Conversion, IdealSignedIsBipolar) {
  Architecture architecture;
  architecture.crossbar.encoding = Encoding::ideal_signed;
  architecture.adc.bits = 6;
  const mapping::WeightEncoding encoding = encoding_of(architecture);
  const LayerConversion conversion = make_conversion(architecture, encoding, "layer");
  const int grid = encoding.grid_per_level;
  EXPECT_EQ(convert_one(conversion, -7 * grid), -7);
  EXPECT_EQ(convert_one(conversion, -40 * grid), -32);
  EXPECT_EQ(convert_one(conversion, 40 * grid), 31);
  ASSERT_EQ(grid, 8);
  EXPECT_EQ(convert_one(conversion, -59), -7) << "7.375 below 0";
  EXPECT_EQ(convert_one(conversion, -61), -8) << "7.625 below 0";
  EXPECT_EQ(convert_one(conversion, -60), -8) << "a half to even";
}

TEST(Conversion, NoiseIsAddedBeforeRounding) {
  const Architecture architecture;  // 256 steps per code
  const LayerConversion conversion = make_conversion(architecture, encoding_of(architecture), "layer");
  const float up = 300, down = -300;
  EXPECT_EQ(convert_one(conversion, 100 * 256, &up), 101);
  EXPECT_EQ(convert_one(conversion, 100 * 256, &down), 99);
}

TEST(Conversion, IdealPassesTheSum) {
  Architecture architecture;
  architecture.adc.model = AdcModel::ideal;
  const mapping::WeightEncoding encoding = encoding_of(architecture);
  const LayerConversion conversion = make_conversion(architecture, encoding, "layer");
  EXPECT_EQ(convert_one(conversion, 1234567), 1234567);
  EXPECT_EQ(convert_one(conversion, -77), -77);
  const float noise = 2.5f;
  EXPECT_EQ(convert_one(conversion, 1000, &noise), 1002) << "1002.5 rounds to even";
  EXPECT_EQ(layer_value(conversion, 5 * encoding.grid_per_level, 3), 2);
}

TEST(Conversion, ErrorsFollowTheirDefinition) {
  Architecture architecture;
  architecture.adc.inl = 2;
  architecture.adc.gain_sigma = 0.1;
  const LayerConversion conversion = make_conversion(architecture, encoding_of(architecture), "layer");
  ASSERT_TRUE(conversion.has_errors);
  for (int sum = -1000; sum < 80000; sum += 37) {
    const double x = sum / 256.0;
    const double t = std::min(std::max(x / 255, 0.0), 1.0);
    const double bent = x * 1.0625 + 0.75 + 2 * 4 * t * (1 - t);
    if (std::abs(bent - std::floor(bent) - 0.5) < 1e-3) continue;  // float and double may round apart
    const int expected = static_cast<int>(std::min(std::max(std::nearbyint(bent), 0.0), 255.0));
    EXPECT_EQ(convert_one(conversion, sum, nullptr, 1.0625f, 0.75f), expected) << sum;
  }
}

TEST(Conversion, IsWideOnlyPastTwentyFourBits) {
  Architecture architecture;  // 128 rows * 3 levels * 256 steps * 2
  EXPECT_FALSE(make_conversion(architecture, encoding_of(architecture), "layer").wide);
  architecture.dac.bits = 8;  // * 255: 5.0e7
  const LayerConversion conversion = make_conversion(architecture, encoding_of(architecture), "layer");
  EXPECT_TRUE(conversion.wide);
  EXPECT_EQ(convert_one(conversion, 100 * 256 + 1), 100);
}

// Contract C1: float holds every whole number up to 2^24 and not the next. Programmed codes reach twice the highest
// level, at most 32767.
TEST(Conversion, ChangesToDoubleOneRowPastTheBoundOfFloat) {
  Architecture architecture;
  architecture.crossbar.cell_bits = 1;
  architecture.device.grid_bits = 12;  // codes up to 2 x 4096
  const auto wide = [&](int rows) {
    architecture.crossbar.rows = rows;
    return make_conversion(architecture, encoding_of(architecture), "layer").wide;
  };
  EXPECT_FALSE(wide(2048)) << "2048 x 8192 is 2^24";
  EXPECT_TRUE(wide(2049));
  architecture.device.grid_bits = 14;  // 2 x 16384, cut to 32767
  EXPECT_FALSE(wide(512)) << "512 x 32767 is below 2^24";
  EXPECT_TRUE(wide(513));
  architecture.device.grid_bits = 10;
  architecture.dac.bits = 8;  // 255 x 2048
  EXPECT_FALSE(wide(32));
  EXPECT_TRUE(wide(33));
}

TEST(Conversion, AnyErrorOfTheConverterCounts) {
  Architecture architecture;
  const auto has_errors = [&] { return make_conversion(architecture, encoding_of(architecture), "layer").has_errors; };
  EXPECT_FALSE(has_errors());
  for (double AdcParameters::*error : {&AdcParameters::inl, &AdcParameters::gain_sigma, &AdcParameters::offset_sigma}) {
    architecture.adc.*error = 0.25;
    EXPECT_TRUE(has_errors());
    architecture.adc.*error = 0;
  }
}

}  // namespace
}  // namespace nvcim::sim
