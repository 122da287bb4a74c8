// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "arch/parameters.h"

namespace nvcim::device {

/// Pulses that each cell has taken over its life. Counted, never drawn: cells do not wear out here, the report says how
/// much of /device/endurance is used.
class Endurance {
 public:
  explicit Endurance(std::size_t cells) : pulses_(cells) {}

  void add(std::size_t cell, std::uint32_t pulses) { pulses_[cell] += pulses; }
  std::uint64_t of(std::size_t cell) const { return pulses_[cell]; }
  std::uint64_t most() const;
  double mean() const;
  /// Share of the rated endurance that the most used cell has spent; 0 when none is stated.
  double used(const DeviceParameters& parameters) const;
  /// Cells that have taken more pulses than they are rated for.
  std::size_t beyond(const DeviceParameters& parameters) const;

 private:
  std::vector<std::uint64_t> pulses_;
};

}  // namespace nvcim::device
