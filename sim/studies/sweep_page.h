// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/report/html_report.h"
#include "sim/studies/sweep.h"

namespace nvcim::sim {

/// The sweep as one self-contained page: accuracy over NWC, programming latency and energy with the Pareto front, cost
/// at equal accuracy, where the verified cells lie, what programming and inference spend, break-even, all points.
/// Programs and runs instance 0 a few times for the breakdowns.
std::string sweep_page(const SweepRequest& request, const SweepResult& result, const PageTexts& texts);

/// The points, and what equal accuracy costs, for a terminal.
std::string sweep_table(const SweepRequest& request, const SweepResult& result);

}  // namespace nvcim::sim
