// SPDX-License-Identifier: Apache-2.0
// What a report of programming says, worked out by hand from cells, counts and cycles that the test chose.
#include "sim/report/program_report.h"

#include <gmock/gmock.h>

#include <cmath>

#include "sim/programming/program_energy.h"
#include "sim/report/program_page.h"
#include "tests/programming/random_job.h"
#include "tests/support/browser.h"
#include "tests/support/random_network.h"

namespace nvcim::sim {
namespace {

using mapping::CellState;

using ::testing::HasSubstr;

/// 20 x 10 signed cells in two crossbars on two tiles; 8 grid steps per level of 127, so 1016 over the range. A cycle
/// is a nanosecond, a grid step a microsiemens.
class ProgramReportByHand : public ::testing::Test {
 protected:
  static constexpr double kSpan = 1016;

  ProgramReportByHand() {
    Architecture& a = owned_.architecture;
    a.name = "by hand";
    a.chip.clock = from_si<Frequency>(1e9);
    a.chip.mesh_rows = 1;
    a.chip.mesh_columns = 2;
    a.tile.crossbars = 1;
    a.crossbar.rows = a.crossbar.columns = 10;
    a.crossbar.encoding = Encoding::ideal_signed;
    a.device.model = DeviceModel("gaussian");
    a.device.grid_bits = 10;
    a.device.g_min = from_si<Conductance>(0.0);
    a.device.g_max = from_si<Conductance>(kSpan * 1e-6);
    a.device.sigma_scale = 0.5;
    a.device.endurance = 310;
    a.write_controller.tolerance = 0.06;  // times sigma_scale: 0.03, 30.48 steps
    a.write_controller.pulse_voltage = from_si<Voltage>(2.0);
    a.write_controller.pulse_width = from_si<Time>(100e-9);
    a.overrides.energy["adc_conversion"] = from_si<Energy>(3e-12);
    owned_.network = nvcim::testing::NetworkBuilder({20, 1, 1}, 8, 1).logits(10);
    owned_.plan = mapping::make_plan(a, owned_.network);
    fill_cells();
    fill_counts();
  }

  /// A cell so many grid steps off its target.
  void set(int block, int cell, int offset, CellState state, std::uint32_t pulses) {
    mapping::BlockWriting writing(owned_.architecture, owned_.network, owned_.plan, block, {});
    writing.load(cell / 10);
    mapping::WrittenBlock& cells = result_.cells.blocks[block];
    cells.codes[cell] = static_cast<std::int16_t>(writing.targets()[cell % 10] + offset);
    cells.state[cell] = state;
    cells.pulses[cell] = pulses;
  }

  void fill_cells() {
    result_.cells.blocks.resize(2);
    owned_.write_plan = mapping::verify_none(owned_.plan);
    for (mapping::WrittenBlock& cells : result_.cells.blocks) {
      cells.codes.resize(100);
      cells.state.resize(100);
      cells.pulses.resize(100);
    }
    // Verified: 1 to 100 steps off, on both sides; 0 to 9 attempts after the first write, ten cells each.
    for (int cell = 0; cell < 100; ++cell) {
      set(0, cell, cell % 2 ? -(cell + 1) : cell + 1, CellState::verified, 1 + static_cast<std::uint32_t>(cell / 10));
      owned_.write_plan.verify[0][cell] = 1;
    }
    for (int cell = 0; cell < 100; ++cell) {
      if (cell < 50)
        set(1, cell, 2 * (cell + 1), CellState::written, 1);
      else if (cell < 70)
        set(1, cell, 500, CellState::unconverged, 31);
      else if (cell < 85)
        set(1, cell, 500, CellState::unfinished, 6);
      else
        set(1, cell, 0, CellState::unwritten, 0);
      owned_.write_plan.verify[1][cell] = cell >= 50 && cell < 85;
    }
  }

