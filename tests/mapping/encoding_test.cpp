// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <numeric>
#include <vector>

#include "mapping/plan.h"

namespace nvcim::mapping {
namespace {

Architecture with(Encoding encoding, int cell_bits) {
  Architecture architecture;
  architecture.crossbar.encoding = encoding;
  architecture.crossbar.cell_bits = cell_bits;
  return architecture;
}

std::int64_t decode(const WeightEncoding& encoding, const std::vector<int>& levels) {
  return std::inner_product(levels.begin(), levels.end(), encoding.factor.begin(), std::int64_t{0}) +
         encoding.offset_factor * encoding.offset_level;
}

TEST(WeightEncoding, EveryWeightIsTheFactorSumOfItsLevels) {
  for (Encoding kind : {Encoding::differential_pair, Encoding::offset_column, Encoding::ideal_signed})
    for (int cell_bits = 1; cell_bits <= 8; ++cell_bits)
      for (int weight_bits = 2; weight_bits <= 9; ++weight_bits) {
        const WeightEncoding encoding = make_encoding(with(kind, cell_bits), weight_bits);
        const int limit = (1 << (weight_bits - 1)) - 1;
        std::vector<int> levels(encoding.planes());
        for (int weight = -limit; weight <= limit; ++weight) {
          encoding.encode(weight, levels.data());
          ASSERT_EQ(decode(encoding, levels), weight) << cell_bits << "-bit cells, " << weight_bits << "-bit weight";
          const int lowest = kind == Encoding::ideal_signed ? -encoding.max_level : 0;
          ASSERT_THAT(levels,
                      ::testing::Each(::testing::AllOf(::testing::Ge(lowest), ::testing::Le(encoding.max_level))));
        }
        ASSERT_LE(encoding.offset_level, encoding.max_level);
      }
}

TEST(WeightEncoding, DifferentialPairOfEightBitsInTwoBitCellsTakesFourSlices) {
  const WeightEncoding encoding = make_encoding(with(Encoding::differential_pair, 2), 8);
  EXPECT_EQ(encoding.slices, 4);
  EXPECT_THAT(encoding.factor, ::testing::ElementsAre(1, -1, 4, -4, 16, -16, 64, -64));
  std::vector<int> levels(8);
  encoding.encode(-(2 + 4 * 1 + 16 * 3 + 64 * 1), levels.data());
  EXPECT_THAT(levels, ::testing::ElementsAre(0, 2, 0, 1, 0, 3, 0, 1));
}

TEST(WeightEncoding, TheSignOfAPairTakesNoCell) {
  Architecture architecture;
  architecture.crossbar.encoding = Encoding::differential_pair;
  architecture.crossbar.cell_bits = 7;
  EXPECT_EQ(make_encoding(architecture, 8).slices, 1);
  architecture.crossbar.cell_bits = 4;
  EXPECT_EQ(make_encoding(architecture, 9).slices, 2);
  architecture.crossbar.encoding = Encoding::offset_column;
  EXPECT_EQ(make_encoding(architecture, 9).slices, 3) << "the offset does";
}

TEST(WeightEncoding, TheGridHoldsAllLevelsInItsBits) {
  for (int cell_bits = 1; cell_bits <= 8; ++cell_bits) {
    const WeightEncoding encoding = make_encoding(with(Encoding::differential_pair, cell_bits), 8);
    EXPECT_LE(encoding.max_level * encoding.grid_per_level, 1 << 10);
    EXPECT_GT(encoding.max_level * encoding.grid_per_level, 1 << 9) << "less than half of the grid is used";
  }
}

}  // namespace
}  // namespace nvcim::mapping
