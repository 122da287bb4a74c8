// SPDX-License-Identifier: Apache-2.0
#include "sim/report/run_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "sim/report/facts.h"
#include "sim/report/terminal.h"
#include "sim/stats/proportion.h"
#include "tests/report/example_run.h"

namespace nvcim::sim {
namespace {

using ::testing::HasSubstr;

std::string fact(const RunReport& report, const std::string& name) {
  for (const Fact& one : report.facts)
    if (one.name == name) return one.value;
  return "missing";
}

TEST(RunReport, AccuracyCountsTheSamplesOfTheFunctionalEngine) {
  const RunReport report = ExampleRun().report();
  EXPECT_DOUBLE_EQ(report.value("accuracy"), 3.0 / 4);            // 0, 1, 1 right; 1 instead of 0
  EXPECT_DOUBLE_EQ(report.value("accuracy.reference"), 3.0 / 4);  // 0 instead of 1 at the third
  EXPECT_DOUBLE_EQ(report.value("accuracy.agreement"), 2.0 / 4);
  EXPECT_EQ(report.value("accuracy.samples"), 4);
  EXPECT_DOUBLE_EQ(report.find("accuracy")->low.value(), wilson_interval(3, 4).low);
  EXPECT_EQ(report.find("accuracy.float"), nullptr) << "unknown for this network";
}

TEST(RunReport, EnergyIsCountsTimesTableAndStaticPowerTimesInterval) {
  const RunReport report = ExampleRun().report();
  const double adc = 1200 * 2e-12, dac = 50 * 1e-12, input_register = 50 * 3e-12, pooling = 40 * 5e-13,
               external = 100 * 1e-11;
  const double interval = 500e-9;  // third result 500 cycles of 1 ns after the second
  EXPECT_NEAR(report.value("energy.adc"), adc, 1e-21);
  EXPECT_NEAR(report.value("energy.input_register"), input_register, 1e-21) << "an event may feed two components";
  EXPECT_NEAR(report.value("energy.layer.conv"), 1000 * 2e-12 + dac + input_register, 1e-21);
  EXPECT_NEAR(report.value("energy.layer.pool"), pooling, 1e-21);
  EXPECT_NEAR(report.value("energy.layer.input"), external, 1e-21);
  EXPECT_NEAR(report.value("energy.static"), 2e-3 * interval, 1e-21);
  const double energy = adc + dac + input_register + pooling + external + 2e-3 * interval;
  EXPECT_NEAR(report.value("energy.inference"), energy, 1e-20);
  EXPECT_NEAR(report.value("power.average"), energy / interval, 1e-12);
  EXPECT_EQ(report.value("power.peak"), 0.5);
  EXPECT_NEAR(report.value("power.static"), 2e-3, 1e-15);
}

TEST(RunReport, CountsAreOfOneInference) {
  const RunReport report = ExampleRun().report();  // 4 samples
  EXPECT_EQ(report.value("count.adc_conversion"), 1200);
  EXPECT_EQ(report.value("count.row_drive"), 50);
  EXPECT_EQ(report.value("count.pooling"), 40);
  EXPECT_EQ(report.value("count.external_read"), 100);
  EXPECT_EQ(report.value("count.write_driver"), 0);
}

TEST(RunReport, ConversionsAtFullScaleAreAShareOfThoseOfTheCycleModel) {
  ExampleRun run;
  run.cycle.timeline.at_full_scale = 900;
  EXPECT_DOUBLE_EQ(run.report().value("conversions.full_scale"), 900.0 / 3600);
}

TEST(RunReport, TimesComeFromTheTimeline) {
  const RunReport report = ExampleRun().report();
  EXPECT_DOUBLE_EQ(report.value("latency.inference"), 1000e-9);
  EXPECT_DOUBLE_EQ(report.value("latency.layer.conv"), 550e-9);
  EXPECT_DOUBLE_EQ(report.value("interval.inference"), 500e-9);
  EXPECT_DOUBLE_EQ(report.value("throughput.inference"), 2e6);
  EXPECT_DOUBLE_EQ(*report.layers[3].start, 700e-9);
  const double macs = 9 * 2 * 4 + 2 * 2;
  EXPECT_EQ(report.value("macs.inference"), macs);
  EXPECT_NEAR(report.value("tops"), 2 * macs * 2e6 / 1e12, 1e-15);
  EXPECT_NEAR(report.value("tops_per_watt"), 2 * macs / report.value("energy.inference") / 1e12, 1e-9);
  EXPECT_NEAR(report.value("tops_per_mm2"), report.value("tops") / 2.5, 1e-12);
}

TEST(RunReport, AreaAndMappingAreOfTheWholeChip) {
  const ExampleRun run;
  const RunReport report = run.report();
  EXPECT_DOUBLE_EQ(report.value("area.chip"), 2.5e-6);
  EXPECT_EQ(report.value("crossbars.available"), 16);
  EXPECT_EQ(report.value("crossbars.used"), run.plan.crossbars_used);
  EXPECT_DOUBLE_EQ(report.value("utilization.chip"), run.plan.crossbars_used / 16.0);
  EXPECT_DOUBLE_EQ(report.value("utilization.crossbar"), run.plan.utilization);
  ASSERT_EQ(report.floor_plan.size(), run.plan.blocks.size());
  for (std::size_t i = 0; i < run.plan.blocks.size(); ++i) {
    EXPECT_EQ(report.floor_plan[i].layer, run.plan.blocks[i].node + 1) << "the input is layer 0";
    EXPECT_EQ(report.floor_plan[i].rows, run.plan.blocks[i].rows);
    EXPECT_EQ(report.floor_plan[i].columns, run.plan.blocks[i].columns);
  }
}

TEST(RunReport, ASampleAloneIsNoFilledPipeline) {
  ExampleRun run;
  EXPECT_THAT(terminal_report(run.report()), HasSubstr("in the filled pipeline"));
  run.cycle.timeline.samples.resize(1);
  const std::string text = terminal_report(run.report());
  EXPECT_THAT(text, HasSubstr("one sample at a time"));
  EXPECT_EQ(text.find("filled pipeline"), std::string::npos);
}

TEST(RunReport, WithoutTheCycleModelHasNoTimesAndNoTotalOfStaticPower) {
  const ExampleRun run;
  RunRecord record = run.record();
  record.cycle = nullptr;
  record.functional_on_cycle_samples = nullptr;
  const RunReport report = make_run_report(record, run.costs);
  for (const char* name : {"latency.inference", "throughput.inference", "power.average", "tops", "latency.layer.conv",
                           "energy.static", "energy.inference", "tops_per_watt"})
    EXPECT_EQ(report.find(name), nullptr) << name;
  EXPECT_EQ(report.known_energy().name, "energy.dynamic");
  EXPECT_THAT(terminal_report(report), HasSubstr("without the static"));

  Costs without_static = run.costs;
  without_static.static_power.clear();
  const RunReport known = make_run_report(record, without_static);
  EXPECT_DOUBLE_EQ(known.value("energy.inference"), report.value("energy.dynamic")) << "nothing unknown then";
  EXPECT_EQ(fact(report, "engine"), "functional");
}

TEST(RunReport, OfTheCycleModelAloneUsesItsSamples) {
  const ExampleRun run;
  RunRecord record = run.record();
  record.functional = nullptr;
  record.functional_on_cycle_samples = nullptr;
  const RunReport report = make_run_report(record, run.costs);
  EXPECT_EQ(report.value("accuracy.samples"), 3);
  EXPECT_EQ(fact(report, "engine"), "systemc");
}

TEST(RunReport, LayersOfOneNameAreToldApart) {
  ExampleRun run;
  run.network.nodes[0].name = "input";
  run.network.nodes[2].name = "pool";
  const RunReport report = run.report();
  EXPECT_NE(report.find("energy.layer.input"), nullptr);
  EXPECT_NE(report.find("energy.layer.input#2"), nullptr);
  EXPECT_NE(report.find("energy.layer.pool#2"), nullptr);
}

TEST(RunReport, StatesLawsAndDeviations) {
  ExampleRun run;
  run.architecture.device.model = DeviceModel("gaussian");
  run.architecture.device.sigma = 0.1;
  const RunReport report = run.report();
  // Two cells of a pair in four slices of two bits: kappa = sqrt(2 (1 + 4^2 + 16^2 + 64^2)) x 3 / 127 = 2.2081.
  EXPECT_EQ(fact(report, "variation.kappa"), "2.2081");
  EXPECT_THAT(fact(report, "variation.sigma"), HasSubstr("0.2208"));
  EXPECT_THAT(fact(report, "adc.energy_law"), HasSubstr("a law <of> the test"));
  EXPECT_THAT(fact(report, "encoding"), HasSubstr("differential_pair"));
  EXPECT_THAT(fact(report, "engines.compared"), HasSubstr("3 samples"));
  EXPECT_EQ(fact(report, "seed"), "7");
}

TEST(RunReport, OfAChipThatWasProgrammedBeforeCountsItsCells) {
  ExampleRun run;
  using mapping::CellState;
  mapping::WrittenCells cells;
  cells.blocks.resize(1);
  cells.blocks[0].state = {CellState::verified, CellState::verified, CellState::verified, CellState::unconverged,
                           CellState::unwritten};
  RunRecord record = run.record();
  record.cell_states = mapping::count_states(cells);
  record.programmed_name = "chip.h5 0123";
  const RunReport report = make_run_report(record, run.costs);
  EXPECT_EQ(report.value("cells"), 5);
  EXPECT_EQ(report.value("cells.verified"), 3);
  EXPECT_EQ(report.value("cells.unwritten"), 1);
  EXPECT_EQ(report.find("latency.programming"), nullptr) << "this run wrote nothing";
  EXPECT_EQ(fact(report, "programming"),
            "chip.h5 0123: 3 cells (60 %) verified, 1 cells (20 %) given up at the attempt limit, 1 cells (20 %) never "
            "written");
  EXPECT_THAT(terminal_report(report), HasSubstr("60.00 %  of 5 cells verified, 1 unconverged, 1 unwritten"));
}

TEST(RunReport, SaysHowLongAgoTheChipWasProgrammed) {
  DeviceParameters device;
  device.model = DeviceModel("pcm_joshi_2020");
  device.drift = DriftModel::model;
  EXPECT_EQ(time_since_programming(device), "");
  device.age = from_si<Time>(5400.0);
  EXPECT_EQ(time_since_programming(device), "1.5 h: drift law of pcm_joshi_2020");
  device.age = from_si<Time>(0.01);
  EXPECT_EQ(time_since_programming(device), "10 ms: drift law of pcm_joshi_2020");
  device.drift = DriftModel::none;
  EXPECT_EQ(time_since_programming(device), "");
  device.relaxation = RelaxationModel::technology_b;
  device.temperature = from_si<Temperature>(398.15);
  device.age = from_si<Time>(7200.0);
  EXPECT_EQ(time_since_programming(device), "2 h at 125 C: relaxation of technology_b");
}

TEST(Kappa, FollowsItsDefinition) {
  // workloads/METHOD.md 1 for one cell per slice: sqrt(sum 4^(jK)) (2^K - 1) / (2^M - 1); M = 4, K = 2: 0.8246.
  mapping::WeightEncoding encoding;
  encoding.factor = {1, 4};
  encoding.max_level = 3;
  encoding.weight_bits = 5;
  EXPECT_NEAR(kappa(encoding), 0.8246, 5e-5);
  encoding.factor = {1, -1, 4, -4};
  EXPECT_NEAR(kappa(encoding), std::sqrt(2.0) * 0.8246, 1e-4) << "both cells of a pair vary";
}

TEST(RunReportDeathTest, UnequalCountsOfTheEnginesAreABug) {
  ExampleRun run;
  run.functional_on_cycle_samples.add(1, Event::adc_conversion, 1);
  EXPECT_DEATH(run.report(), "adc_conversion of row 1: functional 3001, SystemC 3000");
  run.cycle.inference.counts.add(1, Event::adc_conversion, 2);
  EXPECT_DEATH(run.report(), "adc_conversion of row 1: functional 3001, SystemC 3002");
}

TEST(RunReportDeathTest, PartsThatDoNotSumAreABug) {
  RunReport report = ExampleRun().report();
  for (Metric& metric : report.metrics)
    if (metric.name == "energy.adc") metric.value *= 1.000001;
  EXPECT_DEATH(check_run_report(report), "energy by component");
}

TEST(RunReportDeathTest, ANegativeOrInfiniteFigureIsABug) {
  ExampleRun negative;
  negative.costs.energy[1][0].joules = -2e-12;
  EXPECT_DEATH(negative.report(), "energy");
  ExampleRun infinite;
  infinite.costs.peak_power = std::nan("");
  EXPECT_DEATH(infinite.report(), "power.peak is nan");
}

TEST(RunReportDeathTest, AnUnregisteredFamilyMemberCannotAppearTwice) {
  RunReport report = ExampleRun().report();
  report.metrics.push_back(report.metrics.front());
  EXPECT_DEATH(check_run_report(report), "accuracy is there twice");
}

}  // namespace
}  // namespace nvcim::sim
