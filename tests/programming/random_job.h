// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "sim/programming/program_job.h"

namespace nvcim::testing {

/// A programming job and everything it refers to.
struct OwnedJob {
  Architecture architecture;
  workloads::Network network;
  mapping::Plan plan;
  mapping::WritePlan write_plan;
  sim::ProgramBudget budget;
  mapping::ChipDraws draws;

  int threads = 1;
  sim::ProgramJob job() const { return {architecture, network, plan, write_plan, draws, budget, {}, threads}; }
};

/// Random network, chip, device, write controller, limits and plan; in about every other case a budget of time, energy
/// or pulses that ends programming on the way. @return checked by device::check_device
std::unique_ptr<OwnedJob> random_job(std::uint64_t seed);

}  // namespace nvcim::testing
