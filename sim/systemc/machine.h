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

/// What tests do to a machine.
struct MachineProbe {
  std::function<void(BufferShares&)> change = {};  ///< called with the shares before the machine is built
  std::uint32_t shuffle = 0;                       ///< not 0: modules act in another order within each cycle
  MachineStatistics* statistics = nullptr;
};

/// run_systemc with a schedule of the caller's and a probe.
CycleResult run_machine(const ChipRun& run, const mapping::Schedule& schedule, std::span<const std::uint8_t> pixels,
                        int samples, const EngineOptions& options, const MachineProbe& probe = {});

}  // namespace nvcim::sim
