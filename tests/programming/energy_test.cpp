// SPDX-License-Identifier: Apache-2.0
// Energy of programming, from the definitions.
#include "sim/programming/program_energy.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <numeric>

#include "arch/conductance_grid.h"
#include "arch/cost/energy_table.h"
#include "tests/programming/two_cells.h"

namespace nvcim::sim {
namespace {

using nvcim::testing::choose_seed;
using nvcim::testing::two_cells;
using ::testing::DoubleNear;

std::map<std::string, double> parts_of(const ProgramEnergy& energy) {
  return {energy.parts.begin(), energy.parts.end()};
}

/// Siemens of a signed cell's magnitude.
double siemens(const nvcim::testing::OwnedJob& owned, int code) {
  return std::abs(code) * conductance_grid(owned.architecture, 8).step.value();
}

TEST(ProgramEnergy, OfPulsesIsTheirMeanConductance) {
  auto owned = two_cells();
  choose_seed(*owned, -1, 0);
  const mapping::WrittenCells once = mapping::write_cells(owned->architecture, owned->network, owned->plan,
                                                          mapping::verify_none(owned->plan), owned->draws, false);
  const ProgramResult result = run_programming(owned->job());
  const auto parts = parts_of(program_energy(owned->job(), result.counts));
  const auto& before = once.blocks[0].codes;
  const auto& after = result.cells.blocks[0].codes;
  // Two cells at zero before, 2 V for 100 ns.
  const double first = 4 * 100e-9 * (siemens(*owned, before[0]) + siemens(*owned, before[1])) / 2;
  EXPECT_THAT(parts.at("pulses.first_write"), DoubleNear(first, 1e-12 * first));
  // The low cell alone, at the ramp's first 1.3 V for 100 ns.
  const double set = 1.3 * 1.3 * 100e-9 * (siemens(*owned, before[0]) + siemens(*owned, after[0])) / 2;
  EXPECT_THAT(parts.at("pulses.set"), DoubleNear(set, 1e-12 * set));
  EXPECT_FALSE(parts.contains("half_selected"));
  // Three pulsed columns at 50 fF and 2 V.
  EXPECT_THAT(parts.at("write_controller"), DoubleNear(3 * 50e-15 * 4, 1e-24));
  // Both columns read at first, the pulsed one again.
  EXPECT_EQ(result.counts.events.total(Event::adc_conversion), 3u);
  EXPECT_EQ(result.counts.events.total(Event::row_drive), 2u);
}

TEST(ProgramEnergy, HalfSelectedCellsSeeHalfTheVoltage) {
  auto owned = two_cells();
  owned->architecture.write_controller.half_select = HalfSelect::half_voltage;
  choose_seed(*owned, -1, 0);
  const mapping::WrittenCells once = mapping::write_cells(owned->architecture, owned->network, owned->plan,
                                                          mapping::verify_none(owned->plan), owned->draws, false);
  const auto parts = parts_of(program_energy(owned->job(), run_programming(owned->job()).counts));
  // While the low cell is SET, its neighbour in the row sees 0.65 V. There is no other row.
  const double half = 0.65 * 0.65 * 100e-9 * siemens(*owned, once.blocks[0].codes[1]);
  EXPECT_THAT(parts.at("half_selected"), DoubleNear(half, 1e-12 * half));
}

TEST(ProgramEnergy, PartsAndNodesSumToTheTotal) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto owned = nvcim::testing::random_job(seed);
    const ProgramEnergy energy = program_energy(owned->job(), run_programming(owned->job()).counts);
    double parts = 0;
    for (const auto& [name, joules] : energy.parts) parts += joules;
    EXPECT_THAT(parts, DoubleNear(energy.total, 1e-12 * energy.total)) << seed;
    EXPECT_THAT(std::accumulate(energy.nodes.begin(), energy.nodes.end(), 0.0),
                DoubleNear(energy.total, 1e-12 * energy.total))
        << seed;
  }
}

// What the controller has accounted for when it asks for the SET pulse: the unverified pulse, and moving the two rows'
// targets. One attojoule more in the budget and the pulse is granted.
TEST(ProgramEnergy, ABudgetGrantsPulsesUntilTheAccountReachesIt) {
  auto owned = two_cells();
  choose_seed(*owned, -1, 0);
  const mapping::WrittenCells once = mapping::write_cells(owned->architecture, owned->network, owned->plan,
                                                          mapping::verify_none(owned->plan), owned->draws, false);
  const EnergyTable table = energy_table(owned->architecture, 8);
  const auto& codes = once.blocks[0].codes;
  double account = 4 * 100e-9 * (siemens(*owned, codes[0]) + siemens(*owned, codes[1])) / 2 +
                   table.of(Event::write_driver, 2).value();
  for (const double bits : {16.0, 18.0}) {  // two levels of 8 bits; with the mask
    for (const Event event :
         {Event::external_read, Event::global_buffer_write, Event::global_buffer_read, Event::input_buffer_write})
      account += table.of(event, bits).value();
    account += table.of(Event::router_flit, 2).value();  // header and one flit, one router, no link
  }
  account += table.of(Event::input_buffer_read, 16).value();
  const auto attojoules = static_cast<double>(std::llround(account * 1e18));
  const auto sets = [&](double budget) {
    owned->budget.energy = from_si<Energy>(budget * 1e-18);
    const ProgramResult result = run_programming(owned->job());
    EXPECT_EQ(result.budget_spent, result.counts.verify.set_operations == 0);
    return result.counts.verify.set_operations;
  };
  EXPECT_EQ(sets(attojoules), 0u);
  EXPECT_EQ(sets(attojoules + 1), 1u);
}

TEST(ProgramEnergy, OfARunThatItsBudgetEndedHasReachedIt) {
  int ended = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    auto owned = nvcim::testing::random_job(seed);
    if (!owned->budget.energy) continue;
    const ProgramResult result = run_programming(owned->job());
    if (!result.budget_spent) continue;
    EXPECT_GE(program_energy(owned->job(), result.counts).total, owned->budget.energy->value() * (1 - 1e-9)) << seed;
    ++ended;
  }
  EXPECT_GE(ended, 5) << "too few to say anything";
}

TEST(AttemptsOfEverything, AreThePulsesOfVerifyingAllCells) {
  auto owned = two_cells();
  choose_seed(*owned, -1, 1);
  EXPECT_EQ(attempts_of_everything(owned->job()), 2u);
  choose_seed(*owned, 0, 0);
  EXPECT_EQ(attempts_of_everything(owned->job()), 0u);
}

}  // namespace
}  // namespace nvcim::sim
