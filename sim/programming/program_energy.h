// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/programming/program_job.h"

namespace nvcim::sim {

/// Joules of programming: counts times the architecture's figures, once (contract C5). The parts sum to the total, over
/// components as over nodes.
struct ProgramEnergy {
  /// "pulses.first_write", "pulses.set", "pulses.reset", "half_selected", then the components of the energy table that
  /// took part: write drivers ("write_controller"), converters of verify reads, buffers, network, external memory.
  std::vector<std::pair<std::string, double>> parts;
  std::vector<double> nodes;  ///< [nodes of the network]
  double total = 0;
};

ProgramEnergy program_energy(const ProgramJob& job, const ProgramCounts& counts);

/// total / seconds and the like need it: cycles of chip.clock.
double program_seconds(const ProgramJob& job, Cycle cycles);

/// Attempts of verifying every cell of this instance: what NWC is normalised with. Source: SWIM, DAC 2022; the first,
/// unverified write is not counted.
std::uint64_t attempts_of_everything(const ProgramJob& job, int threads = 1);

}  // namespace nvcim::sim
