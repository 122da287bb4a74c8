// SPDX-License-Identifier: Apache-2.0
// Re-verify after a wait: what it buys on cells that relax.
#include <gmock/gmock.h>

#include <cmath>

#include "arch/load.h"
#include "mapping/cell_targets.h"
#include "mapping/chip_instance.h"
#include "tests/support/random_network.h"

namespace nvcim::mapping {
namespace {

Architecture relaxing_chip(int rounds) {
  Architecture a = load_architecture(
      "rram_1t1r_128", {"/device/model=gaussian", "/device/sigma=0.1", "/device/relaxation=technology_c"});
  a.write_controller.reverify_rounds = rounds;
  a.write_controller.reverify_wait = from_si<Time>(1.0);
  return a;
}

struct Aged {
  double sigma = 0;            ///< root mean square deviation from the target, in siemens
  std::uint64_t attempts = 0;  ///< pulses after the first write
};

Aged programmed_and_aged(int rounds, double seconds) {
  Architecture a = relaxing_chip(rounds);
  const workloads::Network network = nvcim::testing::random_lenet(3);
  const Plan plan = make_plan(a, network);
  const WrittenCells cells = write_cells(a, network, plan, verify_all(plan), {5, 0}, true, 2);
  Aged aged;
  for (const WrittenBlock& block : cells.blocks)
    for (const std::uint32_t pulses : block.pulses) aged.attempts += pulses - 1;
  a.device.age = from_si<Time>(seconds);
  const ChipInstance chip = make_instance(a, network, plan, cells, 2);
  double squares = 0;
  std::int64_t count = 0;
  for (std::size_t index = 0; index < plan.blocks.size(); ++index) {
    BlockWriting writing(a, network, plan, static_cast<int>(index), {5, 0});
    const Block& block = plan.blocks[index];
    for (int row = 0; row < block.rows; ++row) {
      writing.load(row);
      for (int column = 0; column < block.columns; ++column) {
        const double error =
            chip.blocks[index].codes[std::size_t(row) * block.columns + column] - writing.targets()[column];
        const double siemens = error * 39e-6 / writing.range().span;
        squares += siemens * siemens;
        ++count;
      }
    }
  }
  aged.sigma = std::sqrt(squares / static_cast<double>(count));
  return aged;
}

// Half of a day's spread is there after one second (measured, technology C), but only a part of the cells that moved
// early are the ones that are off a day later: of measured cells a re-verify lowers the rms by 9 %, not by the 22 % of
// cells that keep to one path.
TEST(Reverify, AfterAWaitLeavesALittleLessSpreadADayLater) {
  const Aged once = programmed_and_aged(0, 86400), twice = programmed_and_aged(1, 86400);
  EXPECT_NEAR(1 - twice.sigma / once.sigma, 0.09, 0.03);
  EXPECT_GT(twice.attempts, once.attempts);
}

TEST(Reverify, OfAChipThatDoesNotRelaxFindsNothingToDo) {
  Architecture a = relaxing_chip(0);
  a.device.relaxation = RelaxationModel::none;
  a.adc.model = AdcModel::ideal;
  const workloads::Network network = nvcim::testing::random_lenet(3);
  const Plan plan = make_plan(a, network);
  const WrittenCells once = write_cells(a, network, plan, verify_all(plan), {5, 0}, true, 2);
  a.write_controller.reverify_rounds = 3;
  const WrittenCells thrice = write_cells(a, network, plan, verify_all(plan), {5, 0}, true, 2);
  for (std::size_t block = 0; block < once.blocks.size(); ++block) {
    EXPECT_EQ(once.blocks[block].codes, thrice.blocks[block].codes);
    EXPECT_EQ(once.blocks[block].pulses, thrice.blocks[block].pulses);
  }
}

}  // namespace
}  // namespace nvcim::mapping
