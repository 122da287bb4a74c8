// SPDX-License-Identifier: Apache-2.0
#include "sim/analog/normal_quantile.h"

#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <numbers>
#include <vector>

namespace nvcim::sim {
namespace {

constexpr int kPoints = 1 << 16;

std::vector<float> make_table() {
  std::vector<double> upper(kPoints / 2);
  double square = 0;
  for (int i = 0; i < kPoints / 2; ++i) {
    // P = 1/2 + (i + 1/2) / 2^16, and the quantile is sqrt(2) erf^-1(2 P - 1).
    upper[i] = std::numbers::sqrt2 * boost::math::erf_inv((2.0 * i + 1) / kPoints);
    square += 2 * upper[i] * upper[i];
  }
  const double scale = 1 / std::sqrt(square / kPoints);
  std::vector<float> table(kPoints);
  for (int i = 0; i < kPoints / 2; ++i) {
    table[kPoints / 2 + i] = static_cast<float>(upper[i] * scale);
    table[kPoints / 2 - 1 - i] = -table[kPoints / 2 + i];
  }
  return table;
}

}  // namespace

const float* normal_quantiles() {
  static const std::vector<float> table = make_table();
  return table.data();
}

void look_up_normals(const std::uint16_t* words, int count, float* deviates) {
  const float* table = normal_quantiles();
  for (int i = 0; i < count; ++i) deviates[i] = table[words[i]];
}

}  // namespace nvcim::sim
