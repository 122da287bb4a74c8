// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "arch/parameters.h"

namespace nvcim {

/// All units of one component on the chip.
struct AreaEntry {
  std::string name;        ///< of kComponents
  std::string unit;        ///< what one is
  std::int64_t count = 0;  ///< on the chip
  Area area_each;
  Power static_each;  ///< always drawn
  Power peak_each;    ///< at full load: static power + energy per event x highest rate of the event
  std::string area_formula, area_source;
  std::string peak_formula, peak_source;
  Length node{};  ///< that the area was made for; 0 where it follows /chip/technology, is given, or is none

  Area area() const { return area_each * double(count); }
  Power static_power() const { return static_each * double(count); }
  Power peak_power() const { return peak_each * double(count); }
};

struct AreaTable {
  std::vector<AreaEntry> entries;  ///< one per kComponents, in that order

  const AreaEntry& entry(std::string_view name) const;
  Area area() const;  ///< area.chip
  Power static_power() const;
  Power peak_power() const;  ///< power.peak
};

AreaTable area_table(const Architecture& architecture, int weight_bits = 8);

/// Peak throughput after ISAAC's definition: every crossbar full of weights and read once per read_time, two operations
/// per weight, ceil(input_bits / dac bits) reads per input. Offset columns are not counted as weights.
struct PeakThroughput {
  double ops_per_second = 0;
  double ops_per_second_per_mm2 = 0;  ///< over area.chip
  double ops_per_joule = 0;           ///< over power.peak
};
PeakThroughput peak_throughput(const Architecture& architecture, int weight_bits, int input_bits);

}  // namespace nvcim
