// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/report/html_report.h"
#include "sim/report/result.h"
#include "sim/studies/time_multiplexed.h"

namespace nvcim::sim {

/// What all commands write, without version and command.
Result result_of(const TimeMultiplexedRequest& request, const TimeMultiplexedResult& result);
/// For a terminal.
std::string time_multiplexed_table(const TimeMultiplexedRequest& request, const TimeMultiplexedResult& result);
/// The same as one self-contained page.
std::string time_multiplexed_page(const TimeMultiplexedRequest& request, const TimeMultiplexedResult& result,
                                  const PageTexts& texts);

}  // namespace nvcim::sim
