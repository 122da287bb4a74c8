// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sim/engine.h"
#include "sim/report/run_report.h"

namespace nvcim::sim {

struct SampleTimes {
  std::uint64_t latency_cycles = 0;  ///< of the first sample, alone in front
  double interval_cycles = 0;  ///< between results in the filled pipeline; the first result's distance is left out
                               ///< when there are three samples or more
};
SampleTimes sample_times(const Timeline& timeline);

/// Units that did anything, by busy and then stall share, most first.
std::vector<UnitRow> unit_rows(const Timeline& timeline);

/// Units of one kind: the last word of their names without its number ("tile3.crossbar2.adc" → "adc", "router(1,2)" →
/// "router").
struct UnitKind {
  std::string name;
  double busy = 0;  ///< mean share over the units that did anything
  double stall = 0;
};
std::vector<UnitKind> unit_kinds(const Timeline& timeline);

}  // namespace nvcim::sim
