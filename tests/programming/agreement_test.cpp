// SPDX-License-Identifier: Apache-2.0
// Programming: the SystemC write controllers and the engine without SystemC leave the same cells, counts and cycles.
#include <gtest/gtest.h>

#include "device/check_device.h"
#include "mapping/chip_instance.h"
#include "sim/programming/first_difference.h"
#include "sim/programming/program_facts.h"
#include "sim/systemc/program_machine.h"
#include "tests/programming/random_job.h"

namespace nvcim {
namespace {

using testing::OwnedJob;
using testing::random_job;

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
    EXPECT_EQ(sim::first_difference(functional, systemc), "") << "seed " << seed;
    if (functional.budget_spent) continue;
    // Without a budget the chip is the one that write_cells makes, without time.
    const mapping::WrittenCells timeless = mapping::write_cells(owned->architecture, owned->network, owned->plan,
                                                                owned->write_plan, owned->draws, true, 2);
    for (std::size_t block = 0; block < timeless.blocks.size(); ++block)
      EXPECT_EQ(timeless.blocks[block], functional.cells.blocks[block]) << "seed " << seed << ", block " << block;
  }
}

TEST_P(Agreement, WithoutHistoryItIsTheSameChipAtTheSameTimes) {
  constexpr int kCases = 10;
  int whole_blocks = 0;
  for (int i = 0; i < kCases; ++i) {
    const std::uint64_t seed = 1000 + static_cast<std::uint64_t>(GetParam()) * kCases + i;
    const std::unique_ptr<OwnedJob> owned = random_job(seed);
    owned->threads = 1 + static_cast<int>(seed / 2 % 2);
    if (i % 2 == 0) {  // every cell once, nothing else
      owned->write_plan = {};
      owned->budget = {};
      if (i % 4 == 0) owned->architecture.write_controller.half_select = HalfSelect::none;
    }
    const sim::ProgramResult kept = sim::run_programming(owned->job());
    sim::ProgramJob job = owned->job();
    job.keep_history = false;
    whole_blocks += sim::ProgramFacts(job).whole_blocks;
    sim::ProgramResult functional = sim::run_programming(job);
    EXPECT_EQ(sim::first_difference(functional, sim::program_systemc(job, 0)), "") << "seed " << seed;
    for (std::size_t block = 0; block < kept.cells.blocks.size(); ++block) {
      mapping::WrittenBlock& cells = functional.cells.blocks[block];
      EXPECT_TRUE(cells.state.empty() && cells.pulses.empty());
      cells.state = kept.cells.blocks[block].state;
      cells.pulses = kept.cells.blocks[block].pulses;
    }
    EXPECT_EQ(sim::first_difference(functional, kept), "") << "seed " << seed;
  }
  EXPECT_GE(whole_blocks, 3);
}

INSTANTIATE_TEST_SUITE_P(Random, Agreement, ::testing::Range(0, 16));

}  // namespace
}  // namespace nvcim
