// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

/// Drift of which only the spread at each time was published. What the spread grows by in a stretch of time is a draw
/// of its own, independent of the cell's earlier ones: a cell has one path, whatever ages are looked at, and its
/// changes at two times correlate as the smaller spread over the larger. (Of RRAM whose single cells were followed,
/// technology_c of device/relaxation.h, that would be 0.49 between 4 s and 1e5 s, counted from 1 s; measured 0.25. One
/// draw for all times would make it 1.)
namespace nvcim::device {

/// Ends of the stretches from `first` to `until` (seconds): every tenfold of `first`, then `until`.
std::vector<double> decades(double first, double until);
/// From 0 to `until`: every day, then `until`.
std::vector<double> days(double until);

/// How far a cell has gone by the last of `stretches`, in siemens. @param before  the spread that is no drift, there
/// from programming   @param sigma  the spread at a time   @param normals  a draw for each stretch
template <class Sigma>
double grown(double before, std::span<const double> stretches, std::span<const double> normals, Sigma sigma) {
  double sum = 0;
  for (std::size_t i = 0; i < stretches.size(); ++i) {
    // A fit may shrink somewhere, a cell cannot.
    const double after = std::max(before, sigma(stretches[i]));
    sum += normals[i] * std::sqrt(after * after - before * before);
    before = after;
  }
  return sum;
}

}  // namespace nvcim::device
