// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "arch/parameters.h"
#include "mapping/selection/selection.h"
#include "sim/parallel/ranks.h"
#include "sim/report/result.h"
#include "sim/stats/proportion.h"
#include "sim/stats/quantile.h"
#include "sim/stats/spread.h"
#include "sim/studies/monte_carlo/request.h"
#include "workloads/dataset.h"
#include "workloads/network.h"

namespace nvcim::sim {

/// Distribution of accuracy over programmed instances of one chip: what is asked, and what was loaded for it.
struct MonteCarloRequest : MonteCarloOptions {
  Architecture architecture;
  workloads::Network network;
  workloads::Dataset data;          ///< the samples that every instance classifies
  mapping::WeightValues curvature;  ///< of the normalised weights, for swim
  int threads = 1;
  std::filesystem::path journal;  ///< as UnitJob::journal
  /// Called from one thread at a time; may be empty. `total` grows while a precision is not reached.
  std::function<void(int done, int total)> progress;
};

/// k-th percentile performance: the accuracy that k % of the instances do not exceed.
struct Kpp {
  double share = 0;           ///< k / 100
  QuantileEstimate accuracy;  ///< 95 % interval
};

/// Share of the instances that reach an accuracy.
struct Yield {
  double target = 0;
  int passed = 0;
  Interval share;  ///< 95 %, Wilson
};

struct MonteCarloResult {
  double reference_accuracy = 0;  ///< of the quantised network without a chip
  int samples = 0;
  std::vector<int> correct;  ///< [instances] samples classified correctly
  Spread accuracy;
  QuantileEstimate median;
  std::vector<Kpp> kpp;       ///< [quantiles]
  std::vector<Yield> yields;  ///< [targets]
  bool precise = false;       ///< the precision that was asked for is reached
  /// Write cycles of the plan, 1 = everything verified; mean over the instances. Not known of a plan from a file.
  std::optional<double> nwc;
  double verified_share = 0;  ///< of the cells, mean over the instances
  int computed = 0;           ///< instances that the journal did not hold; in the leading rank; no part of the files
};

/// Programs and runs the instances, spread over ranks and threads. The result depends neither on their number nor on
/// how often the work was interrupted. With a precision the instances are looked at at sizes that depend on the
/// instances before alone (next_sample_size), first when every asked quantile can be resolved.
/// @return  in every rank; reference_accuracy and computed in the leading one only
/// Errors: InputError (FailedTogether in ranks that do not lead): data that do not suit the network, a network that
/// does not fit, a request outside its ranges, a damaged or foreign plan, a journal of another job or one that cannot
/// be written.
MonteCarloResult run_monte_carlo(const MonteCarloRequest& request, Ranks& ranks);

/// What the counts say: everything in the result but reference_accuracy, nwc and verified_share.
MonteCarloResult summarise(const MonteCarloRequest& request, std::vector<int> correct);

/// What a report shows of the distribution, named as in the metric registry.
std::vector<Figure> monte_carlo_figures(const MonteCarloResult& result);

/// What all commands write, without version and command.
Result result_of(const MonteCarloRequest& request, const MonteCarloResult& result);

}  // namespace nvcim::sim
