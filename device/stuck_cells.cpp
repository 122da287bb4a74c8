// SPDX-License-Identifier: Apache-2.0
#include "device/stuck_cells.h"

namespace nvcim::device {

StuckState stuck_state(const DeviceParameters& parameters, double uniform) {
  if (uniform < parameters.stuck_at_g_min) return StuckState::at_g_min;
  if (uniform < parameters.stuck_at_g_min + parameters.stuck_at_g_max) return StuckState::at_g_max;
  return StuckState::free;
}

}  // namespace nvcim::device
