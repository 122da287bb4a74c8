// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "sim/report/run_report.h"

namespace nvcim::sim {

/// result.json: {"schema_version", "architecture", "network", "data", "metrics": {name: {value, unit, doc}},
/// "facts": {name: {value, doc}}, "layers", "units", "floor_plan"}. Numbers read back to the same doubles.
std::string result_json(const RunReport& report);

/// result.csv: metric,value,unit; quoted as RFC 4180 asks where needed.
std::string result_csv(const RunReport& report);

}  // namespace nvcim::sim
