// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "device/write_verify.h"

namespace nvcim::device {

/// 2-bit cells on the finest grid, ideal converter, no read noise: what the papers' figures assume.
inline Architecture paper_like(WriteProcess process) {
  Architecture a;
  a.crossbar.cell_bits = 2;
  a.adc.model = AdcModel::ideal;
  a.device.model = DeviceModel("gaussian");
  a.device.grid_bits = 14;
  a.device.g_min = from_si<Conductance>(20e-6);
  a.device.g_max = from_si<Conductance>(40e-6);
  a.write_controller.process = process;
  a.write_controller.max_attempts = 3968;
  return a;
}

inline WriteRules rules_of(const Architecture& a) {
  return make_write_rules(a, conductance_grid(a, 4));
}

/// The arrays behind a WriteRow.
struct Row {
  explicit Row(std::size_t size, std::uint32_t draw_row = 0, std::uint32_t first_column = 0)
      : row(draw_row), columns(size), targets(size, 0), codes(size, 0), selected(size, 1), attempts(size, 0) {
    for (std::size_t i = 0; i < size; ++i) columns[i] = first_column + static_cast<std::uint32_t>(i);
  }
  WriteRow view() {
    WriteRow v;
    v.row = row;
    v.columns = columns;
    v.targets = targets;
    v.codes = codes;
    v.selected = selected;
    v.stuck = stuck;
    v.offset = offset;
    v.attempts = attempts;
    return v;
  }

  std::uint32_t row;
  std::vector<std::uint32_t> columns;
  std::vector<std::int16_t> targets, codes;
  std::vector<std::uint8_t> selected, stuck;
  std::vector<float> offset;
  std::vector<std::uint32_t> attempts;
};

/// Cells of the row that still need a pulse.
inline int pending(const RowWriter& writer) {
  int cells = 0;
  writer.for_each_pending([&](std::uint16_t) { ++cells; });
  return cells;
}

/// An operation with its columns kept.
struct Seen {
  WriteAction action;
  std::vector<int> columns;
  int ramp_step;
  bool operator==(const Seen&) const = default;
};

inline std::vector<Seen> operations(RowWriter& writer) {
  std::vector<Seen> seen;
  for (;;) {
    const WriteOperation& operation = writer.step();
    if (operation.action == WriteAction::done) return seen;
    std::vector<int> columns(operation.columns.begin(), operation.columns.end());
    std::sort(columns.begin(), columns.end());
    seen.push_back({operation.action, columns, operation.ramp_step});
  }
}

}  // namespace nvcim::device
