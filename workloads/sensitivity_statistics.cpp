// SPDX-License-Identifier: Apache-2.0
#include "workloads/sensitivity_statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "arch/check.h"

namespace nvcim::workloads {
namespace {

std::vector<double> mean_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = (double(begin) + double(end - 1)) / 2;
    begin = end;
  }
  return ranks;
}

std::vector<bool> largest(std::span<const double> values, std::size_t count) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto before = [&](std::size_t i, std::size_t j) {
    return values[i] != values[j] ? values[i] > values[j] : i < j;
  };
  std::nth_element(order.begin(), order.begin() + std::ptrdiff_t(count), order.end(), before);
  std::vector<bool> chosen(values.size(), false);
  for (std::size_t i = 0; i < count; ++i) chosen[order[i]] = true;
  return chosen;
}

}  // namespace

double spearman(std::span<const double> a, std::span<const double> b) {
  NVCIM_CHECK(a.size() == b.size() && !a.empty(), "{} and {} values", a.size(), b.size());
  const std::vector<double> x = mean_ranks(a), y = mean_ranks(b);
  const double mean = (double(x.size()) - 1) / 2;
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - mean) * (y[i] - mean);
    xx += (x[i] - mean) * (x[i] - mean);
    yy += (y[i] - mean) * (y[i] - mean);
  }
  if (xx == 0 || yy == 0) return xx == yy ? 1 : 0;
  return xy / std::sqrt(xx * yy);
}

double top_overlap(std::span<const double> a, std::span<const double> b, double share) {
  NVCIM_CHECK(a.size() == b.size() && share > 0 && share <= 1, "{} and {} values, share {}", a.size(), b.size(), share);
  const std::size_t count = std::max<std::size_t>(1, std::size_t(share * double(a.size())));
  const std::vector<bool> in_a = largest(a, count), in_b = largest(b, count);
  std::size_t both = 0;
  for (std::size_t i = 0; i < in_a.size(); ++i) both += in_a[i] && in_b[i];
  return double(both) / double(count);
}

double median_ratio(std::span<const double> a, std::span<const double> b) {
  NVCIM_CHECK(a.size() == b.size(), "{} and {} values", a.size(), b.size());
  std::vector<double> ratios;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (b[i] > 0) ratios.push_back(a[i] / b[i]);
  if (ratios.empty()) return 0;
  const std::size_t middle = ratios.size() / 2;
  std::nth_element(ratios.begin(), ratios.begin() + std::ptrdiff_t(middle), ratios.end());
  return ratios[middle];
}

double zero_share(std::span<const double> values) {
  if (values.empty()) return 0;
  return double(std::count(values.begin(), values.end(), 0.0)) / double(values.size());
}

}  // namespace nvcim::workloads
