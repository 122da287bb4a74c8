// SPDX-License-Identifier: Apache-2.0
#include "arch/random.h"

#include <gtest/gtest.h>

#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

namespace nvcim {
namespace {

TEST(NormalQuantile, FollowsTheInverseNormalDistributionEverywhere) {
  const NormalQuantile& quantile = NormalQuantile::instance();
  const boost::math::normal normal;
  for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 31); bits += bits / 64 + 1) {
    const double p = (static_cast<double>(bits) + 0.5) * 0x1p-32;
    const double expected = boost::math::quantile(normal, p);
    const auto low = static_cast<std::uint32_t>(bits);
    ASSERT_NEAR(quantile(low), expected, 2e-6) << bits;
    ASSERT_NEAR(quantile(~low), -expected, 2e-6) << bits;
  }
  EXPECT_NEAR(quantile(0), boost::math::quantile(normal, 0x1p-33), 1e-9);
  EXPECT_LT(quantile(std::numeric_limits<std::uint32_t>::max()), 6.34);
}

TEST(NormalQuantile, NeverDecreases) {
  const NormalQuantile& quantile = NormalQuantile::instance();
  double last = -10;
  for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += 50021) {
    const double value = quantile(static_cast<std::uint32_t>(bits));
    ASSERT_GE(value, last);
    last = value;
  }
}

TEST(DrawStream, PhiloxGivesTheKnownAnswer) {
  // Random123 kat_vectors: philox4x32-10, counter and key all ones.
  const r123::Philox4x32 generator;
  const auto bits = generator({{~0u, ~0u, ~0u, ~0u}}, {{~0u, ~0u}});
  EXPECT_EQ(bits[0], 0x408f276du);
  EXPECT_EQ(bits[1], 0x41c83b0eu);
  EXPECT_EQ(bits[2], 0xa20bc7c6u);
  EXPECT_EQ(bits[3], 0x6d5451fdu);
}

TEST(DrawStream, NormalsOfNeighbouringColumnsAreThoseOfTheirGroups) {
  const DrawStream stream(7, Purpose::programming_variation, 2, 3, 4);
  for (const std::size_t count : {1, 4, 5, 31, 128, 255, 256, 257, 260, 1000}) {
    std::vector<double> values(count);
    const std::uint32_t first_group = static_cast<std::uint32_t>(count) * 11;
    stream.normals(99, first_group, 5, 6, values);
    for (std::size_t i = 0; i < count; ++i) {
      const auto group = stream.normals(99, first_group + static_cast<std::uint32_t>(i / 4), 5, 6);
      ASSERT_EQ(values[i], group[i % 4]) << i << " of " << count;
    }
  }
}

TEST(DrawStream, EveryPartOfTheAddressMatters) {
  std::set<DrawStream::Block> seen;
  const DrawStream base(1, Purpose::programming_variation, 2, 3, 4);
  seen.insert(base.block(5, 6, 7, 8));
  seen.insert(base.block(9, 6, 7, 8));
  seen.insert(base.block(5, 9, 7, 8));
  seen.insert(base.block(5, 6, 9, 8));
  seen.insert(base.block(5, 6, 7, 9));
  seen.insert(DrawStream(9, Purpose::programming_variation, 2, 3, 4).block(5, 6, 7, 8));
  seen.insert(DrawStream(std::uint64_t{1} << 40, Purpose::programming_variation, 2, 3, 4).block(5, 6, 7, 8));
  seen.insert(DrawStream(1, Purpose::read_noise, 2, 3, 4).block(5, 6, 7, 8));
  seen.insert(DrawStream(1, Purpose::programming_variation, 9, 3, 4).block(5, 6, 7, 8));
  seen.insert(DrawStream(1, Purpose::programming_variation, 2, 9, 4).block(5, 6, 7, 8));
  seen.insert(DrawStream(1, Purpose::programming_variation, 2, 3, 9).block(5, 6, 7, 8));
  EXPECT_EQ(seen.size(), 11u);
}

TEST(DrawStream, NormalsHaveTheMomentsOfTheStandardNormal) {
  const DrawStream stream(11, Purpose::programming_variation, 0, 0, 0);
  constexpr int kGroups = 250000;
  double sum = 0, squares = 0, cubes = 0, fourths = 0, neighbours = 0;
  for (int group = 0; group < kGroups; ++group) {
    const auto x = stream.normals(static_cast<std::uint32_t>(group / 1000), static_cast<std::uint32_t>(group % 1000));
    for (double value : x) {
      sum += value;
      squares += value * value;
      cubes += value * value * value;
      fourths += value * value * value * value;
    }
    neighbours += x[0] * x[1] + x[2] * x[3];
  }
  const double n = 4.0 * kGroups;  // bounds: four standard errors
  EXPECT_NEAR(sum / n, 0, 4 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1, 4 * std::sqrt(2 / n));
  EXPECT_NEAR(cubes / n, 0, 4 * std::sqrt(15 / n));
  EXPECT_NEAR(fourths / n, 3, 4 * std::sqrt(96 / n));
  EXPECT_NEAR(neighbours / (n / 2), 0, 4 / std::sqrt(n / 2));
}

}  // namespace
}  // namespace nvcim
