// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "arch/parameters.h"
#include "mapping/perturbation.h"
#include "mapping/selection/selection.h"
#include "sim/parallel/ranks.h"
#include "sim/report/result.h"
#include "sim/studies/worst_case/request.h"
#include "sim/studies/worst_case_search.h"
#include "workloads/dataset.h"
#include "workloads/network.h"

namespace nvcim::sim {

/// How wrong a chip can be although every cell is as close to its target as programming guarantees: what is asked, and
/// what was loaded for it.
struct WorstCaseRequest : WorstCaseOptions {
  Architecture architecture;
  std::vector<workloads::Network> networks;      ///< side by side, such as trainings of one network
  workloads::Dataset search;                     ///< what the searches see
  workloads::Dataset data;                       ///< what is reported on
  std::string search_split;                      ///< for reports: "train" or "test"
  std::vector<mapping::WeightValues> curvature;  ///< [networks] of the normalised weights, for swim below budget 1
  int threads = 1;
  std::filesystem::path journal;           ///< as UnitJob::journal; draws have a second one, with ".draws" at its end
  std::function<void(std::string)> begin;  ///< told what starts; may be empty
  std::function<void(int, int)> progress;  ///< of it; may be empty
};

/// One network at one budget and bound.
struct WorstCaseSetting {
  int network = 0;  ///< index in the request
  double budget = 1, bound = 0;
  double loose_bound = 0;  ///< equal to bound where everything is verified
  double nwc = 1;          ///< of the cells that are verified
};

/// The perturbation that a search found: a certificate, run on the chip.
struct WorstCaseFound {
  int setting = 0;
  SearchMethod method = SearchMethod::pgd;
  mapping::Perturbation perturbation;
  mapping::PerturbationExtent extent;
  int correct_searched = 0;  ///< of the search split, by the search's own arithmetic
  int correct = 0;           ///< of the reported samples, by the chip
  int iterations = 0;
  bool converged = false;
  std::string found_by;
  std::optional<double> seconds = {};  ///< of the search, where it was made just now; no part of the files
};

/// Draws within the bounds of a setting, each a chip of its own.
struct WorstCaseDrawn {
  int setting = 0;
  mapping::BoundedDraw draw = mapping::BoundedDraw::gaussian;
  std::vector<int> correct;  ///< [draws]
};

struct WorstCaseResult {
  std::vector<double> reference;           ///< [networks] accuracy without a chip
  std::vector<WorstCaseSetting> settings;  ///< [networks][budgets][bounds]
  std::vector<WorstCaseFound> found;       ///< [settings][methods]
  std::vector<WorstCaseDrawn> drawn;       ///< [settings][distributions], when draws were asked for

  /// Index in `found` of what a setting's worst case is: least right on the search split, so that the reported split
  /// chooses nothing.
  std::size_t worst(int setting) const;
};

/// Searches, checks every cell of what was found, programs it and runs it through the batched engine; then the draws.
/// Spread over ranks and threads; the result depends neither on their number nor on interruptions, but on the BLAS. The
/// cells hold their targets plus the perturbation and nothing else: no programming variation, stuck cells or ageing;
/// converters, wires and read noise are those of the architecture.
/// @return  in every rank; `reference` and `seconds` in the leading one only
/// Errors: InputError (FailedTogether in ranks that do not lead): data that do not suit a network, a network that does
/// not fit, bounds or budgets outside their ranges, a journal of another job or one that cannot be written.
WorstCaseResult run_worst_case(const WorstCaseRequest& request, Ranks& ranks);

const char* draw_name(mapping::BoundedDraw draw);

/// Name of the perturbation file of result.found[index] in the result's folder.
std::string perturbation_file_name(const WorstCaseResult& result, std::size_t index);

/// What all commands write, without version and command.
Result result_of(const WorstCaseRequest& request, const WorstCaseResult& result);

}  // namespace nvcim::sim
