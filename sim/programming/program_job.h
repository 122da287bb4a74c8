// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "arch/events.h"
#include "arch/parameters.h"
#include "device/write_verify.h"
#include "mapping/plan.h"
#include "mapping/written_cells.h"
#include "sim/analog/timing.h"
#include "workloads/network.h"

/// Programming a chip, with its time: what both engines (run_programming, program_systemc) take and give. Contract: for
/// the same job, cells, counts and cycles are equal bit for bit.
namespace nvcim::sim {

/// Programming ends when any of them would be passed; nothing given: everything is written.
struct ProgramBudget {
  std::optional<Time> time;             ///< no operation starts that would end later
  std::optional<Energy> energy;         ///< no pulses start once so much is spent; pulses on their way are finished
  std::optional<std::uint64_t> pulses;  ///< of single cells, unverified writes included; never passed

  bool limits_pulses() const { return energy.has_value() || pulses.has_value(); }
};

/// References must outlive the job.
struct ProgramJob {
  const Architecture& architecture;
  const workloads::Network& network;
  const mapping::Plan& plan;
  const mapping::WritePlan& write_plan;  ///< which cells are verified after every cell was written once
  mapping::ChipDraws draws;
  ProgramBudget budget;
  std::function<void(std::int64_t done, std::int64_t all)> progress;  ///< rows; may be empty
  int threads = 1;  ///< with two or more the functional engine works out unverified writes ahead; the same bits
  bool keep_history = true;  ///< of every cell; without, `state` and `pulses` of the result stay empty
};

/// Pulses of one kind at one step of their ramp in one layer. Conductances are sums of codes with the pedestal.
struct PulseTally {
  std::uint64_t pulses = 0;         ///< of single cells
  std::uint64_t conductance = 0;    ///< before plus after the pulse, over the pulsed cells
  std::uint64_t half_selected = 0;  ///< of the cells that saw half the amplitude

  bool operator==(const PulseTally&) const = default;
};

enum class PulseKind { first_write, set, reset };
inline constexpr int kPulseKinds = 3;

struct ProgramCounts {
  device::WriteCounts verify;           ///< of write-verify; its `rounds` are attempts of rows
  std::uint64_t first_writes = 0;       ///< rows written once, unverified
  std::uint64_t verified_rows = 0;      ///< writings of rows with write-verify, rounds of re-verify included
  std::uint64_t row_attempt_cells = 0;  ///< attempts of rows times the cells verified in them
  std::uint64_t cell_attempts = 0;      ///< attempts of those cells
  std::uint64_t cycles = 0;             ///< in which write controllers worked, over all of them
  EventCounts events;                   ///< of verify reads, drivers, buffers and network
  /// [nodes][kPulseKinds][ramp step]
  std::vector<std::array<std::vector<PulseTally>, kPulseKinds>> pulses;
  std::vector<std::uint64_t> row_attempts;  ///< [attempts] rows that took so many

  bool operator==(const ProgramCounts&) const = default;
};

/// What one write controller did, cycles.
struct ControllerTime {
  Cycle busy = 0;
  Cycle waited_for_power = 0;    ///< for its share of the chip's power or budget, wires included
  Cycle waited_for_targets = 0;  ///< idle with rows left
  Cycle waited_to_reverify = 0;
  Cycle end = 0;  ///< its last operation ended

  bool operator==(const ControllerTime&) const = default;
};

struct ProgramResult {
  mapping::WrittenCells cells;  ///< with history where the job keeps it
  ProgramCounts counts;
  std::vector<ControllerTime> controllers;  ///< [plan.tiles_used]
  Cycle cycles = 0;                         ///< until the last controller ended
  Cycle first_pass_cycles = 0;  ///< until every cell had its unverified write; 0 when the budget ended it before
  bool budget_spent = false;    ///< the budget ended programming
};

/// The engine without SystemC. Deterministic and single-threaded: instances are what to spread over threads.
/// Errors: InputError when a measured table cannot be read.
ProgramResult run_programming(const ProgramJob& job);

}  // namespace nvcim::sim
