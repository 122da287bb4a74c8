// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "arch/random.h"

namespace nvcim::device {

/// Normal draws of a fixed seed, by the address that cells use.
inline std::vector<double> normal_draws(int count, Purpose purpose, std::uint32_t row = 0) {
  const DrawStream stream(20210, purpose, 0, 0, 0);
  std::vector<double> draws;
  for (std::uint32_t group = 0; static_cast<int>(draws.size()) < count; ++group)
    for (double draw : stream.normals(row, group)) draws.push_back(draw);
  draws.resize(count);
  return draws;
}

inline std::vector<double> uniform_draws(int count, Purpose purpose, std::uint32_t row = 1) {
  const DrawStream stream(20210, purpose, 0, 0, 0);
  std::vector<double> draws;
  for (std::uint32_t group = 0; static_cast<int>(draws.size()) < count; ++group)
    for (std::uint32_t bits : stream.block(row, group)) draws.push_back(DrawStream::uniform(bits));
  draws.resize(count);
  return draws;
}

struct Moments {
  double mean = 0, sigma = 0, excess_kurtosis = 0;
};

inline Moments moments(const std::vector<double>& values) {
  Moments m;
  for (double v : values) m.mean += v;
  m.mean /= static_cast<double>(values.size());
  double second = 0, fourth = 0;
  for (double v : values) {
    const double square = (v - m.mean) * (v - m.mean);
    second += square;
    fourth += square * square;
  }
  second /= static_cast<double>(values.size());
  fourth /= static_cast<double>(values.size());
  m.sigma = std::sqrt(second);
  m.excess_kurtosis = fourth / (second * second) - 3;
  return m;
}

}  // namespace nvcim::device
