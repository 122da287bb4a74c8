// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

/// How two rankings of the same weights compare.
namespace nvcim::workloads {

/// Spearman's rank correlation, ties at their mean rank; 1 when either side is constant on both, else 0 when one is.
double spearman(std::span<const double> a, std::span<const double> b);

/// Share of the `share` largest of `b` that are among the `share` largest of `a`; equal values in index order.
double top_overlap(std::span<const double> a, std::span<const double> b, double share);

/// Median of a / b over the entries with b > 0; 0 when there is none.
double median_ratio(std::span<const double> a, std::span<const double> b);

/// Share of entries that are exactly 0.
double zero_share(std::span<const double> values);

}  // namespace nvcim::workloads
