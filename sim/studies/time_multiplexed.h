// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/stats/proportion.h"
#include "sim/studies/run.h"

namespace nvcim::sim {

/// A network that need not fit the chip runs in rounds (mapping/rounds.h). For a batch of samples the chip is
/// programmed with the first round (every cell once, unverified), streams the batch through it and leaves one feature
/// map per sample in external memory; then it is programmed with the second, and so on. Nothing overlaps. A write sets
/// a cell whatever it held before, and costs the same. Cells that a round does not use keep what an earlier one wrote;
/// they lie in rows that are not driven or columns that are not read, but for cells_beside_groups.
struct TimeMultiplexedRequest {
  RunRequest run;  ///< with the cycle model, and without a chip or deviations of its own
  int batch = 1;   ///< samples between two programmings
};

struct RoundFigures {
  std::vector<std::string> layers;  ///< MVM layers
  std::string result;               ///< node whose map or logits leave the chip
  int crossbars = 0;
  std::int64_t cells = 0;  ///< written
  double programming_seconds = 0, programming_joules = 0;
  /// Of the batch: as long as the cycle samples take, and the interval of the filled pipeline for each sample beyond.
  double inference_seconds = 0;
  double dynamic_joules = 0;  ///< of one inference
};

struct TimeMultiplexedResult {
  std::vector<RoundFigures> rounds;
  int cycle_samples = 0;      ///< behind the times
  bool compared = false;      ///< both engines ran every round and were found equal
  InferenceResult inference;  ///< of the last round: logits and classes of the whole network
  std::vector<int> reference_predicted;

  double batch_seconds = 0;  ///< programming and inference of all rounds
  /// Of one inference, programming being shared by the batch; static power is drawn throughout.
  double programming_joules = 0, dynamic_joules = 0, static_joules = 0;
  std::map<std::string, double> components;  ///< J of dynamic_joules
  double joules() const { return programming_joules + dynamic_joules + static_joules; }

  std::int64_t cells_written = 0;  ///< writes of cells per batch
  std::int64_t cells_used = 0;     ///< cells of the chip that are written at all
  int most_writes = 0;             ///< of one cell per batch
  /// Cells that groups of a convolution need unformed in one round, and that another round writes. The engines take
  /// them as unformed all the same: where there are any, accuracy and energy hold for cells that can be made so.
  std::int64_t cells_beside_groups = 0;
  double mean_writes() const { return static_cast<double>(cells_written) / static_cast<double>(cells_used); }

  /// Share of the samples with the right class, when the data are labelled.
  struct Accuracy {
    double chip = 0, reference = 0;
    Interval interval;  ///< 95 %, of `chip`
  };
  std::optional<Accuracy> accuracy;
};

/// Every batch finds the chip as the first one leaves it: another write of the same cells draws the same deviations.
/// Both engines are compared in every round when both run; parts are checked against totals (NVCIM_CHECK).
/// Errors: InputError: cut_rounds's and run_network's.
TimeMultiplexedResult run_time_multiplexed(const TimeMultiplexedRequest& request);

}  // namespace nvcim::sim
