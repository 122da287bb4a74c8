// SPDX-License-Identifier: Apache-2.0
#include "sim/stats/quantile.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>

#include "arch/check.h"

namespace nvcim::sim {
namespace {

/// The fractional order statistic a, 0 < a < n + 1, that lies below the quantile with this probability: a falls as the
/// probability grows, because x_(a) moves up with a.
double order_with(double probability, double share, double n) {
  const auto excess = [&](double a) { return boost::math::ibeta(a, n + 1 - a, share) - probability; };
  const double edge = 1e-9;  // orders below 1 and above n do not exist: precision there is of no use
  std::uintmax_t steps = 200;
  const auto [low, high] = boost::math::tools::toms748_solve(excess, edge, n + 1 - edge, 1 - probability, -probability,
                                                             boost::math::tools::eps_tolerance<double>(50), steps);
  return (low + high) / 2;
}

/// x_(a), 1 <= a <= n, linear between neighbours.
double at(std::span<const double> sorted, double order) {
  const auto below = std::min(static_cast<std::size_t>(order), sorted.size());
  const double fraction = order - double(below);
  const double value = sorted[below - 1];
  return fraction > 0 && below < sorted.size() ? value + fraction * (sorted[below] - value) : value;
}

}  // namespace

QuantileEstimate estimate_quantile(std::span<const double> sorted, double share, double confidence) {
  NVCIM_CHECK(!sorted.empty() && share > 0 && share < 1 && confidence > 0 && confidence < 1, "{} of {} at {}", share,
              sorted.size(), confidence);
  const double n = double(sorted.size());
  QuantileEstimate estimate;
  estimate.value = at(sorted, std::clamp((n + 1.0 / 3) * share + 1.0 / 3, 1.0, n));
  const double miss = (1 - confidence) / 2;
  const double low = order_with(1 - miss, share, n), high = order_with(miss, share, n);
  // A bound beyond the other end of the draws is that end: still right at least as often as asked.
  if (low >= 1) estimate.low = at(sorted, std::min(low, n));
  if (high <= n) estimate.high = at(sorted, std::max(high, 1.0));
  return estimate;
}

std::int64_t draws_to_resolve(double share, double confidence) {
  NVCIM_CHECK(share > 0 && share < 1 && confidence > 0 && confidence < 1, "{} at {}", share, confidence);
  // The extreme of n draws lies on the wrong side of the quantile with (1 - tail)^n.
  const double tail = std::min(share, 1 - share);
  return std::max<std::int64_t>(1, std::int64_t(std::ceil(std::log((1 - confidence) / 2) / std::log1p(-tail))));
}

}  // namespace nvcim::sim
