// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "arch/parameters.h"
#include "mapping/plan.h"
#include "mapping/write_plan.h"
#include "mapping/written_cells.h"
#include "workloads/dataset.h"
#include "workloads/network.h"

namespace nvcim::sim {

/// What a write plan came to on one sampled chip.
struct PlanOutcome {
  int correct = 0;                ///< samples classified right by the programmed chip
  std::uint64_t attempts = 0;     ///< write cycles: pulses of write-verify; the first, unverified write is not one
  double seconds = 0;             ///< until the last write controller was done, the unverified pass included
  double joules = 0;              ///< of programming, the unverified pass included
  std::int64_t verified = 0;      ///< cells marked
  std::int64_t rows_touched = 0;  ///< rows with at least one of them
};

/// Programs one chip in time (sim/programming) and classifies the data with it. Single-threaded.
/// Errors: InputError when a measured table cannot be read.
PlanOutcome evaluate_plan(const Architecture& architecture, const workloads::Network& network,
                          const mapping::Plan& plan, const mapping::WritePlan& write_plan,
                          const mapping::ChipDraws& draws, const workloads::Dataset& data);

/// Predictions that are right.
int count_correct(const std::vector<int>& predicted, const std::vector<std::uint8_t>& labels);

}  // namespace nvcim::sim
