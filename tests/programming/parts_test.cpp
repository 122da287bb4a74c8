// SPDX-License-Identifier: Apache-2.0
// The parts that both engines of programming share, each against its definition: what both get wrong together no
// comparison of the two can see.
#include <gmock/gmock.h>

#include <algorithm>

#include "sim/programming/power_unit.h"
#include "sim/programming/program_energy.h"
#include "sim/programming/row_stream.h"
#include "sim/programming/row_tally.h"
#include "tests/programming/random_job.h"
#include "tests/support/random_network.h"

namespace nvcim::sim {
namespace {

using nvcim::testing::OwnedJob;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Two layers on two tiles of a row of the mesh: 4 x 2 signed cells in tile 0, 2 x 10 in tile 1.
std::unique_ptr<OwnedJob> two_tiles() {
  auto owned = std::make_unique<OwnedJob>();
  Architecture& a = owned->architecture;
  a.name = "two tiles";
  a.chip.mesh_rows = 1;
  a.chip.mesh_columns = 2;
  a.tile.crossbars = 1;
  a.crossbar.rows = a.crossbar.columns = 10;
  a.crossbar.encoding = Encoding::ideal_signed;
  a.device.model = DeviceModel("ideal");
  owned->network = nvcim::testing::NetworkBuilder({4, 1, 1}, 8, 1).linear(2).logits(10);
  owned->plan = mapping::make_plan(a, owned->network);
  owned->write_plan = mapping::verify_all(owned->plan);
  return owned;
}

TEST(RowTally, TheWayOfARowCostsEveryBitFlitRouterAndLink) {
  auto owned = two_tiles();
  Architecture& a = owned->architecture;
  a.interconnect.flit_bits = 16;
  a.interconnect.buffer_flits = 4;  // a packet: a header and three flits
  for (const auto& [name, joules] :
       std::initializer_list<std::pair<const char*, double>>{{"external_read", 1e-12},
                                                             {"global_buffer_write", 1e-11},
                                                             {"global_buffer_read", 1e-10},
                                                             {"router_flit", 1e-9},
                                                             {"link_flit", 1e-8},
                                                             {"input_buffer_write", 1e-7},
                                                             {"input_buffer_read", 1e-6},
                                                             {"bus", 0.0}})
    a.overrides.energy[name] = from_si<Energy>(joules);
  const ProgramJob job = owned->job();
  const ProgramFacts facts(job);
  const RowJob& row = facts.rows[1].front();  // 10 columns of 8 bits, unverified: no mask
  const double bits = 80, flits = 5 + 2, links = 1, routers = 2;
  RowTally tally(facts, true);
  tally.arrived(row, 1);
  const double way = bits * (1e-12 + 1e-11 + 1e-10 + 1e-7) + flits * (routers * 1e-9 + links * 1e-8);
  EXPECT_NEAR(static_cast<double>(tally.take_attojoules()) * 1e-18, way, 1e-17);
  EXPECT_EQ(tally.take_attojoules(), 0u) << "taken once";
  tally.loaded(row);
  EXPECT_NEAR(static_cast<double>(tally.take_attojoules()) * 1e-18, bits * 1e-6, 1e-17);
  const RowJob& verified = facts.rows[1].back();
  ASSERT_NE(verified.round, RowJob::kFirstWrite);
  EXPECT_EQ(facts.bits_of(verified), 90) << "a bit of mask for each column";
}

TEST(RowTally, AVerifyReadConductsAtTheSquareOfTheLargestDigit) {
  auto owned = two_tiles();
  owned->architecture.dac.bits = 3;
  owned->architecture.device.g_min = from_si<Conductance>(0.0);
  const ProgramJob job = owned->job();
  const ProgramFacts facts(job);
  RowTally tally(facts, false);
  const std::vector<std::int16_t> codes = {5, -7, 11, 0, 100, 1, 1, 1, 1, 1};
  const std::vector<std::uint16_t> columns = {0, 1, 2};
  tally.verify_read(facts.rows[1].front(), codes, columns);
  const EventCounts& counts = tally.counts.events;
  EXPECT_EQ(counts.of(2, Event::cell_conduction), 7u * 7u * (5 + 7 + 11)) << "(2^3 - 1)^2, magnitudes";
  EXPECT_EQ(counts.of(2, Event::row_drive), 1u);
  EXPECT_EQ(counts.of(2, Event::adc_conversion), 3u);
  EXPECT_EQ(counts.of(2, Event::sample_hold), 3u);
  EXPECT_EQ(counts.of(2, Event::crossbar_read), 0u);
}

TEST(RowTally, PulsesAreTalliedByKindAndStepWithWhatTheyConduct) {
  auto owned = two_tiles();
  owned->architecture.device.g_min = from_si<Conductance>(0.0);
  const ProgramJob job = owned->job();
  const ProgramFacts facts(job);
  RowTally tally(facts, true);
  std::vector<std::int16_t> codes = {5, -7, 11, 0, 100, 1, 1, 1, 1, 1};
  const std::vector<std::uint16_t> columns = {0, 2};
  const std::vector<std::int64_t> others = {1000, 2000, 3000, 0, 0, 0, 0, 0, 0, 0};
  const device::Pulse pulse{from_si<Voltage>(2.0), from_si<Voltage>(2.0), from_si<Time>(1e-7)};
  const RowJob& row = facts.rows[1].front();
  tally.before_pulses(row, codes, columns, others);
  codes[0] = 9;
  tally.after_pulses(row, codes, PulseKind::set, 3, pulse);
  const auto& tallies = tally.counts.pulses[1][static_cast<int>(PulseKind::set)];
  ASSERT_EQ(tallies.size(), 4u);
  EXPECT_EQ(tallies[3].pulses, 2u);
  EXPECT_EQ(tallies[3].conductance, (5u + 11) + (9 + 11)) << "before and after";
  EXPECT_EQ(tallies[3].half_selected, (7u + 0 + 100 + 5) + (1000 + 3000)) << "the rest of the row, then of the columns";
  EXPECT_EQ(tally.counts.events.of(2, Event::write_driver), 2u);
  const PulseTally one = tallies[3];
  tally.before_pulses(row, codes, columns, {});
  tally.after_pulses(row, codes, PulseKind::set, 3, pulse);
  EXPECT_EQ(tallies[3].pulses, 4u) << "added to those before";
  EXPECT_EQ(tallies[3].conductance, one.conductance + 2 * (9 + 11));
  const double step = 1e-6;
  EXPECT_DOUBLE_EQ(pulse_joules(one, pulse, from_si<Conductance>(step)), 4e-7 * step * (36 / 2.0 + 4112 / 4.0));
}

TEST(RowStream, TheWritePortOfTheGlobalBufferTakesRowsOneAfterAnother) {
  auto owned = two_tiles();
  Architecture& a = owned->architecture;
  a.buffer.external_bus_bits = 128;  // any row in a cycle
  a.buffer.external_access_cycles = 5;
  a.buffer.global_bus_bits = 8;  // 2 cycles for the row of 2 columns, 10 for that of 10
  a.buffer.global_access_cycles = 3;
  const ProgramJob job = owned->job();
  const ProgramFacts facts(job);
  RowStream stream(facts);
  EXPECT_FALSE(stream.send(4).has_value());
  EXPECT_EQ(stream.next(), 5u);
  // Off the bus at 6, written at 8, found after 3, read at 13.
  const auto small = stream.send(5);
  ASSERT_TRUE(small);
  EXPECT_EQ(small->tile, 0);
  EXPECT_EQ(small->at, 13u);
  EXPECT_FALSE(stream.send(5).has_value()) << "the bus is taken";
  // Off the bus at 7; the port is free at 8: written at 18, found at 21, read at 31.
  const auto large = stream.send(6);
  ASSERT_TRUE(large);
  EXPECT_EQ(large->tile, 1);
  EXPECT_EQ(large->at, 31u);
  // Off the bus at 8, written at 20, found at 23; the read port is free at 31: 33.
  const auto next = stream.send(7);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->tile, 0);
  EXPECT_EQ(next->row, 1u);
  EXPECT_EQ(next->at, 33u);
  EventCounts counts(2);
  stream.count(counts);
  for (const Event event : {Event::external_read, Event::global_buffer_write, Event::global_buffer_read}) {
    EXPECT_EQ(counts.of(1, event), 2u * 16);
    EXPECT_EQ(counts.of(2, event), 80u);
  }
}

TEST(RowStream, ATileTakesAsManyRowsAsItHasRoomFor) {
  auto owned = two_tiles();
  owned->architecture.write_controller.buffer_rows = 1;
  const ProgramJob job = owned->job();
  const ProgramFacts facts(job);
  RowStream stream(facts);
  ASSERT_EQ(stream.send(1000)->tile, 0);
  ASSERT_EQ(stream.send(2000)->tile, 1);
  EXPECT_FALSE(stream.next().has_value()) << "both are full";
  stream.slot_freed(1);
  EXPECT_EQ(stream.send(3000)->tile, 1);
  EXPECT_TRUE(stream.has_rows_left());
}

TEST(WriteTiming, ATurnTakesThePowerOfTheCellsPulsedAtOnce) {
  auto owned = two_tiles();
  Architecture& a = owned->architecture;
  a.device.g_max = from_si<Conductance>(40e-6);
  a.write_controller.write_drivers = 4;
  const WriteTiming timing(a);
  const device::Pulse pulse{from_si<Voltage>(2.0), from_si<Voltage>(3.0), from_si<Time>(1e-7)};
  EXPECT_DOUBLE_EQ(timing.turn_power(pulse, 3).value(), 3 * 2.0 * 2.0 * 40e-6);
  EXPECT_DOUBLE_EQ(timing.turn_power(pulse, 4).value(), 4 * 2.0 * 2.0 * 40e-6);
  EXPECT_DOUBLE_EQ(timing.turn_power(pulse, 10).value(), 4 * 2.0 * 2.0 * 40e-6) << "four drivers";
  EXPECT_EQ(timing.pulse_turns(pulse, 4), 1);
  EXPECT_EQ(timing.pulse_turns(pulse, 5), 2);
  EXPECT_EQ(timing.pulses(pulse, 3), 300u);
  EXPECT_EQ(timing.pulses({pulse.amplitude, pulse.gate, from_si<Time>(0.0)}, 2), 2u) << "a cycle at least";
}

TEST(WriteTiming, AVerifyReadTakesTheTurnsOfTheBusiestConverter) {
  mapping::Block block;
  block.columns = 10;
  const std::vector<std::uint16_t> spread = {0, 3, 4, 9}, crowded = {4, 5, 6};
  EXPECT_EQ(adc_turns(block, 4, spread), 2) << "0 and 3 share one";
  EXPECT_EQ(adc_turns(block, 4, crowded), 3);
  block.crossbar_column = 2;  // columns 2, 5 and 6, 11
  EXPECT_EQ(adc_turns(block, 4, spread), 2) << "5 and 6";
  EXPECT_EQ(adc_turns(block, 4, crowded), 2) << "6 and 7, then 8";
  EXPECT_EQ(adc_turns(block, 1, crowded), 1);
}

TEST(ProgramResult, CountsAreSumsOverTheTiles) {
  auto owned = two_tiles();
  owned->architecture.adc.model = AdcModel::ideal;
  const ProgramResult result = run_programming(owned->job());
  EXPECT_EQ(result.counts.first_writes, 4u + 2);
  EXPECT_EQ(result.counts.verified_rows, 4u + 2);
  EXPECT_EQ(result.counts.verify.success, 4u * 2 + 2 * 10);
  ASSERT_EQ(result.controllers.size(), 2u);
  EXPECT_EQ(result.counts.cycles, result.controllers[0].busy + result.controllers[1].busy);
  EXPECT_EQ(result.cycles, std::max(result.controllers[0].end, result.controllers[1].end));
  EXPECT_EQ(result.counts.row_attempts, (std::vector<std::uint64_t>{6})) << "ideal cells need no attempt";
}

constexpr double kPeak = 10e-9;  // 10 nW

std::vector<int> granted(PowerUnit& unit) {
  std::vector<int> tiles;
  for (const PowerUnit::Answer& answer : unit.serve()) tiles.push_back(answer.granted ? answer.tile : ~answer.tile);
  return tiles;
}

TEST(PowerUnit, SharesTheLimitInTheOrderOfTheRequests) {
  PowerUnit unit(from_si<Power>(kPeak), {});
  unit.request(3, {6, 1});
  unit.request(1, {5, 1});
  unit.request(2, {1, 1});
  EXPECT_THAT(granted(unit), ElementsAre(3)) << "6 + 5 are past 10, and nobody overtakes";
  unit.release({6, 0});
  EXPECT_THAT(granted(unit), ElementsAre(1, 2));
  unit.request(0, {4, 1});
  EXPECT_THAT(granted(unit), ElementsAre(0)) << "5 + 1 + 4 are just 10";
  unit.request(4, {1, 1});
  EXPECT_THAT(granted(unit), IsEmpty());
}

TEST(PowerUnit, ATurnPastTheLimitGoesAlone) {
  PowerUnit unit(from_si<Power>(kPeak), {});
  unit.request(0, {11, 1});
  unit.request(1, {1, 1});
  EXPECT_THAT(granted(unit), ElementsAre(0));
  unit.release({11, 0});
  EXPECT_THAT(granted(unit), ElementsAre(1));
}

TEST(PowerUnit, ABudgetOfPulsesIsNeverPassedAndOnceRefusedRefusesAll) {
  PowerUnit unit(from_si<Power>(0.0), {.time = {}, .energy = {}, .pulses = 5});
  unit.request(0, {1000000, 3});
  unit.request(1, {1000000, 2});
  EXPECT_THAT(granted(unit), ElementsAre(0, 1)) << "no limit of power; 5 of 5 pulses";
  unit.request(2, {1, 1});
  unit.request(3, {1, 0});
  EXPECT_THAT(granted(unit), ElementsAre(~2, ~3));
}

TEST(PowerUnit, ABudgetOfEnergyIsSpentByWhatIsReleased) {
  PowerUnit unit(from_si<Power>(0.0), {.time = {}, .energy = from_si<Energy>(100e-18), .pulses = {}});
  unit.request(0, {1, 1});
  EXPECT_THAT(granted(unit), ElementsAre(0));
  unit.release({1, 99});
  unit.request(0, {1, 1});
  EXPECT_THAT(granted(unit), ElementsAre(0)) << "1 aJ is left";
  unit.release({1, 1});
  unit.request(0, {1, 1});
  EXPECT_THAT(granted(unit), ElementsAre(~0));
}

TEST(PowerUnitDeathTest, MoreThanWasGrantedCannotBeReleased) {
  PowerUnit unit(from_si<Power>(kPeak), {});
  EXPECT_DEATH(unit.release({1, 0}), "1 nW released of 0");
}

TEST(ProgramFacts, ATileWritesAllRowsOnceThenVerifiesByPriorityThenAgain) {
  auto owned = two_tiles();
  owned->write_plan = mapping::verify_none(owned->plan);
  owned->write_plan.verify[0][2 * 1] = owned->write_plan.verify[0][2 * 3 + 1] = 1;  // in rows 1 and 3
  owned->write_plan.row_priority = {{9, 5, 9, 2}, {0, 0}};
  owned->architecture.write_controller.reverify_rounds = 1;
  owned->architecture.write_controller.reverify_wait = from_si<Time>(1e-6);
  const ProgramJob job = owned->job();
  const ProgramFacts facts(job);
  std::vector<std::pair<int, int>> rows;
  for (const RowJob& row : facts.rows[0]) rows.emplace_back(row.round, row.row);
  EXPECT_THAT(rows, ElementsAre(std::pair(-1, 0), std::pair(-1, 1), std::pair(-1, 2), std::pair(-1, 3), std::pair(0, 3),
                                std::pair(0, 1), std::pair(1, 3), std::pair(1, 1)));
  EXPECT_EQ(facts.rows[1].size(), 2u);
  EXPECT_EQ(facts.all_rows, 10);
  EXPECT_EQ(facts.reverify_wait, 1000u);
  EXPECT_FALSE(facts.arbitrated);
  EXPECT_EQ(facts.wire_cycles(0), 1u) << "never 0";
  EXPECT_EQ(facts.wire_cycles(1), static_cast<Cycle>(owned->architecture.interconnect.link_cycles));
  owned->budget.energy = from_si<Energy>(1.0);
  EXPECT_TRUE(ProgramFacts(owned->job()).arbitrated);
}

}  // namespace
}  // namespace nvcim::sim
