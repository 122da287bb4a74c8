// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/report/html_report.h"
#include "sim/report/program_report.h"

namespace nvcim::sim {

/// report.html of programming: time, energy, attempts per cell and row, layers, controllers. One self-contained file.
std::string program_page(const ProgramReport& report, const PageTexts& texts);

}  // namespace nvcim::sim
