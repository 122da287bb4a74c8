// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <memory>

#include "tests/programming/random_job.h"
#include "tests/support/random_network.h"

namespace nvcim::testing {

/// Two signed cells in one row of one crossbar of one tile. SET pulses take 100 ns, RESET pulses 60 ns, and a pulse
/// that switches puts the cell on its target.
inline std::unique_ptr<OwnedJob> two_cells() {
  auto owned = std::make_unique<OwnedJob>();
  Architecture& a = owned->architecture;
  a.name = "two cells";
  a.chip.mesh_rows = a.chip.mesh_columns = 1;
  a.crossbar.encoding = Encoding::ideal_signed;
  a.adc.model = AdcModel::ideal;
  a.shift_add.time = from_si<Time>(1e-9);
  a.device.model = DeviceModel("gaussian");
  a.device.sigma = 0.2;
  a.device.pulse_part = 1;
  a.device.pulse_sigma = 0;
  a.device.threshold_sigma = from_si<Voltage>(0.0);
  a.device.set_threshold = a.device.reset_threshold = from_si<Voltage>(0.5);
  a.reset_pulse.width_start = a.reset_pulse.width_stop = from_si<Time>(60e-9);
  owned->network = NetworkBuilder({1, 1, 1}, 8, 1).logits(2);
  owned->plan = mapping::make_plan(a, owned->network);
  owned->write_plan = mapping::verify_all(owned->plan);
  return owned;
}

/// Takes the first seed whose unverified write leaves the two cells off their targets as `want` says: -1 too low, 0 in
/// tolerance, +1 too high.
inline void choose_seed(OwnedJob& owned, int first, int second) {
  for (owned.draws.seed = 1;; ++owned.draws.seed) {
    const mapping::WrittenCells once = mapping::write_cells(owned.architecture, owned.network, owned.plan,
                                                            mapping::verify_none(owned.plan), owned.draws, false);
    mapping::BlockWriting writing(owned.architecture, owned.network, owned.plan, 0, owned.draws);
    writing.load(0);
    const double tolerance = owned.architecture.write_controller.tolerance * writing.range().span;
    const auto side = [&](int column) {
      const int error = once.blocks[0].codes[column] - writing.targets()[column];
      return std::abs(error) <= tolerance ? 0 : error < 0 ? -1 : 1;
    };
    if (side(0) == first && side(1) == second) return;
  }
}

}  // namespace nvcim::testing
