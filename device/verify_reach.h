// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "device/write_rules.h"

namespace nvcim::device {

/// What the resolution of the verify read (verify_resolution) makes of /write_controller/tolerance, for the processes
/// that verify with it: a cell is accepted by the code that it reads as, and a code stands for a step of conductance.
/// Without read noise, which adds to it.
struct VerifyReach {
  double step = 0;          ///< of a verify read, of g_max - g_min; 0 for the ideal converter
  double tolerance = 0;     ///< of g_max - g_min, sigma_scale included
  double farthest = 0;      ///< largest deviation that is accepted at any level, of g_max - g_min
  std::vector<int> closed;  ///< levels whose targets no code lies near enough to: their cells are never accepted

  /// The step is more than a tenth of what the tolerance says, or closes levels: worth a word.
  bool matters() const { return farthest > 1.1 * tolerance || !closed.empty(); }
};

/// @param rules  of `redraw` or `incremental`
/// O(levels x tolerance in grid steps).
VerifyReach verify_reach(const WriteRules& rules);

}  // namespace nvcim::device
