// SPDX-License-Identifier: Apache-2.0
// Programming: the SystemC write controllers and the engine without SystemC leave the same cells, counts and cycles.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>

#include "device/device_model.h"
#include "mapping/chip_instance.h"
#include "sim/systemc/program_machine.h"
#include "tests/programming/random_job.h"

namespace nvcim {
namespace {

using testing::OwnedJob;
using testing::random_job;

template <class T>
bool same_bytes(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

std::string difference(const sim::ProgramResult& a, const sim::ProgramResult& b) {
  if (a.cells.blocks.size() != b.cells.blocks.size()) return "number of blocks";
  for (std::size_t i = 0; i < a.cells.blocks.size(); ++i) {
    const mapping::WrittenBlock &x = a.cells.blocks[i], &y = b.cells.blocks[i];
    if (!same_bytes(x.codes, y.codes)) return fmt::format("codes of block {}", i);
    if (!same_bytes(x.pulses, y.pulses)) return fmt::format("pulses of block {}", i);
    if (!same_bytes(x.state, y.state)) return fmt::format("states of block {}", i);
    if (!same_bytes(x.writing, y.writing)) return fmt::format("writings of block {}", i);
  }
  for (std::size_t row = 0; row < a.counts.events.rows(); ++row)
    for (const EventInfo& info : kEventInfo)
      if (a.counts.events.of(row, info.event) != b.counts.events.of(row, info.event))
        return fmt::format("{} of row {}: {} and {}", info.name, row, a.counts.events.of(row, info.event),
                           b.counts.events.of(row, info.event));
  if (!(a.counts == b.counts)) return "counts";
  for (std::size_t tile = 0; tile < a.controllers.size(); ++tile)
    if (!(a.controllers[tile] == b.controllers[tile]))
      return fmt::format("controller {}: busy {} and {}, end {} and {}, waited for targets {} and {}", tile,
                         a.controllers[tile].busy, b.controllers[tile].busy, a.controllers[tile].end,
                         b.controllers[tile].end, a.controllers[tile].waited_for_targets,
                         b.controllers[tile].waited_for_targets);
  if (a.cycles != b.cycles) return fmt::format("cycles: {} and {}", a.cycles, b.cycles);
  if (a.first_pass_cycles != b.first_pass_cycles) return "cycles of the first pass";
  return a.budget_spent == b.budget_spent ? "" : "whether the budget ended it";
}

class Agreement : public ::testing::TestWithParam<int> {};

TEST_P(Agreement, FunctionalAndSystemCLeaveTheSameChipCountsAndCycles) {
  constexpr int kCases = 15;
  for (int i = 0; i < kCases; ++i) {
    const std::uint64_t seed = static_cast<std::uint64_t>(GetParam()) * kCases + i;
    const std::unique_ptr<OwnedJob> owned = random_job(seed);
    ASSERT_TRUE(device::check_device(owned->architecture).empty())
        << seed << ": " << device::check_device(owned->architecture).front().message;
    const sim::ProgramResult functional = sim::run_programming(owned->job());
    const sim::ProgramResult systemc =
        sim::program_systemc(owned->job(), seed % 3 == 0 ? static_cast<std::uint32_t>(seed + 1) : 0);
    EXPECT_EQ(difference(functional, systemc), "") << "seed " << seed;
    if (functional.budget_spent) continue;
    // Without a budget the chip is the one that write_cells makes, without time.
    const mapping::WrittenCells timeless = mapping::write_cells(
        owned->architecture, owned->network, owned->plan, owned->write_plan, owned->draws, true, 2);
    for (std::size_t block = 0; block < timeless.blocks.size(); ++block)
      EXPECT_EQ(timeless.blocks[block], functional.cells.blocks[block]) << "seed " << seed << ", block " << block;
  }
}

INSTANTIATE_TEST_SUITE_P(Random, Agreement, ::testing::Range(0, 16));

}  // namespace
}  // namespace nvcim
