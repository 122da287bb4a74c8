// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/report/html_report.h"
#include "sim/studies/time_multiplexed.h"

namespace nvcim::sim {

/// Rounds, totals and components, in SI units named in the keys.
std::string time_multiplexed_json(const TimeMultiplexedRequest& request, const TimeMultiplexedResult& result);
/// The rounds, one a line.
std::string time_multiplexed_csv(const TimeMultiplexedResult& result);
/// For a terminal.
std::string time_multiplexed_table(const TimeMultiplexedRequest& request, const TimeMultiplexedResult& result);
/// The same as one self-contained page.
std::string time_multiplexed_page(const TimeMultiplexedRequest& request, const TimeMultiplexedResult& result,
                                  const PageTexts& texts);

}  // namespace nvcim::sim
