// SPDX-License-Identifier: Apache-2.0
#include "device/level_spread.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nvcim::device {
namespace {

DeviceParameters device(DeviceModel model, double g_min, double g_max) {
  DeviceParameters p;
  p.model = model;
  p.g_min = from_si<Conductance>(g_min * 1e-6);
  p.g_max = from_si<Conductance>(g_max * 1e-6);
  return p;
}

// Wan et al., Nature 2022, at 1 s (N7): 0.348 + 16.030 g - 43.853 g^2 + 45.393 g^3 - 16.815 g^4 uS, g = G / 40 uS.
TEST(LevelSpread, AsksTheModelAtEveryLevel) {
  const auto law = [](double g) {
    g /= 40;
    return 0.348 + 16.030 * g - 43.853 * g * g + 45.393 * g * g * g - 16.815 * g * g * g * g;
  };
  DeviceParameters p = device(DeviceModel("rram_wan_nature_2022"), 1, 40);
  p.sigma = 0.1;  // no part of this model
  const double at[] = {law(1) / 39, law(14) / 39, law(27) / 39, law(40) / 39};
  const LevelSpread spread = programming_spread(p, 3);
  EXPECT_NEAR(spread.minimum, at[0], 2e-4);
  EXPECT_NEAR(spread.maximum, at[1], 2e-4);
  EXPECT_NEAR(spread.mean, (at[0] + at[1] + at[2] + at[3]) / 4, 2e-4);
}

TEST(LevelSpread, OfAGaussianIsItsSigmaAndSlope) {
  DeviceParameters p = device(DeviceModel("gaussian"), 1, 40);
  p.sigma = 0.1;
  p.sigma_scale = 0.5;
  LevelSpread spread = programming_spread(p, 3);
  EXPECT_DOUBLE_EQ(spread.minimum, 0.05);
  EXPECT_DOUBLE_EQ(spread.maximum, 0.05);
  EXPECT_DOUBLE_EQ(spread.mean, 0.05);
  p.sigma_slope = -0.06;
  spread = programming_spread(p, 1);
  EXPECT_DOUBLE_EQ(spread.minimum, 0.02);
  EXPECT_DOUBLE_EQ(spread.maximum, 0.05);
  EXPECT_DOUBLE_EQ(spread.mean, 0.035);
}

TEST(LevelSpread, OfReadsIsThatOfTheLaw) {
  DeviceParameters p = device(DeviceModel("gaussian"), 1, 40);
  EXPECT_EQ(read_spread(p, 3).maximum, 0);
  p.read_noise = 0.02;
  EXPECT_DOUBLE_EQ(read_spread(p, 3).minimum, 0.02);
  p.read_noise_model = ReadNoiseModel::proportional;
  const LevelSpread spread = read_spread(p, 3);
  EXPECT_DOUBLE_EQ(spread.minimum, 0.02 * 1 / 39);
  EXPECT_DOUBLE_EQ(spread.maximum, 0.02 * 40 / 39);
  EXPECT_DOUBLE_EQ(spread.mean, 0.02 * 20.5 / 39);
  // aihwkit's PCM at g = 1, 20 s after programming, where ages begin (N7): 3.682 % of the conductance; the model needs
  // no /device/read_noise.
  p = device(DeviceModel("pcm_joshi_2020"), 0, 25);
  p.read_noise_model = ReadNoiseModel::model;
  EXPECT_NEAR(read_spread(p, 3).maximum, 0.0368, 0.0004);
}

}  // namespace
}  // namespace nvcim::device
