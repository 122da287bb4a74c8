// SPDX-License-Identifier: Apache-2.0
#include "sim/report/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "arch/units.h"

namespace nvcim::sim {
namespace {

constexpr double kLeastPercent = 0.001;  // a ratio below it is told in ppm

bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.ends_with('*')) {
    pattern.remove_suffix(1);
    return name.size() > pattern.size() && name.starts_with(pattern);
  }
  return pattern == name;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

std::string grouped(double value) {
  std::string digits = fmt::format("{:.0f}", value);
  for (int at = static_cast<int>(digits.size()) - 3; at > (value < 0 ? 1 : 0); at -= 3) digits.insert(at, ",");
  return digits;
}

}  // namespace

const MetricInfo* find_metric(std::string_view name) {
  const MetricInfo* best = nullptr;
  for (const MetricInfo& info : metric_registry()) {
    if (info.name == name) return &info;
    if (matches(info.name, name) && (best == nullptr || info.name.size() > best->name.size())) best = &info;
  }
  return best;
}

std::vector<std::string> similar_metrics(std::string_view name, std::size_t limit) {
  std::vector<std::pair<std::size_t, std::string>> scored;
  for (const MetricInfo& info : metric_registry()) {
    const bool part = info.name.find(name) != std::string_view::npos;
    scored.emplace_back(part ? 0 : edit_distance(name, info.name), info.name);
  }
  std::stable_sort(scored.begin(), scored.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(limit, scored.size()); ++i) names.push_back(scored[i].second);
  return names;
}

std::string format_metric(double value, std::string_view unit) {
  if (unit == "fraction") return fmt::format("{:.2f} %", 100 * value);
  // A share that may be tiny or above one.
  if (unit == "ratio" && value > 0 && value < kLeastPercent) return fmt::format("{:.4g} ppm", 1e6 * value);
  if (unit == "ratio") return fmt::format("{:.4g} %", 100 * value);
  if (unit == "1/s") return (value >= 100 ? grouped(value) : fmt::format("{:.4g}", value)) + " /s";
  if (unit == "count")
    return value == std::floor(value) || value >= 1e4 ? grouped(value) : fmt::format("{:.6g}", value);
  if (unit.starts_with("TOPS"))
    return value >= 1e-3 ? fmt::format("{:.4g} {}", value, unit)
                         : format_si_rounded(1e12 * value, "OPS") + std::string(unit.substr(4));
  return format_si_rounded(value, unit);
}

}  // namespace nvcim::sim
