// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/chip_instance.h"
#include "sim/report/run_report.h"

namespace nvcim::sim {

/// A made-up run of a tiny network (one convolution, one pooling, one linear layer): round counts, times and costs, so
/// that a test can compute every figure by hand.
class ExampleRun {
 public:
  ExampleRun();

  RunRecord record() const;
  RunReport report() const { return make_run_report(record(), costs); }

  Architecture architecture;
  workloads::Network network;
  mapping::Plan plan;
  mapping::ChipInstance chip;
  std::vector<std::uint8_t> labels = {0, 1, 1, 0};
  std::vector<int> reference = {0, 1, 0, 0};
  InferenceResult functional;  ///< 4 samples
  CycleResult cycle;           ///< 3 samples
  EventCounts functional_on_cycle_samples;
  Costs costs;
};

}  // namespace nvcim::sim