  void fill_counts() {
    ProgramCounts& counts = result_.counts;
    counts.row_attempts = {10, 40, 30, 10, 6, 3, 1};
    counts.row_attempt_cells = 4000;
    counts.cell_attempts = 1200;
    counts.events = EventCounts(1);
    counts.events.add(1, Event::adc_conversion, 7);
    counts.pulses.resize(1);
    counts.pulses[0][static_cast<int>(PulseKind::first_write)] = {{200, 1000, 400}};
    counts.verify.read_operations = 11;
    counts.verify.set_operations = 12;
    counts.verify.reset_operations = 13;
    counts.verify.read_bits = 14;
    counts.verify.set_bits = 15;
    counts.verify.reset_bits = 16;
    counts.verify.success = 17;
    counts.verify.failure = 18;
    counts.verify.false_pass = 19;
    counts.verify.false_fail = 20;
    counts.cycles = 21;
    counts.first_writes = 22;
    counts.verified_rows = 23;
    result_.controllers = {{.busy = 600, .waited_for_power = 100, .waited_for_targets = 200, .waited_to_reverify = 50},
                           {.busy = 200, .waited_for_power = 300, .waited_for_targets = 10, .waited_to_reverify = 0}};
    result_.cycles = 1000;
    result_.first_pass_cycles = 400;
  }

  ProgramReport report() const {
    const ProgramJob job = owned_.job();
    return make_program_report(
        {.job = job, .result = result_, .attempts_of_everything = 2250, .plan = "<all>", .systemc = false});
  }

