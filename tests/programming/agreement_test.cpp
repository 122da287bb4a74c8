// SPDX-License-Identifier: Apache-2.0
// Programming: the SystemC write controllers and the engine without SystemC leave the same cells, counts and cycles.
#include <gtest/gtest.h>

#include "device/device_model.h"
#include "mapping/chip_instance.h"
#include "sim/programming/first_difference.h"
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

INSTANTIATE_TEST_SUITE_P(Random, Agreement, ::testing::Range(0, 16));

}  // namespace
}  // namespace nvcim
