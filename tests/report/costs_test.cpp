// SPDX-License-Identifier: Apache-2.0
#include "sim/report/costs.h"

#include <gtest/gtest.h>

#include <map>

#include "arch/load.h"
#include "tests/report/example_run.h"

namespace nvcim::sim {
namespace {

std::map<std::string, Costs::EnergyLine> by_name(const std::vector<Costs::EnergyLine>& lines) {
  std::map<std::string, Costs::EnergyLine> found;
  for (const Costs::EnergyLine& line : lines) found.emplace(line.name, line);
  return found;
}

// Guards that what a report multiplies counts with is what the file says: 1 pJ each, so that joules are counts.
TEST(Costs, OfTheTinyChipAreOnePicojoulePerEventInEveryLayer) {
  const Costs costs = make_costs(load_architecture("tiny_2x2"), ExampleRun().network);
  ASSERT_EQ(costs.energy.size(), 4u) << "the input and three nodes";
  for (const auto& lines : costs.energy) {
    const auto found = by_name(lines);
    for (const EventInfo& event : kEventInfo) {
      const Costs::EnergyLine& line = found.at(std::string(event.name));
      EXPECT_EQ(line.event, event.event) << event.name;
      EXPECT_EQ(line.component, event.component) << event.name;
      // A cell of one grid step, a quarter of 1 uS, at 0.1 V for 10 ns: 25 aJ.
      EXPECT_DOUBLE_EQ(line.joules, event.event == Event::cell_conduction ? 25e-18 : 1e-12) << event.name;
    }
    for (const char* free : {"input_register", "output_register", "tile_output_register", "bus"})
      EXPECT_EQ(found.at(free).joules, 0) << free;
  }
}

// A cell of ideal_signed holds the whole magnitude, so its grid, and the joules of a step, depend on the weight's bits.
TEST(Costs, OfAGridStepFollowTheWeightBitsOfTheLayer) {
  Architecture architecture = load_architecture("tiny_2x2", {"/crossbar/encoding=ideal_signed", "/crossbar/columns=2"});
  ExampleRun run;
  run.network.nodes[0].mvm.weight_bits = 8;  // 127 levels of 4 steps in 2^9
  run.network.nodes[2].mvm.weight_bits = 4;  // 7 levels of 64 steps
  const Costs costs = make_costs(architecture, run.network);
  const auto step = [&](std::size_t row) { return by_name(costs.energy[row]).at("cell_conduction").joules; };
  const double volts = 0.1, siemens = 127e-6, seconds = 10e-9;
  EXPECT_NEAR(step(1), volts * volts * siemens / (127 * 4) * seconds, 1e-27);
  EXPECT_NEAR(step(3), volts * volts * siemens / (7 * 64) * seconds, 1e-27);
}

TEST(Costs, AreaAndPowerAreOfAllInstancesOnTheChip) {
  const Architecture architecture =
      load_architecture("tiny_2x2", {"/static_power/buffer=3 mW", "/static_power/global_buffer=5 mW"});
  const Costs costs = make_costs(architecture, ExampleRun().network);
  const std::map<std::string, double> area(costs.area.begin(), costs.area.end());
  const std::map<std::string, double> power(costs.static_power.begin(), costs.static_power.end());
  EXPECT_DOUBLE_EQ(area.at("adc"), 4 * 64 * 100e-12);
  EXPECT_DOUBLE_EQ(area.at("dac"), 4 * 64 * 2 * 1e-12);
  EXPECT_DOUBLE_EQ(area.at("global_buffer"), 10000e-12);
  EXPECT_DOUBLE_EQ(power.at("buffer"), 4 * 3e-3);
  EXPECT_DOUBLE_EQ(power.at("global_buffer"), 5e-3);
  EXPECT_DOUBLE_EQ(power.at("adc"), 0);
  EXPECT_DOUBLE_EQ(total(costs.static_power), 17e-3);
  const Costs without = make_costs(load_architecture("tiny_2x2"), ExampleRun().network);
  EXPECT_NEAR(costs.peak_power - without.peak_power, 17e-3, 1e-12) << "always on is part of the peak";
  // mW, 1 pJ at 1 GHz. Crossbar: 2 drivers and 2 holds every 10 ns, its read and 508 steps in each of 4 cells in that
  // time, a converter, a shift-add of two codes a cycle. Tile: three units, 8 bits in and out, 5 ports and 4 links.
  const double crossbar = 4 * 0.1 + (1 + 4 * 508 * 25e-6) * 0.1 + 1 + 2, tile = 3 + 16 + 9;
  EXPECT_NEAR(without.peak_power * 1e3, 4 * (64 * crossbar + tile) + 8 + 8, 1e-9);
  EXPECT_EQ(costs.adc_energy_law, "constant");
}

}  // namespace
}  // namespace nvcim::sim
