// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "arch/random.h"
#include "sim/analog/phase.h"
#include "tests/analog/random_block.h"

namespace nvcim::sim {
namespace {

double normal_cdf(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

TEST(NormalQuantiles, HaveMeanZeroUnitVarianceAndNormalKurtosis) {
  const float* table = normal_quantiles();
  double sum = 0, square = 0, fourth = 0;
  for (int i = 0; i < 65536; ++i) {
    sum += table[i];
    square += double{table[i]} * table[i];
    fourth += std::pow(table[i], 4);
    if (i > 0) {
      EXPECT_GT(table[i], table[i - 1]);
    }
  }
  EXPECT_EQ(sum, 0);
  EXPECT_NEAR(square / 65536, 1, 1e-7);
  EXPECT_NEAR(fourth / 65536, 3, 0.01);
  EXPECT_NEAR(table[65535], 4.33, 0.01);
  for (int i = 0; i < 65536; i += 97) EXPECT_NEAR(normal_cdf(table[i]), (i + 0.5) / 65536, 3e-5);
}

/// Noise of `reads` reads, column by column.
std::vector<double> sample_noise(const RandomBlock& made, const std::vector<std::uint8_t>& digits, int reads,
                                 int column) {
  std::vector<float> noise(made.block.columns);
  std::vector<double> drawn;
  for (int read = 0; read < reads; ++read) {
    const ReadAddress address{static_cast<std::uint32_t>(read % 50), static_cast<std::uint32_t>(read % 8),
                              static_cast<std::uint32_t>(read)};
    read_noise(made.chip, made.block, made.cells(), made.encoding, made.layer_outputs, digits.data(), address, 8,
               noise.data());
    drawn.push_back(noise[column]);
  }
  return drawn;
}

void expect_normal(std::vector<double> drawn, double variance) {
  double sum = 0, square = 0;
  for (double x : drawn) sum += x, square += x * x;
  const double n = static_cast<double>(drawn.size());
  // Five standard errors of a mean and of a variance of normal draws.
  EXPECT_NEAR(sum / n, 0, 5 * std::sqrt(variance / n));
  EXPECT_NEAR(square / n, variance, 5 * variance * std::sqrt(2 / n));
  std::sort(drawn.begin(), drawn.end());
  double distance = 0;
  for (std::size_t i = 0; i < drawn.size(); ++i)
    distance = std::max(distance, std::abs(normal_cdf(drawn[i] / std::sqrt(variance)) - (double(i) + 0.5) / n));
  EXPECT_LT(distance, 1.95 / std::sqrt(n)) << "Kolmogorov-Smirnov, 0.1 %";
}

TEST(ReadNoise, IsNormalWithTheVarianceOfTheDrivenCells) {
  for (ReadNoiseModel model : {ReadNoiseModel::constant, ReadNoiseModel::proportional}) {
    BlockRequest request;
    request.read_noise = 0.03;
    request.read_noise_model = model;
    request.dac_bits = 2;
    const RandomBlock made = random_block(request, 3);
    std::vector<std::uint8_t> digits(request.rows);
    for (std::size_t row = 0; row < digits.size(); ++row) digits[row] = static_cast<std::uint8_t>(row % 4);
    const double span = made.encoding.max_level * made.encoding.grid_per_level;
    const int column = 5;
    double variance = 0;
    for (int row = 0; row < request.rows; ++row) {
      const double conductance = made.cells().codes[row * made.block.columns + column] + made.chip.pedestal;
      const double sigma = 0.03 * (model == ReadNoiseModel::constant ? span : conductance);
      variance += digits[row] * digits[row] * sigma * sigma;
    }
    expect_normal(sample_noise(made, digits, 20000, column), variance);
  }
}

TEST(ReadNoise, IsZeroWithoutDrivenRowsOrWithoutNoise) {
  BlockRequest request;
  RandomBlock made = random_block(request, 3);
  std::vector<float> noise(made.block.columns, 7);
  std::vector<std::uint8_t> digits(request.rows, 1);
  read_noise(made.chip, made.block, made.cells(), made.encoding, 9, digits.data(), {}, 8, noise.data());
  for (float x : noise) EXPECT_EQ(x, 0);
  request.read_noise = 0.1;
  made = random_block(request, 3);
  std::fill(digits.begin(), digits.end(), std::uint8_t{0});
  read_noise(made.chip, made.block, made.cells(), made.encoding, 9, digits.data(), {}, 8, noise.data());
  for (float x : noise) EXPECT_EQ(x, 0);
}

TEST(ReadNoise, EveryColumnPhasePositionAndSampleHasItsOwnDraw) {
  BlockRequest request;
  request.read_noise = 0.1;
  request.outputs = 1;
  const RandomBlock made = random_block(request, 3);
  const std::vector<std::uint8_t> digits(request.rows, 1);
  std::vector<float> noise(made.block.columns);
  std::set<std::vector<float>> seen;
  for (std::uint32_t position = 0; position < 3; ++position)
    for (std::uint32_t phase = 0; phase < 8; ++phase)
      for (std::uint32_t sample = 0; sample < 3; ++sample) {
        read_noise(made.chip, made.block, made.cells(), made.encoding, 9, digits.data(), {position, phase, sample}, 8,
                   noise.data());
        seen.insert(noise);
        EXPECT_GT(std::set<float>(noise.begin(), noise.end()).size(), noise.size() / 2);
      }
  EXPECT_EQ(seen.size(), 72u);
}

TEST(ReadNoise, FollowsTheMatrixColumnNotTheBlock) {
  // The same outputs cut into two blocks see the draws they would have seen in one.
  BlockRequest request;
  request.read_noise = 0.1;
  request.outputs = 5;
  RandomBlock whole = random_block(request, 3);
  const std::vector<std::uint8_t> digits(request.rows, 1);
  std::vector<float> all(whole.block.columns), part(whole.block.columns);
  read_noise(whole.chip, whole.block, whole.cells(), whole.encoding, 9, digits.data(), {}, 8, all.data());
  RandomBlock second = whole;
  second.block.output_begin = 2;
  second.block.outputs = 3;
  second.block.columns = 3 * whole.encoding.planes();
  read_noise(second.chip, second.block, second.cells(), second.encoding, 9, digits.data(), {}, 8, part.data());
  for (int column = 0; column < second.block.columns; ++column)
    EXPECT_EQ(part[column], all[column + 2 * whole.encoding.planes()]);
}

TEST(ReadNoise, UsesTheDocumentedWordOfTheAddressedDraw) {
  BlockRequest request;
  request.read_noise = 0.1;
  request.outputs = 2;
  request.output_begin = 3;
  request.row_block = 4;
  const RandomBlock made = random_block(request, 3);
  const std::vector<std::uint8_t> digits(request.rows, 1);
  std::vector<float> noise(made.block.columns);
  read_noise(made.chip, made.block, made.cells(), made.encoding, 9, digits.data(), {11, 6, 77}, 8, noise.data());
  const DrawStream stream(made.chip.seed, Purpose::read_noise, made.chip.instance, 3, 1);
  const double sigma = std::sqrt(made.cells().cell_read_variance * request.rows);
  for (int column = 0; column < made.block.columns; ++column) {
    const std::uint32_t at = static_cast<std::uint32_t>(3 * made.encoding.planes() + column);
    const DrawStream::Block bits = stream.block(4, at / 8, 11 * 8 + 6, 77);
    const std::uint32_t word = bits[at % 8 / 2] >> (at % 2 ? 16 : 0) & 0xffff;
    EXPECT_NEAR(noise[column], normal_quantiles()[word] * sigma, 1e-5 * sigma);
  }
}

}  // namespace
}  // namespace nvcim::sim
