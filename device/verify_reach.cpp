// SPDX-License-Identifier: Apache-2.0
#include "device/verify_reach.h"

#include <algorithm>
#include <cmath>

#include "device/write_verify.h"

namespace nvcim::device {

VerifyReach verify_reach(const WriteRules& rules) {
  const double span = rules.range.span, step = rules.verify_lsb;
  VerifyReach reach{step / span, rules.tolerance / span, 0, {}};
  const int farthest = static_cast<int>(std::floor(rules.tolerance + step));
  for (int level = 0; level < static_cast<int>(rules.redraw_sigma.size()); ++level) {
    const int target = level * rules.steps_per_level;
    bool open = false;
    for (int deviation = -farthest; deviation <= farthest; ++deviation) {
      const int code = target + deviation;
      if (code < rules.range.lowest || code > rules.range.highest) continue;
      const double read = step > 0 ? round_to_even(code / step) * step : code;
      if (std::abs(read - target) > rules.tolerance) continue;
      open = true;
      reach.farthest = std::max(reach.farthest, std::abs(deviation) / span);
    }
    if (!open) reach.closed.push_back(level);
  }
  return reach;
}

}  // namespace nvcim::device
