// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "arch/parameters.h"
#include "mapping/plan.h"
#include "mapping/selection/selection.h"
#include "workloads/network.h"

/// What write-verify is expected to cost, for choosing cells before any is written.
namespace nvcim::sim {

/// Whether the spread of an unverified write depends on the level: where SWIM divides by the expected cycles (U-SWIM).
bool is_value_dependent(const Architecture& architecture);

/// Mean attempts of a cell, by level as a share of its highest level; at least a hundredth of the mean over all, so
/// that a gain per attempt stays finite. From verifying a sample of rows (all, up to 2,000) with draws that no
/// programmed instance uses. Errors: InputError when a measured table cannot be read.
std::map<double, double> mean_attempts(const Architecture& architecture, const workloads::Network& network,
                                       const mapping::Plan& plan);

/// What options.order and the device ask for: row times for per_time, attempts by level for a value-dependent device;
/// otherwise every cell counts alike. Errors: as mean_attempts.
void set_costs(const Architecture& architecture, const workloads::Network& network, const mapping::Plan& plan,
               mapping::SelectionOptions& options);

}  // namespace nvcim::sim
