// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/kernel/clocked.h"
#include "sim/kernel/unit_statistics.h"
#include "sim/kernel/unit_time.h"

namespace nvcim::sim {

/// A module of the chip that a report knows: it has times and statistics of its own.
class Unit : public Clocked {
 public:
  using Clocked::Clocked;

  /// Name and times of the unit, and of the parts within it that a report lists beside it.
  virtual std::vector<std::pair<std::string, UnitTime>> unit_times() const = 0;
  const UnitStatistics& statistics() const { return statistics_; }

 protected:
  UnitStatistics statistics_;
};

}  // namespace nvcim::sim
