// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace nvcim {

/// Inverse of the standard normal distribution for addressed draws: 32 random bits b → quantile of (b + 0.5) / 2^32, so
/// |value| <= 6.34. Odd around the middle. Cubic Hermite interpolation on 2^12 segments, absolute error < 2e-6, and the
/// exact quantile in the outer 8/4096 of either tail; plain multiplications and additions, hence the same on every
/// machine.
class NormalQuantile {
 public:
  NormalQuantile();

  double operator()(std::uint32_t bits) const {
    const std::uint32_t segment = bits >> kFractionBits;
    if (segment < kTailSegments || segment >= kSegments - kTailSegments) [[unlikely]]
      return tail(bits);
    const double t = (static_cast<double>(bits & ((1u << kFractionBits) - 1)) + 0.5) * (1.0 / (1u << kFractionBits));
    const Cubic& c = cubics_[segment];
    return c[0] + t * (c[1] + t * (c[2] + t * c[3]));
  }

  /// The table, built once, immutable.
  static const NormalQuantile& instance();

 private:
  static constexpr int kFractionBits = 20;
  static constexpr std::uint32_t kSegments = 1u << (32 - kFractionBits);
  static constexpr std::uint32_t kTailSegments = 8;
  using Cubic = std::array<double, 4>;

  static double tail(std::uint32_t bits);

  std::array<Cubic, kSegments> cubics_;
};

}  // namespace nvcim
