// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nvcim::sim {

/// What one figure means. The only place where a metric is described (metric_registry.cpp): result.json, the reports
/// and `nvcim explain` read it.
struct MetricInfo {
  std::string_view name;     ///< "latency.inference", or a family "energy.layer.*"
  std::string_view unit;     ///< unit of the value in result.json: SI base units, "fraction" for 0…1, "count"
  std::string_view doc;      ///< one sentence
  std::string_view formula;  ///< how it is computed, in terms of other metrics, counts and parameters
  std::string_view source;   ///< which part of the simulation, file or paper it rests on
};

/// Every metric that a command can report, in the order of the report.
std::span<const MetricInfo> metric_registry();

/// The entry that describes `name`: the exact one before a family, a longer family before a shorter one; null if none.
const MetricInfo* find_metric(std::string_view name);

/// Up to `limit` registered names that look like `name`, for messages.
std::vector<std::string> similar_metrics(std::string_view name, std::size_t limit = 5);

/// For people: "90.12 %", "1.67 pJ", "12,345". @param unit  as in MetricInfo
std::string format_metric(double value, std::string_view unit);

}  // namespace nvcim::sim
