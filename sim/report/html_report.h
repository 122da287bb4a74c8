// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "sim/report/run_report.h"

namespace nvcim::sim {

/// What the page shows beside the figures.
struct PageTexts {
  std::string version;
  std::string repeat;         ///< command that repeats the run from the result's folder
  std::string configuration;  ///< architecture.json
};

/// The report as one self-contained page: no network, no other file. All text from the user is escaped.
std::string html_report(const RunReport& report, const PageTexts& texts);

/// & < > " ' as entities.
std::string escape_html(std::string_view text);

}  // namespace nvcim::sim