  nvcim::testing::OwnedJob owned_;
  ProgramResult result_;
};

TEST_F(ProgramReportByHand, TimeIsCyclesAndSharesAreMeansOverTheControllers) {
  const ProgramReport r = report();
  EXPECT_DOUBLE_EQ(r.value("latency.programming"), 1000e-9);
  EXPECT_EQ(r.value("latency.programming.cycles"), 1000);
  EXPECT_DOUBLE_EQ(r.value("latency.programming.first_write"), 400e-9);
  EXPECT_DOUBLE_EQ(r.value("busy.programming"), (0.6 + 0.2) / 2);
  ASSERT_EQ(r.controllers.size(), 2u);
  EXPECT_EQ(r.controllers[1].name, "tile1.write_controller");
  EXPECT_DOUBLE_EQ(r.controllers[0].busy, 0.6);
  EXPECT_DOUBLE_EQ(r.controllers[0].power, 0.1);
  EXPECT_DOUBLE_EQ(r.controllers[0].targets, 0.2);
  EXPECT_DOUBLE_EQ(r.controllers[0].reverify, 0.05);
  EXPECT_DOUBLE_EQ(r.controllers[1].power, 0.3);
}

TEST_F(ProgramReportByHand, EnergyIsCountsTimesTheTableAndPowerIsItOverTime) {
  const ProgramReport r = report();
  // V^2 t G / 2 over 1000 steps before plus after, and (V / 2)^2 t G of 400 half-selected ones.
  const double first = 2.0 * 2.0 * 100e-9 * 1e-6 * 1000 / 2, half = 1.0 * 1.0 * 100e-9 * 1e-6 * 400;
  const double reads = 7 * 3e-12;
  EXPECT_DOUBLE_EQ(r.value("energy.programming.pulses.first_write"), first);
  EXPECT_DOUBLE_EQ(r.value("energy.programming.half_selected"), half);
  EXPECT_DOUBLE_EQ(r.value("energy.programming.adc"), reads);
  EXPECT_DOUBLE_EQ(r.value("energy.programming"), first + half + reads);
  EXPECT_DOUBLE_EQ(r.value("power.programming"), (first + half + reads) / 1000e-9);
  EXPECT_DOUBLE_EQ(r.layers.at(0).energy, first + half + reads);
}

TEST_F(ProgramReportByHand, CellsAreCountedByWhatBecameOfThem) {
  const ProgramReport r = report();
  EXPECT_EQ(r.value("cells"), 200);
  EXPECT_EQ(r.value("cells.planned"), 135);
  EXPECT_EQ(r.value("cells.verified"), 100);
  EXPECT_EQ(r.value("cells.written_once"), 50);
  EXPECT_EQ(r.value("cells.unconverged"), 20);
  EXPECT_EQ(r.value("cells.unfinished"), 15);
  EXPECT_EQ(r.value("cells.unwritten"), 15);
  EXPECT_EQ(r.value("pulses.cell.max"), 31);
  EXPECT_DOUBLE_EQ(r.value("endurance.used"), 31.0 / 310);
  const ProgramLayerRow& layer = r.layers.at(0);
  EXPECT_EQ(layer.cells, 200);
  EXPECT_EQ(layer.marked, 135);
  EXPECT_EQ(layer.verified, 100);
  EXPECT_EQ(layer.unconverged, 20);
}

TEST_F(ProgramReportByHand, ResidualsAreAboutTheTargetInUnitsOfTheRange) {
  const ProgramReport r = report();
  double squares = 0, once = 0;
  for (int k = 1; k <= 100; ++k) squares += k * k;
  for (int k = 1; k <= 50; ++k) once += 4 * k * k;
  EXPECT_DOUBLE_EQ(r.value("residual.verified"), std::sqrt(squares / 100) / kSpan);
  EXPECT_NEAR(r.value("residual.verified.p99"), 99 / kSpan, 1e-7);
  EXPECT_DOUBLE_EQ(r.value("residual.verified.max"), 100 / kSpan);
  EXPECT_DOUBLE_EQ(r.value("residual.verified.beyond"), 0.70) << "31 to 100 of 100 are past 30.48";
  EXPECT_DOUBLE_EQ(r.value("residual.unverified"), std::sqrt(once / 50) / kSpan);
  EXPECT_NEAR(r.value("residual.unverified.p99"), 100 / kSpan, 1e-7) << "the 50th of 50";
  EXPECT_DOUBLE_EQ(r.value("residual.unverified.max"), 100 / kSpan);
  EXPECT_DOUBLE_EQ(r.value("residual.unverified.beyond"), 35.0 / 50) << "32, 34, …, 100";
  EXPECT_DOUBLE_EQ(r.layers.at(0).sigma_verified, r.value("residual.verified"));
  EXPECT_DOUBLE_EQ(r.layers.at(0).sigma_unverified, r.value("residual.unverified"));
}

TEST_F(ProgramReportByHand, AttemptsOfCellsAndRowsHaveTheirQuantiles) {
  const ProgramReport r = report();
  const double spent = 10 * (0 + 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9) + 20 * 30 + 15 * 5;
  EXPECT_DOUBLE_EQ(r.value("attempts.cell.mean"), spent / 135);
  EXPECT_EQ(r.value("attempts.cell.p50"), 5) << "50 cells take 0 to 4, 25 take 5";
  EXPECT_EQ(r.value("attempts.cell.p95"), 30);
  EXPECT_EQ(r.value("attempts.cell.max"), 30);
  EXPECT_DOUBLE_EQ(r.layers.at(0).attempts, spent / 135);
  EXPECT_DOUBLE_EQ(r.value("nwc"), spent / 2250);
  // Rows: 10, 40, 30, 10, 6, 3 and 1 of a hundred take 0, 1, …, 6.
  EXPECT_DOUBLE_EQ(r.value("attempts.row.mean"), (40 + 60 + 30 + 24 + 15 + 6) / 100.0);
  EXPECT_EQ(r.value("attempts.row.p50"), 1);
  EXPECT_EQ(r.value("attempts.row.p95"), 4);
  EXPECT_EQ(r.value("attempts.row.p99"), 5);
  EXPECT_EQ(r.value("attempts.row.max"), 6);
  EXPECT_DOUBLE_EQ(r.value("efficiency.row_parallel"), 1200.0 / 4000);
}

TEST_F(ProgramReportByHand, CountersAreThoseOfTheController) {
  const ProgramReport r = report();
  int next = 11;
  for (const char* name :
       {"read_operations", "set_operations", "reset_operations", "read_bits", "set_bits", "reset_bits", "success",
        "failure", "false_pass", "false_fail", "cycles", "first_writes", "verified_rows"})
    EXPECT_EQ(r.value(std::string("count.programming.") + name), next++) << name;
}

TEST_F(ProgramReportByHand, FactsNameWhatWasAsked) {
  owned_.budget.time = from_si<Time>(2e-6);
  owned_.budget.pulses = 77;
  result_.budget_spent = true;
  const ProgramReport r = report();
  const auto fact = [&](const std::string& name) -> std::string {
    for (const Fact& one : r.facts)
      if (one.name == name) return one.value;
    return "missing";
  };
  EXPECT_THAT(fact("write.tolerance"), HasSubstr("0.03 of g_max - g_min"));
  EXPECT_EQ(fact("budget.time"), "2 us");
  EXPECT_EQ(fact("budget.pulses"), "77");
  EXPECT_THAT(fact("budget.spent"), HasSubstr("yes"));
  EXPECT_EQ(fact("engine"), "functional");
  EXPECT_EQ(fact("plan"), "<all>");
}

ProgramReport report_of(const nvcim::testing::OwnedJob& owned) {
  const ProgramJob job = owned.job();
  const ProgramResult result = run_programming(job);
  return make_program_report({.job = job,
                              .result = result,
                              .attempts_of_everything = attempts_of_everything(job),
                              .plan = "<all>",
                              .functional = true,
                              .systemc = false});
}

// The report agrees with what was counted on jobs of every kind; what the figures should be is tested above by hand.
TEST(ProgramReport, OfRandomJobsIsWhatWasCounted) {
  int budgets = 0, with_verified = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const auto owned = nvcim::testing::random_job(seed);
    const ProgramJob job = owned->job();
    const ProgramResult result = run_programming(job);
    const std::uint64_t everything = attempts_of_everything(job);
    const ProgramReport report = make_program_report(
        {.job = job, .result = result, .attempts_of_everything = everything, .plan = "<all>", .systemc = false});
    std::int64_t cells = 0, spent = 0, by_state[mapping::kCellStates] = {};
    for (std::size_t block = 0; block < result.cells.blocks.size(); ++block) {
      const mapping::WrittenBlock& written = result.cells.blocks[block];
      cells += std::int64_t{owned->plan.blocks[block].rows} * owned->plan.blocks[block].columns;
      for (std::size_t cell = 0; cell < written.state.size(); ++cell) {
        ++by_state[static_cast<int>(written.state[cell])];
        if (written.state[cell] != CellState::written && written.state[cell] != CellState::unwritten)
          spent += written.pulses[cell] - 1;
      }
    }
    EXPECT_EQ(report.value("cells"), cells) << seed;
    EXPECT_EQ(report.value("cells.unwritten"), by_state[static_cast<int>(CellState::unwritten)]) << seed;
    EXPECT_EQ(report.value("cells.verified"), by_state[static_cast<int>(CellState::verified)]) << seed;
    EXPECT_EQ(report.value("cells.unfinished"), by_state[static_cast<int>(CellState::unfinished)]) << seed;
    if (everything > 0) {
      EXPECT_DOUBLE_EQ(report.value("nwc"), static_cast<double>(spent) / static_cast<double>(everything)) << seed;
    }
    double busy = 0;
    for (const ControllerTime& time : result.controllers) busy += static_cast<double>(time.busy);
    EXPECT_NEAR(report.value("busy.programming") * static_cast<double>(result.controllers.size() * result.cycles), busy,
                1e-6 * busy)
        << seed;
    for (const auto& controller : report.controllers)
      EXPECT_LE(controller.busy + controller.power + controller.targets + controller.reverify, 1 + 1e-9) << seed;
    budgets += result.budget_spent;
    with_verified += report.value("cells.verified") > 0;
  }
  EXPECT_GE(budgets, 5) << "too few of the jobs end early to say anything";
  EXPECT_GE(with_verified, 20);
}

TEST(ProgramPage, DrawsEveryChartAndAsksForNothing) {
  const auto owned = nvcim::testing::random_job(10);
  const std::string page = program_page(report_of(*owned), {"v", "again", "{}"});
  EXPECT_THAT(page, ::testing::Not(HasSubstr("<all>")));
  for (const bool dark : {false, true}) {
    const auto opened = nvcim::testing::open_page(page, dark);
    if (!opened) GTEST_SKIP() << "needs Chromium";
    EXPECT_THAT(opened->errors, ::testing::IsEmpty());
    EXPECT_THAT(opened->requests, ::testing::IsEmpty());
    EXPECT_THAT(opened->blank, ::testing::IsEmpty());
    EXPECT_EQ(opened->drawn.size(), 3u);
  }
}

}  // namespace
}  // namespace nvcim::sim
