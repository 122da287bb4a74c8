// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>
#include <numbers>
#include <tuple>
#include <vector>

#include "workloads/training_noise.h"

namespace nvcim::workloads {
namespace {

using testing::DoubleNear;

constexpr int kDraws = 1'000'000;

double deviation(WeightNoise kind, double threshold, double normal) {
  if (kind == WeightNoise::none) return 0;
  const bool right = kind == WeightNoise::trice || kind == WeightNoise::both_sides;
  const bool left = kind == WeightNoise::left_censored || kind == WeightNoise::both_sides;
  if (right && normal > threshold) return threshold;
  if (left && normal < -threshold) return -threshold;
  return normal;
}

/// E[(f(ε) - centre)^power] by the midpoint rule on ±10.
double expectation(WeightNoise kind, double threshold, double centre, int power) {
  constexpr int steps = 400'000;
  constexpr double width = 20.0 / steps;
  double sum = 0;
  for (int i = 0; i < steps; ++i) {
    const double z = -10 + (i + 0.5) * width;
    sum += std::pow(deviation(kind, threshold, z) - centre, power) * std::exp(-z * z / 2);
  }
  return sum * width / std::sqrt(2 * std::numbers::pi);
}

std::vector<float> draw(WeightNoise kind, double threshold, NoiseAddress address = {}, int count = kDraws) {
  std::vector<float> values(static_cast<std::size_t>(count));
  draw_noise(kind, threshold, address, values);
  return values;
}

class Noise : public testing::TestWithParam<std::tuple<WeightNoise, double>> {};

TEST_P(Noise, OfAMillionDrawsHasItsMomentsWithinFourStandardErrors) {
  const auto [kind, threshold] = GetParam();
  const double mean = expectation(kind, threshold, 0, 1), variance = expectation(kind, threshold, mean, 2);
  const double fourth = expectation(kind, threshold, mean, 4);
  double sum = 0, squares = 0;
  for (const float value : draw(kind, threshold)) {
    sum += value;
    squares += (value - mean) * (value - mean);
  }
  EXPECT_THAT(sum / kDraws, DoubleNear(mean, 4 * std::sqrt(variance / kDraws)));
  EXPECT_THAT(squares / kDraws, DoubleNear(variance, 4 * std::sqrt((fourth - variance * variance) / kDraws)));
}

TEST_P(Noise, MomentsInClosedFormAreThoseOfTheDensity) {
  const auto [kind, threshold] = GetParam();
  const NoiseMoments moments = noise_moments(kind, threshold);
  const double mean = expectation(kind, threshold, 0, 1);
  EXPECT_THAT(moments.mean, DoubleNear(mean, 1e-6));
  EXPECT_THAT(moments.variance, DoubleNear(expectation(kind, threshold, mean, 2), 1e-6));
}

TEST_P(Noise, StaysWithinItsThresholds) {
  const auto [kind, threshold] = GetParam();
  double lowest = 0, highest = 0;
  for (const float value : draw(kind, threshold, {}, 100'000)) {
    lowest = std::min(lowest, double(value));
    highest = std::max(highest, double(value));
  }
  const double edge = static_cast<float>(threshold);
  const bool any = kind != WeightNoise::none;
  const bool right = kind == WeightNoise::trice || kind == WeightNoise::both_sides;
  const bool left = kind == WeightNoise::left_censored || kind == WeightNoise::both_sides;
  // 1e5 normals exceed 3.5 with certainty but for 1e-10.
  EXPECT_TRUE(right ? highest == edge : any ? highest > 3.5 : highest == 0) << highest;
  EXPECT_TRUE(left ? lowest == -edge : any ? lowest < -3.5 : lowest == 0) << lowest;
}

INSTANTIATE_TEST_SUITE_P(Kinds, Noise,
                         testing::Combine(testing::Values(WeightNoise::none, WeightNoise::gaussian, WeightNoise::trice,
                                                          WeightNoise::left_censored, WeightNoise::both_sides),
                                          testing::Values(0.5, 0.7, 1.0, 2.0)));

// th (1 - Φ(th)) - φ(th), from tables of the normal distribution.
TEST(NoiseMoments, OfTheRightCensoredKindAreThoseOfThePaper) {
  const std::pair<double, double> expected[] = {{0.5, -0.1978}, {0.7, -0.1429}, {1, -0.0833}, {2, -0.0085}};
  for (const auto& [threshold, mean] : expected) {
    EXPECT_THAT(noise_moments(WeightNoise::trice, threshold).mean, DoubleNear(mean, 5e-5));
    EXPECT_THAT(noise_moments(WeightNoise::left_censored, threshold).mean, DoubleNear(-mean, 5e-5));
    EXPECT_EQ(noise_moments(WeightNoise::both_sides, threshold).mean, 0);
  }
}

TEST(NoiseDraws, AreTheSameNormalsForEveryKind) {
  const auto normals = draw(WeightNoise::gaussian, 1, {}, 1001);
  for (const WeightNoise kind : {WeightNoise::trice, WeightNoise::left_censored, WeightNoise::both_sides}) {
    const auto values = draw(kind, 0.7, {}, 1001);
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_EQ(values[i], float(deviation(kind, 0.7f, normals[i]))) << choice_text(kind) << " " << i;
  }
}

TEST(NoiseDraws, DependOnEveryPartOfTheirAddressAndNotOnTheNumberOfWeights) {
  const NoiseAddress first{.seed = 1, .layer = 2, .replica = 1, .epoch = 3, .batch = 4};
  const auto values = draw(WeightNoise::gaussian, 1, first, 10);
  EXPECT_EQ(values, draw(WeightNoise::gaussian, 1, first, 10));
  const auto more = draw(WeightNoise::gaussian, 1, first, 23);
  EXPECT_TRUE(std::equal(values.begin(), values.end(), more.begin()));
  for (auto part : {&NoiseAddress::layer, &NoiseAddress::replica, &NoiseAddress::epoch, &NoiseAddress::batch}) {
    NoiseAddress other = first;
    other.*part += 1;
    EXPECT_NE(values, draw(WeightNoise::gaussian, 1, other, 10));
  }
  NoiseAddress other = first;
  other.seed = 2;
  EXPECT_NE(values, draw(WeightNoise::gaussian, 1, other, 10));
}

// sigma_i = sigma / sqrt(0.4 s^2 + 0.6) · (s if 0.25 < level < 0.75, else 1): TRICE, Yan et al., ICCAD 2023.
TEST(LevelSpread, IsLargerOfTheMiddleLevelsOfValueDependentDevices) {
  for (const double level : {0.0, 0.25, 0.5, 0.75, 1.0}) EXPECT_DOUBLE_EQ(level_spread(1, level), 1);
  for (const double s : {2.0, 4.0, 6.0}) {
    const double outer = 1 / std::sqrt(0.4 * s * s + 0.6);
    for (const double level : {0.0, 0.25, 0.75, 1.0}) EXPECT_DOUBLE_EQ(level_spread(s, level), outer);
    for (const double level : {0.26, 0.5, 0.74}) EXPECT_DOUBLE_EQ(level_spread(s, level), s * outer);
  }
}

}  // namespace
}  // namespace nvcim::workloads
