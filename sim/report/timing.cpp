// SPDX-License-Identifier: Apache-2.0
#include "sim/report/timing.h"

#include <algorithm>
#include <map>

#include "arch/check.h"

namespace nvcim::sim {
namespace {

std::string kind_of(const std::string& name) {
  std::string kind = name.substr(0, name.find('('));
  if (const auto dot = kind.rfind('.'); dot != std::string::npos) kind = kind.substr(dot + 1);
  while (kind.size() > 1 && kind.back() >= '0' && kind.back() <= '9') kind.pop_back();
  return kind.empty() ? name : kind;
}

}  // namespace

SampleTimes sample_times(const Timeline& timeline) {
  const auto& samples = timeline.samples;
  NVCIM_CHECK(!samples.empty(), "no sample in the timeline");
  for (std::size_t i = 0; i < samples.size(); ++i) {
    NVCIM_CHECK(samples[i].last_output > samples[i].first_input, "sample {}: {} to {}", i, samples[i].first_input,
                samples[i].last_output);
    NVCIM_CHECK(i == 0 || samples[i].last_output > samples[i - 1].last_output, "sample {} ends before its predecessor",
                i);
  }
  SampleTimes times;
  times.latency_cycles = samples[0].last_output - samples[0].first_input;
  times.interval_cycles = static_cast<double>(times.latency_cycles);
  if (samples.size() >= 2) {
    const std::size_t first = samples.size() >= 3 ? 1 : 0;  // the pipeline is still filling before the second result
    times.interval_cycles = static_cast<double>(samples.back().last_output - samples[first].last_output) /
                            static_cast<double>(samples.size() - 1 - first);
  }
  return times;
}

std::vector<UnitRow> unit_rows(const Timeline& timeline) {
  std::vector<UnitRow> rows;
  const double total = static_cast<double>(std::max<std::uint64_t>(1, timeline.total_cycles));
  for (const Timeline::Unit& unit : timeline.units)
    if (unit.busy_cycles + unit.stall_cycles > 0)
      rows.push_back(
          {unit.name, static_cast<double>(unit.busy_cycles) / total, static_cast<double>(unit.stall_cycles) / total});
  std::stable_sort(rows.begin(), rows.end(), [](const UnitRow& a, const UnitRow& b) {
    return a.busy != b.busy ? a.busy > b.busy : a.stall > b.stall;
  });
  return rows;
}

std::vector<UnitKind> unit_kinds(const Timeline& timeline) {
  struct Sum {
    std::uint64_t busy = 0, stall = 0, units = 0;
  };
  std::map<std::string, Sum> sums;
  for (const Timeline::Unit& unit : timeline.units) {
    if (unit.busy_cycles + unit.stall_cycles == 0) continue;
    Sum& sum = sums[kind_of(unit.name)];
    sum.busy += unit.busy_cycles;
    sum.stall += unit.stall_cycles;
    ++sum.units;
  }
  std::vector<UnitKind> kinds;
  for (const auto& [name, sum] : sums) {
    const double whole =
        static_cast<double>(sum.units) * static_cast<double>(std::max<std::uint64_t>(1, timeline.total_cycles));
    kinds.push_back({name, static_cast<double>(sum.busy) / whole, static_cast<double>(sum.stall) / whole});
  }
  return kinds;
}

}  // namespace nvcim::sim
