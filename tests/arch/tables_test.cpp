// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "arch/conductance_grid.h"
#include "arch/cost/area_table.h"
#include "arch/cost/energy_table.h"
#include "arch/load.h"
#include "arch/presets.h"
#include "arch/program_cost.h"

namespace nvcim {
namespace {

TEST(ConductanceGrid, LevelsArePowersOfTwoOfStepsApart) {
  Architecture a;
  for (int cell_bits = 1; cell_bits <= 8; ++cell_bits)
    for (int grid_bits = cell_bits + 2; grid_bits <= 14; ++grid_bits) {
      a.crossbar.cell_bits = cell_bits;
      a.device.grid_bits = grid_bits;
      const ConductanceGrid grid = conductance_grid(a, 8);
      const int top = (1 << cell_bits) - 1;
      EXPECT_EQ(grid.max_level, top);
      EXPECT_EQ(grid.steps_per_level & (grid.steps_per_level - 1), 0);
      EXPECT_LE(top * grid.steps_per_level, 1 << grid_bits);
      EXPECT_GT(2 * top * grid.steps_per_level, 1 << grid_bits);
      EXPECT_NEAR((grid.step * double(grid.span())).value(), (a.device.g_max - a.device.g_min).value(), 1e-18);
    }
  a.crossbar.encoding = Encoding::ideal_signed;
  EXPECT_EQ(conductance_grid(a, 4).max_level, 7);
  EXPECT_EQ(conductance_grid(a, 8).max_level, 127);
}

TEST(EnergyTable, ConductionIsVoltageSquaredTimesConductanceTimesTime) {
  // One cell at 30 uS, full input of 0.2 V for 10 ns: 0.2^2 * 30e-6 * 10e-9 = 12 fJ, for every number of DAC bits.
  for (int dac_bits : {1, 2, 4, 8}) {
    Architecture a = load_architecture("rram_1t1r_128");
    a.dac.bits = dac_bits;
    const ConductanceGrid grid = conductance_grid(a, 8);
    const double digit = (1 << dac_bits) - 1;
    const double count = digit * digit * (30e-6 / grid.step.value());
    EXPECT_NEAR(energy_table(a).of(Event::cell_conduction, count).value(), 12e-15, 1e-24) << dac_bits;
  }
}

TEST(EnergyTable, EveryEventHasItsOwnEntryWithFormulaAndSource) {
  for (const std::string& name : preset_names()) {
    const EnergyTable table = energy_table(load_architecture(name));
    ASSERT_EQ(table.entries.size(), kEnergyKeys.size());
    for (const EventInfo& event : kEventInfo) {
      EXPECT_EQ(table.entry(event.name).event, event.event);
      EXPECT_EQ(table.entry(event.name).component, event.component);
    }
    for (const EnergyEntry& entry : table.entries) {
      EXPECT_GE(entry.per_count.value(), 0) << entry.name;
      EXPECT_TRUE(std::isfinite(entry.per_count.value())) << entry.name;
      EXPECT_FALSE(entry.formula.empty()) << entry.name;
      EXPECT_FALSE(entry.source.empty()) << entry.name;
      EXPECT_FALSE(entry.per.empty()) << entry.name;
    }
  }
}

TEST(EnergyTable, EventOfSeveralComponentsIsTheirSum) {
  const Architecture a = load_architecture("isaac_isca_2016");
  const EnergyTable table = energy_table(a);
  const double per_read =
      table.entry("crossbar_read").per_count.value() + table.entry("input_register").per_count.value();
  EXPECT_DOUBLE_EQ(table.of(Event::crossbar_read, 10).value(), 10 * per_read);
  // Table I: 0.3 mW per crossbar for 100 ns; 1.24 mW of input register for 8 crossbars.
  EXPECT_NEAR(per_read, 0.3e-3 * 100e-9 + 1.24e-3 * 100e-9 / 8, 1e-15);
}

// The published figure of each component, with what it scales with (ISAAC, Table I: 4 mW of 8 x 128 one-bit DACs,
// 20.74 pJ per 256-bit flit of a router, 0.4 mW of pooling and 0.52 mW of two sigmoids at 1.2 GHz, 20.45 pJ per 256
// bits of eDRAM, 0.054 pJ per bit of bus, 1.24 mW of input registers in 100 ns, 26 pJ per 128 bits of chip link).
TEST(EnergyTable, ComponentsScaleWithTheirBitsAndTimes) {
  Architecture a = load_architecture("rram_1t1r_128");
  a.overrides.energy.clear();
  a.crossbar.rows = 96;  // not as many as columns
  a.crossbar.read_time = from_si<Time>(30e-9);
  a.dac.bits = 4;
  a.interconnect.flit_bits = 48;
  a.write_controller.pulse_voltage = from_si<Voltage>(3.0);
  const EnergyTable table = energy_table(a);
  const std::pair<const char*, double> wanted[] = {
      {"row_drive", 4e-3 / 1024 * 4 * 30e-9},
      {"router_flit", 20.74e-12 / 256 * 48},
      {"link_flit", 0.054e-12 * 48},
      {"bus", 0.054e-12},
      {"pooling", 0.4e-3 / 1.2e9},
      {"activation", 0.52e-3 / 2 / 1.2e9},
      {"shift_add", 0.2e-3 / 8 / 1.2e9},
      {"accumulate", 0.2e-3 / 8 / 1.2e9},
      {"input_buffer_read", 20.45e-12 / 256},
      {"global_buffer_write", 20.45e-12 / 256},
      {"external_read", 26e-12 / 128},
      {"input_register", 1.24e-3 * 100e-9 / (8 * 128) * 96 * 4},
      {"write_driver", 50e-15 * 9},
  };
  for (const auto& [name, joule] : wanted)
    EXPECT_NEAR(table.entry(name).per_count.value(), joule, 1e-9 * joule) << name;
}

TEST(EnergyTable, GivenEnergyReplacesTheFigure) {
  const EnergyTable table = energy_table(load_architecture("rram_1t1r_128", {"/energy/router_flit=7 pJ"}));
  EXPECT_DOUBLE_EQ(table.entry("router_flit").per_count.value(), 7e-12);
  EXPECT_EQ(table.entry("router_flit").source, "the architecture file");
}

TEST(EnergyTable, TinyChipSpendsOnePicojoulePerEvent) {
  const EnergyTable table = energy_table(load_architecture("tiny_2x2"));
  for (const EventInfo& event : kEventInfo) {
    if (event.event == Event::cell_conduction) continue;
    EXPECT_DOUBLE_EQ(table.of(event.event, 1).value(), 1e-12) << event.name;
  }
  // 0.1 V on a quarter of 1 uS (4 grid steps to a level of 1 uS) for 10 ns: 25 aJ.
  EXPECT_NEAR(table.of(Event::cell_conduction, 1).value(), 0.1 * 0.1 * 0.25e-6 * 10e-9, 1e-30);
}

TEST(AreaTable, PartsSumToTheChip) {
  for (const std::string& name : preset_names()) {
    const AreaTable table = area_table(load_architecture(name));
    ASSERT_EQ(table.entries.size(), kComponents.size());
    double area = 0, peak = 0;
    for (const AreaEntry& entry : table.entries) {
      EXPECT_GE(entry.count, 0) << entry.name;
      EXPECT_GE(entry.area_each.value(), 0) << entry.name;
      EXPECT_GE(entry.peak_each.value(), entry.name == "chip_link" ? 0 : entry.static_each.value()) << entry.name;
      EXPECT_FALSE(entry.area_formula.empty() || entry.area_source.empty() || entry.peak_formula.empty()) << entry.name;
      area += double(entry.count) * entry.area_each.value();
      peak += double(entry.count) * entry.peak_each.value();
    }
    EXPECT_NEAR(table.area().value(), area, 1e-12 * area) << name;
    EXPECT_NEAR(table.peak_power().value(), peak, 1e-12 * peak) << name;
  }
}

TEST(AreaTable, TinyChipIsCountedByHand) {
  // 4 tiles of 64 crossbars of 2 x 2 cells, one ADC each: per crossbar 10 + 2 DAC + 2 S+H + 100 ADC, one shift-add of
  // 10 (1 GS/s, two codes per cycle of 1 GHz); per tile 1000 buffer + 100 writer + 1000 router + 3 x 10; 10000 global
  // buffer.
  const double square_micron = 4 * (64 * (10 + 2 + 2 + 100 + 10) + 1000 + 100 + 1000 + 30) + 10000;
  EXPECT_NEAR(area_table(load_architecture("tiny_2x2")).area().value() * 1e12, square_micron, 1e-6);
}

TEST(AreaTable, StaticPowerIsPartOfThePeak) {
  const Architecture a = load_architecture("tiny_2x2", {"/static_power/buffer=3 mW"});
  const AreaTable before = area_table(load_architecture("tiny_2x2"));
  const AreaTable after = area_table(a);
  EXPECT_NEAR(after.static_power().value(), 4 * 3e-3, 1e-12);
  EXPECT_NEAR((after.peak_power() - before.peak_power()).value(), 4 * 3e-3, 1e-12);
}

TEST(AreaTable, ACrossbarPeaksWithEveryCellAtItsLargestConductanceAndFullInput) {
  for (const int dac_bits : {1, 2, 4, 8}) {
    Architecture a = load_architecture("rram_1t1r_128");  // its g_min is not 0
    a.dac.bits = dac_bits;
    const double volts = a.crossbar.read_voltage.value(), siemens = a.device.g_max.value();
    const double watts = volts * volts * siemens * 128 * 128;  // Joule; energy over the same time again
    EXPECT_NEAR(area_table(a).entry("crossbar").peak_each.value(), watts, 1e-9 * watts) << dac_bits;
  }
}

TEST(AreaTable, RowsAndColumnsHaveTheirOwnParts) {
  const AreaTable table = area_table(load_architecture("tiny_2x2", {"/crossbar/rows=3", "/crossbar/columns=5"}));
  EXPECT_EQ(table.entry("dac").count, 4 * 64 * 3);
  EXPECT_EQ(table.entry("sample_hold").count, 4 * 64 * 5);
  EXPECT_EQ(table.entry("adc").count, 4 * 64 * 3) << "two columns each";
  EXPECT_NEAR(
      area_table(load_architecture("rram_1t1r_128")).entry("crossbar").area_each.value(),
      2 * area_table(load_architecture("rram_1t1r_128", {"/crossbar/columns=64"})).entry("crossbar").area_each.value(),
      1e-18);
}

// Each at its own rate: converters at theirs, buffers by the bit, a router with five ports and four links.
TEST(AreaTable, PeaksAreEnergyTimesTheRateOfTheirEvents) {
  const AreaTable table = area_table(load_architecture(
      "tiny_2x2",
      {"/adc/sample_rate=250 MHz", "/energy/adc_conversion=3 pJ", "/energy/shift_add=7 pJ", "/energy/router_flit=2 pJ",
       "/energy/link_flit=11 pJ", "/energy/input_buffer_read=2 pJ", "/energy/output_buffer_write=5 pJ"}));
  const auto peak = [&](const char* name) { return table.entry(name).peak_each.value(); };
  EXPECT_NEAR(peak("adc"), 3e-12 * 0.25e9, 1e-15);
  EXPECT_NEAR(peak("shift_add"), 7e-12 * 2 * 1e9, 1e-15) << "two codes a cycle";
  EXPECT_NEAR(peak("interconnect"), (5 * 2e-12 + 4 * 11e-12) * 1e9, 1e-15);
  EXPECT_NEAR(peak("buffer"), (2e-12 + 5e-12) * 8 * 1e9, 1e-15) << "8 bits a cycle";
  EXPECT_NEAR(peak("dac"), 2 * 0.5e-12 / 10e-9, 1e-15) << "1 pJ in 10 ns";
}

TEST(AreaTable, BuffersTakeTheAreaOfAllTheirKibibytes) {
  const auto area = [](const char* in, const char* out) {
    return area_table(load_architecture("rram_1t1r_128", {in, out})).entry("buffer").area_each.value();
  };
  const double kibibyte = 0.083e-6 / 64;  // ISAAC, Table I: 0.083 mm^2 for 64 KiB of eDRAM
  EXPECT_NEAR(area("/buffer/input_kibibytes=64", "/buffer/output_kibibytes=4"), 68 * kibibyte, 1e-15);
  EXPECT_NEAR(area("/buffer/input_kibibytes=32", "/buffer/output_kibibytes=8"), 40 * kibibyte, 1e-15);
}

TEST(AreaTable, CountsRoundUp) {
  const AreaTable table =
      area_table(load_architecture("tiny_2x2", {"/tile/crossbars=3", "/tile/crossbars_per_group=2",
                                                "/interconnect/tiles_per_router=3", "/crossbar/columns=5"}));
  EXPECT_EQ(table.entry("input_register").count, 4 * 2);
  EXPECT_EQ(table.entry("interconnect").count, 2);
  EXPECT_EQ(table.entry("adc").count, 4 * 3 * 3);
}

TEST(PeakThroughput, CountsWeightsThatFitInTheColumns) {
  // 128 x (128 / 8 planes) weights x 2 operations / (8 phases x 10 ns) on 192 crossbars.
  EXPECT_DOUBLE_EQ(peak_throughput(load_architecture("rram_1t1r_128"), 8, 8).ops_per_second,
                   2.0 * 128 * (128 / 8) * 192 / (8 * 10e-9));
  // The sign of a pair takes no bit: seven bits fit one slice of seven.
  EXPECT_DOUBLE_EQ(peak_throughput(load_architecture("tiny_2x2"), 8, 8).ops_per_second,
                   2.0 * 2 * 1 * 256 / (8 * 10e-9));
  // One cell per weight, all eight input bits at once.
  EXPECT_DOUBLE_EQ(peak_throughput(load_architecture("swim_paper"), 8, 8).ops_per_second,
                   2.0 * 128 * 128 * 768 / 10e-9);
}

TEST(ProgramCost, RowTakesSetUpAndAsManyTurnsAsTheDriversNeed) {
  Architecture a = load_architecture("rram_1t1r_128");
  EXPECT_DOUBLE_EQ(write_row_time(a, 128).value(), 119e-9);
  a.write_controller.write_drivers = 32;
  EXPECT_DOUBLE_EQ(write_row_time(a, 128).value(), 419e-9);
  EXPECT_DOUBLE_EQ(write_row_time(a, 33).value(), 219e-9);
  EXPECT_DOUBLE_EQ(write_row_time(a, 32).value(), 119e-9);
  a.write_controller.set_up_time = from_si<Time>(18.2e-9);
  EXPECT_DOUBLE_EQ(write_row_time(a, 32).value(), 119e-9) << "rounded up to the clock";
}

}  // namespace
}  // namespace nvcim
