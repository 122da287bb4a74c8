// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "arch/parameters.h"
#include "sim/programming/program_job.h"
#include "sim/report/program_report.h"
#include "workloads/network.h"

namespace nvcim::sim {

/// One chip programmed with a network's weights.
struct ProgramRequest {
  Architecture architecture;
  workloads::Network network;
  std::string plan = "all";  ///< "all", "none", or the file of a write plan
  ProgramBudget budget;
  std::uint64_t seed = 1;
  std::uint32_t instance = 0;
  bool functional = true, systemc = true;  ///< both: compared
  int threads = 1;
  std::function<void(std::string)> begin;  ///< told what starts; may be empty
  std::function<void(int, int)> progress;  ///< of it; may be empty
};

struct ProgramOutcome {
  mapping::Plan plan;
  mapping::WritePlan write_plan;
  ProgramResult result;
  std::uint64_t attempts_of_everything = 0;

  ProgramJob job(const ProgramRequest& request) const;
};

/// Places and programs. When both engines run, every cell, count and cycle is compared (NVCIM_CHECK).
/// Errors: InputError: a network that does not fit the chip, a plan file that is damaged or for another chip.
ProgramOutcome program_chip(const ProgramRequest& request);

/// References into both arguments.
ProgramReport report_programming(const ProgramRequest& request, const ProgramOutcome& outcome);

}  // namespace nvcim::sim
