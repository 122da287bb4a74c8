// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "arch/parameters.h"
#include "mapping/selection/selection.h"
#include "workloads/dataset.h"
#include "workloads/network.h"

namespace nvcim::sim {

/// Program everything once, verify the next group, evaluate, until the target holds (Yan et al., SWIM, DAC 2022,
/// Algorithm 1).
struct VerifyUntilRequest {
  const Architecture& architecture;
  const workloads::Network& network;
  const mapping::Plan& plan;
  const mapping::Selection& selection;
  const workloads::Dataset& validation;  ///< what the loop looks at; not the set that is reported
  double group = 0.05;                   ///< of the write cycles of verifying everything
  std::optional<double> accuracy = {};   ///< target: at least this, 0…1
  std::optional<double> drop = {};       ///< target: at most so far below the quantised network without a chip
  double budget = 1;                     ///< NWC at which the loop gives up
  std::uint64_t seed = 1;
  std::uint32_t instance = 0;
  int threads = 1;
};

struct VerifyStep {
  std::uint32_t units = 0;
  double nwc = 0;
  double accuracy = 0;  ///< on the validation samples
};

struct VerifyUntilResult {
  double target = 0;              ///< accuracy that was asked for
  bool met = false;               ///< false: the budget was spent first
  std::vector<VerifyStep> steps;  ///< the first with nothing verified, the last where the loop ended
};

/// Errors: InputError: no target or both, a group outside (0, 1], data that do not suit the network.
VerifyUntilResult verify_until(const VerifyUntilRequest& request);

}  // namespace nvcim::sim
