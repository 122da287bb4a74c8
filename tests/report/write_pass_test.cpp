// SPDX-License-Identifier: Apache-2.0
#include "sim/report/write_pass.h"

#include <gtest/gtest.h>

#include "tests/report/example_run.h"

namespace nvcim::sim {
namespace {

TEST(WritePass, AddsUpTheRowsOfATileAndTheEnergyOfEveryCell) {
  ExampleRun run;
  WriteControllerParameters& controller = run.architecture.write_controller;
  controller.write_drivers = 8;
  controller.set_up_time = from_si<Time>(19e-9);
  controller.pulse_width = from_si<Time>(100e-9);
  controller.pulse_voltage = from_si<Voltage>(2.0);
  run.chip.pedestal = 2;  // with codes of 8: every cell holds 10 grid steps

  // Both layers lie on tile 0: 2 outputs x 8 cells = 16 columns = 2 groups of drivers; 9 and 2 rows.
  const double row = 19e-9 + 2 * 100e-9;
  const double cells = (9 + 2) * 16;
  const mapping::WeightEncoding& encoding = run.plan.layers[0].encoding;
  const double step = (run.architecture.device.g_max - run.architecture.device.g_min).value() /
                      (encoding.grid_per_level * encoding.max_level);
  const WritePass pass = write_pass(run.architecture, run.plan, run.chip);
  EXPECT_EQ(pass.cells, cells);
  EXPECT_NEAR(pass.seconds, 11 * row, 1e-15);
  EXPECT_NEAR(pass.joules, cells * 10 * step * 2.0 * 2.0 * 100e-9, 1e-20);
}

}  // namespace
}  // namespace nvcim::sim
