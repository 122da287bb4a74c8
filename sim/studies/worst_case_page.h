// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/report/html_report.h"
#include "sim/studies/worst_case.h"

namespace nvcim::sim {

/// The study as one self-contained page: accuracy over the bound, every search and draw, how to repeat it.
std::string worst_case_page(const WorstCaseRequest& request, const WorstCaseResult& result, const PageTexts& texts);

/// The same rows for a terminal.
std::string worst_case_table(const WorstCaseRequest& request, const WorstCaseResult& result);

}  // namespace nvcim::sim
