// SPDX-License-Identifier: Apache-2.0
#include "sim/programming/first_difference.h"

#include <fmt/format.h>

#include <cstring>

namespace nvcim::sim {
namespace {

template <class T>
bool same_bytes(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

std::string in_cells(const mapping::WrittenCells& a, const mapping::WrittenCells& b) {
  if (a.blocks.size() != b.blocks.size()) return "number of blocks";
  for (std::size_t i = 0; i < a.blocks.size(); ++i) {
    const mapping::WrittenBlock &x = a.blocks[i], &y = b.blocks[i];
    if (!same_bytes(x.codes, y.codes)) return fmt::format("codes of block {}", i);
    if (!same_bytes(x.pulses, y.pulses)) return fmt::format("pulses of block {}", i);
    if (!same_bytes(x.state, y.state)) return fmt::format("states of block {}", i);
    if (!same_bytes(x.writing, y.writing)) return fmt::format("writings of block {}", i);
  }
  return "";
}

std::string in_counts(const ProgramCounts& a, const ProgramCounts& b) {
  if (a.events.rows() != b.events.rows()) return "rows of the event counts";
  for (std::size_t row = 0; row < a.events.rows(); ++row)
    for (const EventInfo& info : kEventInfo)
      if (a.events.of(row, info.event) != b.events.of(row, info.event))
        return fmt::format("count of {} in row {}: {} and {}", info.name, row, a.events.of(row, info.event),
                           b.events.of(row, info.event));
  if (!(a.verify == b.verify)) return "counters of write-verify";
  if (a.pulses != b.pulses) return "pulses by ramp step";
  return a == b ? "" : "counts of rows";
}

}  // namespace

std::string first_difference(const ProgramResult& a, const ProgramResult& b) {
  if (std::string where = in_cells(a.cells, b.cells); !where.empty()) return where;
  if (std::string where = in_counts(a.counts, b.counts); !where.empty()) return where;
  for (std::size_t tile = 0; tile < std::min(a.controllers.size(), b.controllers.size()); ++tile) {
    const ControllerTime &x = a.controllers[tile], &y = b.controllers[tile];
    if (!(x == y))
      return fmt::format("write controller {}: busy {} and {}, end {} and {}, waited for power {} and {}", tile, x.busy,
                         y.busy, x.end, y.end, x.waited_for_power, y.waited_for_power);
  }
  if (a.controllers.size() != b.controllers.size()) return "number of write controllers";
  if (a.cycles != b.cycles) return fmt::format("cycles: {} and {}", a.cycles, b.cycles);
  if (a.first_pass_cycles != b.first_pass_cycles) return "cycles of the first pass";
  return a.budget_spent == b.budget_spent ? "" : "whether a budget ended it";
}

}  // namespace nvcim::sim
