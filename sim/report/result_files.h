// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sim/report/run_report.h"

namespace nvcim::sim {

/// result.json: {"schema_version", "architecture", "network", "data", "metrics": {name: {value, unit, doc}},
/// "facts": {name: {value, doc}}, "layers", "units", "floor_plan"}. Numbers read back to the same doubles.
std::string result_json(const RunReport& report);

/// result.csv: metric,value,unit; quoted as RFC 4180 asks where needed.
std::string result_csv(const RunReport& report);

/// The parts that all results share: {name: {value, unit, doc}}, {name: {value, doc}}, and the table.
nlohmann::ordered_json metrics_json(const std::vector<Metric>& metrics);
nlohmann::ordered_json facts_json(const std::vector<Fact>& facts);
std::string metrics_csv(const std::vector<Metric>& metrics);

/// A text cell of a CSV line on one line: quoted where it needs to be, control characters escaped, and with a ' before
/// what a spreadsheet would run as a formula. Numbers are written as they are.
std::string csv_field(std::string_view text);

}  // namespace nvcim::sim
