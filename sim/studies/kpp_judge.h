// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "arch/parameters.h"
#include "workloads/dataset.h"
#include "workloads/network.h"

namespace nvcim::sim {

/// Judges networks in training by the KPP of programmed chips on samples that are not trained on.
struct KppJudge {
  Architecture architecture;
  workloads::Dataset data;  ///< held out
  double share = 0.05;      ///< k / 100
  int instances = 100;      ///< every cell written once, unverified
  std::uint64_t seed = 1;
  int threads = 1;

  /// Accuracy 0…1 that `share` of the instances do not exceed. The chips are the same ones for every network of an
  /// epoch, others in every epoch, and none that a study with the same seed draws.
  /// Errors: as run_monte_carlo.
  double operator()(const workloads::Network& network, int epoch) const;

  /// Everything but the samples' values that decides what it says.
  std::string identity() const;
};

/// Errors: InputError when the instances cannot resolve the quantile or there is no sample.
void check(const KppJudge& judge);

/// Takes the last samples off `data`. Errors: InputError when none would be left; `option` names the number.
workloads::Dataset hold_out(workloads::Dataset& data, int samples, const std::string& option);

}  // namespace nvcim::sim
