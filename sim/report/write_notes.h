// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "device/verify_reach.h"
#include "device/write_rules.h"
#include "sim/report/run_report.h"

/// What limits a verified cell, in words: shared by `nvcim check` and the reports.
namespace nvcim::sim {

/// "a verify read resolves 0.78 % of g_max - g_min: an accepted cell may be up to 0.39 % from its target, tolerance
/// 0.2 %; levels 1, 2 of 0..3 are never accepted, …". Empty for the ideal converter.
std::string verify_step_text(const device::WriteRules& rules);

/// The windows of the `measured` process by level: "level 0 up to +6.25 %, level 1 within 2.52 %, …".
std::string measured_windows_text(const device::WriteRules& rules);
/// The share of its cells that the table gives up, by level, and where they stand. Empty where every cell succeeded.
std::string measured_failures_text(const device::WriteRules& rules);

/// Facts of the `measured` process: write.table, write.window, write.failures; none for the others.
std::vector<Fact> measured_facts(const Architecture& architecture, const device::WriteRules& rules);

/// "sigma 0.1 x 0.57735" where it is the same at every level, else "sigma 0.018 to 0.0595 (mean 0.0458) of the range":
/// the spread of one write of /device/model. @param max_level  highest level of a cell
std::string programming_spread_text(const DeviceParameters& device, int max_level);

}  // namespace nvcim::sim
