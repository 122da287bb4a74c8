// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/programming/program_job.h"
#include "sim/report/run_report.h"

namespace nvcim::sim {

/// What programming a chip came to; references must outlive make_program_report.
struct ProgramRecord {
  const ProgramJob& job;
  const ProgramResult& result;
  std::uint64_t attempts_of_everything = 0;  ///< of verifying every cell of this instance
  std::string plan;                          ///< "all", "none" or a file's name
  bool functional = true, systemc = true;    ///< engines that ran; both: compared and found equal
};

struct ProgramLayerRow {
  std::string name;
  std::int64_t cells = 0;
  std::int64_t marked = 0;  ///< to be verified
  std::int64_t verified = 0;
  std::int64_t unconverged = 0;
  double attempts = 0;          ///< mean over the cells whose write-verify began
  double energy = 0;            ///< J
  double sigma_verified = 0;    ///< of verified cells, in units of g_max - g_min; 0 when there are none
  double sigma_unverified = 0;  ///< of cells written once
};

struct ProgramReport {
  std::string architecture, description, network, plan;
  std::uint64_t seed = 0;
  std::vector<Metric> metrics;  ///< in the order of the registry
  std::vector<Fact> facts;
  std::vector<ProgramLayerRow> layers;       ///< MVM layers
  std::vector<std::uint64_t> cell_attempts;  ///< [attempts] cells whose write-verify began
  std::vector<std::uint64_t> row_attempts;   ///< [attempts] rows
  struct Controller {
    std::string name;
    double busy = 0, power = 0, targets = 0, reverify = 0;  ///< shares of the whole time; the rest: done
  };
  std::vector<Controller> controllers;

  const Metric* find(std::string_view name) const;
  double value(std::string_view name) const;
  std::vector<const Metric*> family(std::string_view pattern) const;
};

/// Checks with NVCIM_CHECK that figures are finite and parts sum to their totals.
ProgramReport make_program_report(const ProgramRecord& record);

/// For the terminal.
std::string program_terminal(const ProgramReport& report);
/// What all commands write, without version and command.
Result result_of(const ProgramReport& report);

}  // namespace nvcim::sim
