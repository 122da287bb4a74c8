// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "arch/parameters.h"
#include "mapping/selection/selection.h"
#include "mapping/write_plan.h"
#include "sim/report/html_report.h"
#include "sim/report/result.h"
#include "sim/studies/verify_until.h"
#include "workloads/dataset.h"
#include "workloads/network.h"

namespace nvcim::sim {

/// Choosing the cells of one write plan.
struct SelectRequest {
  Architecture architecture;
  workloads::Network network;
  mapping::SelectionMethod method = mapping::SelectionMethod::swim;
  mapping::Granularity granularity = mapping::Granularity::weight;
  mapping::SelectionOrder order = mapping::SelectionOrder::per_cycle;
  double budget = 0.1;           ///< share of the expected write cycles of verifying everything, 0…1
  mapping::WeightValues values;  ///< curvature for swim, the user's scores for file
  std::string origin;            ///< where they come from: one line, may be empty
  std::uint64_t seed = 1;
  /// Instead of the budget: verify group after group on instance 0 until the target holds (verify_until).
  struct Until {
    std::optional<double> accuracy, drop;  ///< one of them, 0…1
    double group = 0.05;                   ///< of the write cycles of verifying everything
    workloads::Dataset validation;         ///< what is looked at
    int threads = 1;
  };
  std::optional<Until> until;
};

struct SelectOutcome {
  mapping::Plan plan;
  mapping::WritePlan write_plan;
  std::uint32_t units = 0, all_units = 0;  ///< chosen, to choose from
  double nwc = 0;                          ///< expected
  std::optional<VerifyUntilResult> loop;   ///< with SelectRequest::until
  double loss_removed = 0, all_loss = 0;   ///< expected loss that verifying the chosen, and everything, saves (swim)
};

/// Errors: InputError: a budget outside 0…1, a network that does not fit, values missing or negative scores, an order
/// that the method has no value for.
SelectOutcome run_select(const SelectRequest& request);

/// What all commands write, without version and command.
Result result_of(const SelectRequest& request, const SelectOutcome& outcome);
/// For a terminal: where the verified cells lie.
std::string select_table(const SelectRequest& request, const SelectOutcome& outcome);
std::string select_page(const SelectRequest& request, const SelectOutcome& outcome, const PageTexts& texts);

}  // namespace nvcim::sim
