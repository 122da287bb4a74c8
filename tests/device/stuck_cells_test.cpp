// SPDX-License-Identifier: Apache-2.0
#include "device/stuck_cells.h"

#include <gtest/gtest.h>

namespace nvcim::device {
namespace {

TEST(StuckCells, TakeTheirSharesOneAfterTheOther) {
  DeviceParameters p;
  p.stuck_at_g_min = 0.3;
  p.stuck_at_g_max = 0.2;
  EXPECT_EQ(stuck_state(p, 0.0), StuckState::at_g_min);
  EXPECT_EQ(stuck_state(p, 0.299), StuckState::at_g_min);
  EXPECT_EQ(stuck_state(p, 0.301), StuckState::at_g_max);
  EXPECT_EQ(stuck_state(p, 0.499), StuckState::at_g_max);
  EXPECT_EQ(stuck_state(p, 0.501), StuckState::free);
  EXPECT_EQ(stuck_state(DeviceParameters(), 0.0), StuckState::free);
}

}  // namespace
}  // namespace nvcim::device
