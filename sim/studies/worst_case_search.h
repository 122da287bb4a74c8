// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "mapping/perturbation.h"
#include "workloads/gradient.h"
#include "workloads/network.h"

/// Searches for the deviations of the weights, each within its reach, with which a network is right least often. What
/// they find is an upper bound of the worst case: nobody knows how far a better search would get.
namespace nvcim::sim {

enum class SearchMethod {
  /// Projected sign descent with momentum, on the margin and on cross entropy; the better of the two.
  pgd,
  /// Minimises c times the margin plus the distance by which weights are past their reach, with Adam (D. Kingma, J. Ba,
  /// ICLR 2015); c by bisection, the largest for which they stay within. After Yan et al., ICCAD 2022.
  lagrangian,
  /// Baseline: ten steps of sign descent on cross entropy, without momentum or decay.
  sign,
};
const char* search_name(SearchMethod method);

struct SearchRequest {
  const workloads::Network& network;
  std::span<const std::uint8_t> pixels;  ///< [samples][input.size()] of the split that is searched on
  std::span<const std::uint8_t> labels;
  const mapping::WeightReach& reach;
  SearchMethod method = SearchMethod::pgd;
  double enough = 0;       ///< a search ends where at most this share of the samples is right
  std::uint64_t seed = 1;  ///< of the order of the samples
  int threads = 1;
  std::function<void(int done, int total)> progress = {};  ///< iterations; the total is a guess. May be empty
};

struct SearchOutcome {
  workloads::WeightMatrix deviation;  ///< of the normalised weights, within the reach
  int correct = 0;                    ///< samples of the search split that are right with it, before cells round it
  int iterations = 0;                 ///< mini-batches in all
  std::string found_by;               ///< which of the descents: "margin", "cross entropy", …
  bool converged = false;             ///< the last round of iterations gained nothing worth it
};

/// Mini-batches of 500 samples, of fewer where a network is large. The result does not depend on the threads; it does
/// on the BLAS.
SearchOutcome search_worst_case(const SearchRequest& request);

}  // namespace nvcim::sim
