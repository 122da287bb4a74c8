// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/quantile.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "arch/random.h"
#include "sim/stats/sample_size.h"

namespace nvcim::sim {
namespace {

/// A distribution by its quantile function.
struct Distribution {
  const char* name;
  double (*quantile)(double share);
};

constexpr Distribution kDistributions[] = {
    {"normal", [](double share) { return NormalQuantile::instance()(std::uint32_t(share * 0x1p32)); }},
    {"uniform", [](double share) { return share; }},
    {"long left tail", [](double share) { return std::log(share); }},
    {"longer left tail", [](double share) { return -1 / std::sqrt(share); }},
    {"long right tail", [](double share) { return -std::log1p(-share); }},
};

/// Draws of one repetition, uniform in (0, 1).
std::vector<double> draw(int n, std::uint32_t repetition, std::uint32_t use) {
  const DrawStream stream(1, Purpose::programming_variation, repetition, use, 0);
  std::vector<double> values;
  for (std::uint32_t i = 0; std::ssize(values) < n; ++i)
    for (std::uint32_t bits : stream.block(i, 0)) values.push_back(DrawStream::uniform(bits));
  values.resize(std::size_t(n));
  return values;
}

TEST(Quantile, IntervalsCoverTheTruthAsOftenAsTheySay) {
  struct Case {
    double share;
    int draws;
  };
  std::uint32_t use = 0;
  for (const auto& [share, draws] : {Case{0.01, 400}, {0.01, 1000}, {0.05, 200}, {0.1, 100}, {0.5, 50}, {0.9, 100}}) {
    ++use;
    std::array<int, std::size(kDistributions)> covered{}, above{};
    for (std::uint32_t repetition = 0; repetition < 1000; ++repetition) {
      std::vector<double> uniform = draw(draws, repetition, use);
      std::sort(uniform.begin(), uniform.end());
      for (std::size_t d = 0; d < std::size(kDistributions); ++d) {
        std::vector<double> values;
        for (double u : uniform) values.push_back(kDistributions[d].quantile(u));
        const double truth = kDistributions[d].quantile(share);
        const QuantileEstimate estimate = estimate_quantile(values, share);
        ASSERT_TRUE(estimate.resolved());
        ASSERT_LE(*estimate.low, estimate.value);
        ASSERT_LE(estimate.value, *estimate.high);
        covered[d] += *estimate.low <= truth && truth <= *estimate.high;
        above[d] += estimate.value > truth;
      }
    }
    for (std::size_t d = 0; d < std::size(kDistributions); ++d) {
      SCOPED_TRACE(std::string(kDistributions[d].name) + ", share " + std::to_string(share));
      EXPECT_GE(covered[d], 930);
      EXPECT_LE(covered[d], 970);
      EXPECT_NEAR(above[d], 500, 50);  // median-unbiased: 500 +- 16
    }
  }
}

// Stopped when the interval is short enough, looked at as in a study.
TEST(Quantile, IntervalsStayHonestWhenTheSampleGrowsUntilTheyAreShort) {
  const double share = 0.05;
  for (const Distribution& distribution : {kDistributions[0], kDistributions[2]}) {
    const double truth = distribution.quantile(share);
    const double asked = distribution.name == kDistributions[0].name ? 0.2 : 0.35;
    int covered = 0;
    double mean_draws = 0;
    for (std::uint32_t repetition = 0; repetition < 1000; ++repetition) {
      const DrawStream stream(1, Purpose::programming_variation, repetition, 99, 0);
      const auto uniform = [&](std::int64_t i) { return DrawStream::uniform(stream.block(std::uint32_t(i), 0)[0]); };
      std::vector<double> values;
      std::int64_t n = draws_to_resolve(share);
      QuantileEstimate estimate;
      while (true) {
        ASSERT_LE(n, 6000);
        for (std::int64_t i = std::ssize(values); i < n; ++i) values.push_back(distribution.quantile(uniform(i)));
        std::vector<double> sorted = values;
        std::sort(sorted.begin(), sorted.end());
        estimate = estimate_quantile(sorted, share);
        if (estimate.half_width() <= asked) break;
        n = next_sample_size(n, estimate.half_width(), asked);
      }
      covered += *estimate.low <= truth && truth <= *estimate.high;
      mean_draws += double(n) / 1000;
    }
    EXPECT_GE(covered, 920) << distribution.name;
    EXPECT_LE(covered, 970) << distribution.name;
    EXPECT_GT(mean_draws, 4 * double(draws_to_resolve(share))) << "stops at the first look: nothing is tested";
  }
}

TEST(Quantile, InterpolatesAsDefinitionEight) {
  std::vector<double> values(11);
  std::iota(values.begin(), values.end(), 1.0);
  // Position (n + 1/3) p + 1/3.
  EXPECT_DOUBLE_EQ(estimate_quantile(values, 0.5).value, 6);
  EXPECT_NEAR(estimate_quantile(values, 0.25).value, (11 + 1.0 / 3) * 0.25 + 1.0 / 3, 1e-12);
  EXPECT_EQ(estimate_quantile(values, 0.001).value, 1);
  EXPECT_EQ(estimate_quantile(values, 0.999).value, 11);
}

TEST(Quantile, HasNoLowerEndWhereTheDrawsDoNotReach) {
  for (double share : {0.001, 0.01, 0.05, 0.1}) {
    const std::int64_t enough = draws_to_resolve(share);
    // Pr(no draw below the quantile) is what decides.
    EXPECT_LE(std::pow(1 - share, double(enough)), 0.025);
    EXPECT_GT(std::pow(1 - share, double(enough - 1)), 0.025);
    std::vector<double> values(std::size_t(enough) - 1);
    std::iota(values.begin(), values.end(), 0.0);
    const QuantileEstimate before = estimate_quantile(values, share);
    EXPECT_FALSE(before.low.has_value()) << share;
    EXPECT_TRUE(before.high.has_value()) << share;
    EXPECT_FALSE(before.resolved());
    values.push_back(double(enough) - 1);
    EXPECT_TRUE(estimate_quantile(values, share).resolved()) << share;
  }
  EXPECT_EQ(draws_to_resolve(0.01), 368);
  EXPECT_EQ(draws_to_resolve(0.001), 3688);
  EXPECT_EQ(draws_to_resolve(0.99), 368);
}

TEST(Quantile, EndsAtTheDrawsWhereItsBoundLiesBeyondThem) {
  // Of two draws, the upper bound of the 1 % quantile has an order below the first: the first it is; and the mirror
  // image.
  const std::vector<double> draws = {7, 9};
  EXPECT_EQ(estimate_quantile(draws, 0.01, 0.95).high, 7);
  EXPECT_EQ(estimate_quantile(draws, 0.99, 0.95).low, 9);
}

TEST(Quantile, OfEqualDrawsIsThatValue) {
  const QuantileEstimate estimate = estimate_quantile(std::vector<double>(400, 0.5), 0.01);
  EXPECT_EQ(estimate.value, 0.5);
  EXPECT_EQ(estimate.low, 0.5);
  EXPECT_EQ(estimate.high, 0.5);
}

TEST(SampleSize, GrowsWithTheSquareOfWhatIsMissing) {
  EXPECT_EQ(next_sample_size(1000, 0.012, 0.01), 1584);  // 1.1 * 1.44
  EXPECT_EQ(next_sample_size(1000, 0.01001, 0.01), 1103);
  EXPECT_EQ(next_sample_size(1000, 0.001, 0.01), 1100);
  EXPECT_EQ(next_sample_size(1000, 1, 0.01), 4000);
  EXPECT_EQ(next_sample_size(1, 0, 0.01), 2);
}

}  // namespace
}  // namespace nvcim::sim
