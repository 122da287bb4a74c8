// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "arch/parameters.h"
#include "mapping/perturbation.h"
#include "mapping/written_cells.h"
#include "sim/engine.h"
#include "sim/report/run_report.h"
#include "workloads/dataset.h"
#include "workloads/network.h"

namespace nvcim::sim {

/// A chip that was programmed before.
struct ProgrammedChip {
  std::string name;  ///< in reports
  mapping::WrittenCells cells;
};

/// Deviations that were chosen, not drawn.
struct ChosenDeviations {
  std::string name;  ///< in reports
  mapping::Perturbation perturbation;
};

/// One chip runs a network over a data set.
struct RunRequest {
  Architecture architecture;
  workloads::Network network;
  workloads::Dataset data;  ///< the samples to run
  bool labelled = true;     ///< false: they stand in for real ones, and accuracy is not reported
  bool functional = true;   ///< all samples
  bool systemc = true;      ///< the first cycle_samples, or fewer when there are fewer
  int cycle_samples = 4;
  std::uint64_t seed = 1;      ///< of a chip that is programmed for this run
  std::uint32_t instance = 0;  ///< the same
  /// Of a part of a network (mapping/rounds.h): what it ends in, and where its draws begin.
  mapping::Ending ending = mapping::Ending::logits;
  std::uint32_t first_node = 0;
  std::optional<ProgrammedChip> chip;  ///< of this architecture and network; not given: one is programmed, unverified
  /// Of this architecture and network; given: every cell holds its target plus its deviation, and nothing else moves
  /// it.
  std::optional<ChosenDeviations> deviations;
  int threads = 1;
  std::function<void(std::string)> begin;  ///< told what starts; may be empty
  std::function<void(int, int)> progress;  ///< of it; may be empty

  mapping::ChipDraws draws() const { return {.seed = seed, .instance = instance, .first_node = first_node}; }
};

struct RunOutcome {
  mapping::Plan plan;
  std::optional<mapping::StateCounts> cell_states;  ///< unless their codes were chosen
  std::optional<ProgrammingCost> programming;       ///< when a chip was programmed for this run
  mapping::ChipInstance chip;
  std::vector<int> reference_predicted;
  std::optional<InferenceResult> functional;
  std::optional<CycleResult> cycle;
  std::optional<EventCounts> functional_on_cycle_samples;  ///< when both engines ran
};

/// Places, programs unless the chip is given, and runs. When both engines run, every sum, code, logit and count of the
/// cycle samples is compared (NVCIM_CHECK). Errors: InputError: data of another shape than the network's input, a
/// network that does not fit the chip, a pipeline that cannot flow.
RunOutcome run_network(const RunRequest& request);

/// What to report about it; references into both arguments.
RunReport report_run(const RunRequest& request, const RunOutcome& outcome);

/// InputError unless the data suits the network: shape and number of classes.
void check_data(const workloads::Network& network, const workloads::Dataset& data);

/// Aborts with the first place where two results differ. Exposed for tests.
void check_equal(const workloads::Network& network, const InferenceResult& functional, const InferenceResult& systemc);

}  // namespace nvcim::sim
