// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "arch/parameters.h"
#include "mapping/selection/selection.h"
#include "sim/parallel/ranks.h"
#include "sim/report/result.h"
#include "sim/stats/spread.h"
#include "sim/studies/sweep/request.h"
#include "workloads/dataset.h"
#include "workloads/network.h"

namespace nvcim::sim {

/// Accuracy over budget: every method at every budget on the same sampled chips. What is asked, with methods that say
/// everything (complete_methods), and what was loaded for it.
struct SweepRequest : SweepOptions {
  Architecture architecture;
  workloads::Network network;
  workloads::Dataset data;      ///< the samples to classify
  workloads::Dataset training;  ///< for in_situ
  int threads = 1;
  mapping::WeightValues curvature;                    ///< of the normalised weights, for swim
  mapping::WeightValues scores;                       ///< the user's, for file
  std::filesystem::path journal;                      ///< as UnitJob::journal, a unit being one evaluation
  std::function<void(int done, int total)> progress;  ///< called from one thread at a time; may be empty
};

struct SweepPoint {
  int method = 0;  ///< index in SweepRequest::methods
  double budget = 0;
  double nwc = 0;                ///< write cycles spent / those of verifying everything, mean over the instances
  double seconds = 0;            ///< to program the chip, its unverified pass included, mean over the instances
  double joules = 0;             ///< the same
  double verified_cells = 0;     ///< mean over the instances
  double rows_touched = 0;       ///< rows with at least one verified cell, mean over the instances
  std::vector<double> accuracy;  ///< [instances] 0…1
};

struct SweepResult {
  double reference_accuracy = 0;  ///< of the quantised network without a chip
  std::int64_t cells = 0;
  std::int64_t rows = 0;
  std::vector<SweepPoint> points;  ///< [methods][budgets]
  const SweepPoint& at(std::size_t method, std::size_t budget, std::size_t budgets) const {
    return points[method * budgets + budget];
  }
};

/// Programs and runs methods x budgets x instances, spread over ranks and threads; the result depends neither on their
/// number nor on how often the work was interrupted. Every rank gets it, reference_accuracy the leading one only. Draws
/// are common: instance i is the same chip for every method and budget, and `random` draws a new order for every
/// instance. Every evaluation programs its chip in time (run_programming): accuracy, write cycles, latency and energy
/// are of the same programmed chip. Budgets that verify nothing or everything run once for all methods. Errors:
/// InputError (FailedTogether in ranks that do not lead): data that do not suit the network, a network that does not
/// fit, a budget outside 0…1, values missing for a method, a journal of another sweep or one that cannot be written.
SweepResult run_sweep(const SweepRequest& request, Ranks& ranks);

/// What a method that verifies chooses within a budget, on instance 0.
mapping::WritePlan sweep_plan(const SweepRequest& request, const mapping::Plan& plan, const SweepMethod& method,
                              double budget);

/// (acc - acc0) / (acc1 - acc0): the share of the gap between nothing and everything verified that is closed.
double recovery(double accuracy, double nothing, double everything);

/// What all commands write, without version and command.
Result result_of(const SweepRequest& request, const SweepResult& result);

}  // namespace nvcim::sim
