// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "mapping/schedule.h"
#include "sim/engine.h"
#include "sim/systemc/buffer_shares.h"

namespace nvcim::sim {

/// Figures about the simulation itself.
struct MachineStatistics {
  std::uint64_t activations = 0;  ///< of all modules
};

/// run_systemc with a schedule and buffer shares of the caller's, for tests that break them.
/// @param change  called with the shares before the machine is built; may be empty
CycleResult run_machine(const ChipRun& run, const mapping::Schedule& schedule, std::span<const std::uint8_t> pixels,
                        int samples, const EngineOptions& options,
                        const std::function<void(BufferShares&)>& change = {}, MachineStatistics* statistics = nullptr);

}  // namespace nvcim::sim
