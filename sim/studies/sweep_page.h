// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/report/html_report.h"
#include "sim/studies/sweep.h"

namespace nvcim::sim {

/// The sweep as one self-contained page: accuracy over NWC with its spread per method, all points, how to repeat it.
std::string sweep_page(const SweepRequest& request, const SweepResult& result, const PageTexts& texts);

/// The points for a terminal.
std::string sweep_table(const SweepRequest& request, const SweepResult& result);

}  // namespace nvcim::sim
