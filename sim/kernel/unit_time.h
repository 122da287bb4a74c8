// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "sim/kernel/cycle.h"

namespace nvcim::sim {

/// Busy and stalled cycles of one unit.
struct UnitTime {
  Cycle busy = 0;
  Cycle stalled = 0;
  /// Says whether the unit has work but waits, from `now` on. A unit that serves somebody else meanwhile works:
  /// the wait that ends now counts only from `busy_until`.
  void set_stalled(bool waits, Cycle now, Cycle busy_until = 0) {
    if (stalled_since_ != kNever) stalled += now - std::clamp(busy_until, stalled_since_, now);
    stalled_since_ = waits ? now : kNever;
  }

 private:
  Cycle stalled_since_ = kNever;
};

}  // namespace nvcim::sim
