// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace nvcim::sim {

/// A quantile of a distribution, from n independent draws of it. Nothing is assumed of the distribution.
struct QuantileEstimate {
  double value = 0;            ///< close to median-unbiased
  std::optional<double> low;   ///< lower end of the interval; none where n draws do not reach that far out
  std::optional<double> high;  ///< upper end
  /// Both ends exist. Where one is missing, `value` says little too: it is an extreme of the sample.
  bool resolved() const { return low && high; }
  /// Of the interval; only where resolved.
  double half_width() const { return (*high - *low) / 2; }
};

/// Value: definition 8 of R. J. Hyndman, Y. Fan, "Sample quantiles in statistical packages", The American Statistician
/// 50 (1996). Ends: fractional order statistics x_(a) with Pr(Beta(a, n + 1 - a) < share) at the tails of the
/// confidence, interpolated linearly: A. D. Hutson, "Calculating nonparametric confidence intervals for quantiles using
/// fractional order statistics", J. Applied Statistics 26 (1999). Each end alone is one-sided with half the miss.
/// @param sorted      ascending, at least one
/// @param share       k / 100, inside (0, 1)
/// @param confidence  of the two-sided interval, inside (0, 1)
QuantileEstimate estimate_quantile(std::span<const double> sorted, double share, double confidence = 0.95);

/// Fewest draws from which estimate_quantile gives both ends: with fewer, the quantile lies outside of all draws more
/// often than the confidence allows. 1 %: 368, 0.1 %: 3,688.
std::int64_t draws_to_resolve(double share, double confidence = 0.95);

}  // namespace nvcim::sim
