// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "tests/workloads/random_network.h"
#include "workloads/operators/pool.h"
#include "workloads/reference.h"

namespace nvcim::workloads {
namespace {

// The definition, element by element, with bounds tests instead of any layout trick.
int code_or_padding(const Node& node, const std::vector<std::uint8_t>& map, int channel, int y, int x) {
  if (y < 0 || x < 0 || y >= node.input.height || x >= node.input.width) return node.input_zero_point;
  return map[(std::size_t(channel) * node.input.height + y) * node.input.width + x];
}

std::int64_t naive_sum(const Node& node, const std::vector<std::uint8_t>& map, int output, int oy, int ox) {
  const Window& w = node.mvm.window;
  std::int64_t sum = 0;
  for (int c = 0; c < node.input.channels; ++c)
    for (int ky = 0; ky < w.kernel_h; ++ky)
      for (int kx = 0; kx < w.kernel_w; ++kx) {
        const int row = c * w.area() + ky * w.kernel_w + kx;
        const int code =
            code_or_padding(node, map, c, oy * w.stride_h - w.pad_top + ky, ox * w.stride_w - w.pad_left + kx);
        sum += std::int64_t{node.mvm.weights[std::size_t(output) * node.matrix_rows() + row]} *
               (code - node.input_zero_point);
      }
  return sum;
}

std::vector<std::int64_t> naive_logits(const Network& network, const std::uint8_t* pixels) {
  std::vector<std::uint8_t> map(network.input.size());
  const int plane = network.input.height * network.input.width;
  for (int i = 0; i < network.input.size(); ++i) map[i] = network.input_table[i / plane][pixels[i]];
  for (const Node& node : network.nodes) {
    std::vector<std::uint8_t> next(node.output.size());
    std::vector<std::int64_t> sums(node.output.size());
    int i = 0;
    for (int c = 0; c < node.output.channels; ++c)
      for (int y = 0; y < node.output.height; ++y)
        for (int x = 0; x < node.output.width; ++x, ++i) {
          if (node.kind == Node::Kind::mvm) {
            sums[i] = naive_sum(node, map, c, y, x) + node.mvm.bias[c];
            const Requantisation& q = node.mvm.requantisation;
            const double code = std::nearbyint(double(sums[i]) * q.multiplier) + q.zero_point;
            next[i] = std::uint8_t(std::clamp(code, double(q.code_min), double(q.code_max)));
            continue;
          }
          const Window& w = node.pool.window;
          int largest = 0, sum = 0;
          for (int ky = 0; ky < w.kernel_h; ++ky)
            for (int kx = 0; kx < w.kernel_w; ++kx) {
              const int iy = y * w.stride_h - w.pad_top + ky, ix = x * w.stride_w - w.pad_left + kx;
              sum += code_or_padding(node, map, c, iy, ix);
              if (iy >= 0 && ix >= 0 && iy < node.input.height && ix < node.input.width)
                largest = std::max(largest, code_or_padding(node, map, c, iy, ix));
            }
          const int n = w.area();
          next[i] = std::uint8_t(node.pool.kind == PoolKind::maximum ? largest : (2 * sum + n) / (2 * n));
        }
    if (&node == &network.nodes.back() && node.kind == Node::Kind::mvm && node.mvm.raw_output) return sums;
    map = next;
  }
  return {map.begin(), map.end()};
}

RC_GTEST_PROP(Reference, EqualsTheDefinitionOnRandomNetworks, ()) {
  const Network network = random_network(*rc::gen::arbitrary<std::uint32_t>());
  const int samples = 3;
  const auto pixels = random_pixels(network, samples, *rc::gen::arbitrary<std::uint32_t>());
  const auto logits = reference_logits(network, pixels, samples, *rc::gen::inRange(1, 4));
  for (int s = 0; s < samples; ++s) {
    const auto expected = naive_logits(network, pixels.data() + std::size_t(s) * network.input.size());
    const auto begin = logits.begin() + std::ptrdiff_t(s) * network.classes();
    RC_ASSERT(expected == std::vector<std::int64_t>(begin, begin + network.classes()));
  }
}

RC_GTEST_PROP(Reference, OneNodeAtATimeGivesTheSumsOfTheDefinition, ()) {
  const Network network = random_network(*rc::gen::arbitrary<std::uint32_t>());
  for (const Node& node : network.nodes) {
    if (node.kind != Node::Kind::mvm) continue;
    const auto map = random_codes(node, *rc::gen::arbitrary<std::uint32_t>());
    std::vector<std::int64_t> sums(node.output.size());
    reference_mvm(node, map.data(), sums.data());
    std::vector<std::uint8_t> window(node.matrix_rows());
    for (int position = 0; position < node.positions(); ++position) {
      const int oy = position / node.output.width, ox = position % node.output.width;
      gather_window(node, map.data(), position, window.data());
      for (int output = 0; output < node.outputs(); ++output) {
        std::int64_t from_window = 0;
        for (int row = 0; row < node.matrix_rows(); ++row)
          from_window += std::int64_t{node.mvm.weights[std::size_t(output) * node.matrix_rows() + row]} *
                         (int{window[row]} - node.input_zero_point);
        const std::int64_t expected = naive_sum(node, map, output, oy, ox);
        RC_ASSERT(sums[std::size_t(output) * node.positions() + position] == expected);
        RC_ASSERT(from_window == expected);
      }
    }
  }
}

TEST(Reference, SumsPast32BitsStayExact) {
  Node node = fully_connected_node(40000, 1);
  node.mvm.weight_bits = 16;
  std::fill(node.mvm.weights.begin(), node.mvm.weights.end(), std::int16_t{32767});
  const std::vector<std::uint8_t> input(40000, 255);
  std::int64_t sum = 0;
  reference_mvm(node, input.data(), &sum);
  EXPECT_EQ(sum, std::int64_t{40000} * 32767 * 255);
}

TEST(Requantise, RoundsHalvesToEven) {
  const Requantisation q{.multiplier = 0.5, .zero_point = 100, .code_min = 0, .code_max = 255};
  EXPECT_EQ(requantise(1, 0, q), 100);   // 0.5 → 0
  EXPECT_EQ(requantise(3, 0, q), 102);   // 1.5 → 2
  EXPECT_EQ(requantise(5, 0, q), 102);   // 2.5 → 2
  EXPECT_EQ(requantise(-1, 0, q), 100);  // -0.5 → 0
  EXPECT_EQ(requantise(-3, 0, q), 98);   // -1.5 → -2
}

TEST(Requantise, AnOddZeroPointDoesNotMoveTheTies) {
  // The rounding comes before the zero point: 0.5 → 0, then + 1.
  const Requantisation q{.multiplier = 0.5, .zero_point = 1, .code_min = 0, .code_max = 255};
  EXPECT_EQ(requantise(1, 0, q), 1);
  EXPECT_EQ(requantise(3, 0, q), 3);
}

TEST(Requantise, ClampsAtBothEndsEvenFarOutside) {
  const Requantisation q{.multiplier = 1, .zero_point = 3, .code_min = 3, .code_max = 15};
  EXPECT_EQ(requantise(-1, 0, q), 3);
  EXPECT_EQ(requantise(0, 0, q), 3);
  EXPECT_EQ(requantise(12, 0, q), 15);
  EXPECT_EQ(requantise(13, 0, q), 15);
  EXPECT_EQ(requantise(1e300, 0, q), 15);
  EXPECT_EQ(requantise(-1e300, 0, q), 3);
}

TEST(Requantise, AddsTheBiasBeforeScalingAndKeepsFractionsOfTheSum) {
  const Requantisation q{.multiplier = 0.25, .zero_point = 0, .code_min = 0, .code_max = 255};
  EXPECT_EQ(requantise(10, 30, q), 10);
  EXPECT_EQ(requantise(9.5, 0.0, q), 2);  // 2.375
  EXPECT_EQ(requantise(10.25, 0, q), 3);  // 2.5625
}

TEST(Pool, MaximumIgnoresPaddingAndAverageCountsItAsZeroPoint) {
  Node node = pool_node({1, 2, 2}, PoolKind::maximum,
                        {.kernel_h = 3, .kernel_w = 3, .stride_h = 3, .stride_w = 3, .pad_top = 1, .pad_left = 1});
  node.input_zero_point = 9;
  ASSERT_EQ(node.output, (Shape{1, 1, 1}));
  const std::vector<std::uint8_t> input{1, 2, 3, 4};
  std::uint8_t out = 0;
  pool(node, input.data(), &out);
  EXPECT_EQ(out, 4);
  node.pool.kind = PoolKind::average;
  pool(node, input.data(), &out);
  EXPECT_EQ(out, 6);  // (10 + 5 · 9) / 9 = 6.11
}

TEST(Pool, AverageRoundsHalvesUp) {
  const Node node = pool_node({1, 1, 2}, PoolKind::average, {.kernel_h = 1, .kernel_w = 2, .stride_w = 2});
  std::uint8_t out = 0;
  pool(node, std::vector<std::uint8_t>{2, 3}.data(), &out);
  EXPECT_EQ(out, 3);
  pool(node, std::vector<std::uint8_t>{255, 254}.data(), &out);
  EXPECT_EQ(out, 255);
}

TEST(PredictedClass, TakesTheLowestIndexOfATie) {
  const std::vector<std::int64_t> logits{-5, 7, 7, 3};
  EXPECT_EQ(predicted_class<std::int64_t>(logits), 1);
}

}  // namespace
}  // namespace nvcim::workloads
