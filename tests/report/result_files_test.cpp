// SPDX-License-Identifier: Apache-2.0
#include "sim/report/result_files.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/report/terminal.h"
#include "tests/report/example_run.h"

namespace nvcim::sim {
namespace {

/// Guards the shape of result.json that other programs read; no number is compared.
TEST(ResultJson, HasEveryMetricWithValueUnitAndDoc) {
  const RunReport report = ExampleRun().report();
  const auto json = nlohmann::json::parse(result_json(report));
  for (const char* name : {"accuracy",
                           "accuracy.low",
                           "accuracy.high",
                           "accuracy.samples",
                           "accuracy.reference",
                           "accuracy.agreement",
                           "latency.inference",
                           "latency.inference.cycles",
                           "latency.layer.conv",
                           "latency.layer.pool",
                           "latency.layer.fc",
                           "interval.inference",
                           "throughput.inference",
                           "energy.inference",
                           "energy.dynamic",
                           "energy.static",
                           "energy.layer.input",
                           "energy.layer.conv",
                           "energy.layer.pool",
                           "energy.layer.fc",
                           "energy.adc",
                           "energy.dac",
                           "energy.input_register",
                           "power.average",
                           "power.static",
                           "power.peak",
                           "area.chip",
                           "area.adc",
                           "area.crossbar",
                           "macs.inference",
                           "tops",
                           "tops_per_watt",
                           "tops_per_mm2",
                           "utilization.crossbar",
                           "utilization.chip",
                           "crossbars.used",
                           "crossbars.available",
                           "tiles.used",
                           "busy.adc",
                           "stall.adc",
                           "conversions.full_scale"}) {
    ASSERT_TRUE(json["metrics"].contains(name)) << name;
    EXPECT_TRUE(json["metrics"][name]["value"].is_number()) << name;
    EXPECT_FALSE(json["metrics"][name]["unit"].get<std::string>().empty()) << name;
    EXPECT_FALSE(json["metrics"][name]["doc"].get<std::string>().empty()) << name;
  }
  for (const EventInfo& info : kEventInfo)
    EXPECT_TRUE(json["metrics"].contains("count." + std::string(info.name))) << info.name;
  EXPECT_EQ(json["layers"].size(), 4u);
  EXPECT_EQ(json["layers"][1]["name"], "conv");
  EXPECT_EQ(json["facts"]["instance"]["value"], "3");
  EXPECT_EQ(json["schema_version"], 1);
}

TEST(ResultJson, ReadsBackToTheSameNumbers) {
  const RunReport report = ExampleRun().report();
  const auto json = nlohmann::json::parse(result_json(report));
  for (const Metric& metric : report.metrics)
    EXPECT_EQ(json["metrics"][metric.name]["value"].get<double>(), metric.value) << metric.name;
}

TEST(ResultJson, SurvivesAnyLayerName) {
  ExampleRun run;
  run.network.nodes[0].name = "a \"b\"\n\xff";
  EXPECT_NO_THROW(nlohmann::json::parse(result_json(run.report())));
}

TEST(ResultCsv, HasOneLinePerMetricAndQuotesWhereNeeded) {
  ExampleRun run;
  run.network.nodes[0].name = "a,\"b\"";
  const RunReport report = run.report();
  const std::string csv = result_csv(report);
  EXPECT_EQ(csv.substr(0, csv.find('\n')), "metric,value,unit");
  EXPECT_EQ(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')), report.metrics.size() + 1);
  EXPECT_NE(csv.find("\n\"energy.layer.a,\"\"b\"\"\","), std::string::npos);
}

// OWASP, "CSV Injection": what a spreadsheet would run begins with = + - @ or a tab.
TEST(ResultCsv, GuardsTextThatASpreadsheetWouldRun) {
  EXPECT_EQ(csv_field("=1+1"), "'=1+1");
  EXPECT_EQ(csv_field("+1"), "'+1");
  EXPECT_EQ(csv_field("-2 layers"), "'-2 layers");
  EXPECT_EQ(csv_field("@sum"), "'@sum");
  EXPECT_EQ(csv_field("=HYPERLINK(\"a\",\"b\")"), "\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\"");
  EXPECT_EQ(csv_field("\t=1"), "'\\u0009=1");
  EXPECT_EQ(csv_field("a\nb"), "a\\u000ab");
  EXPECT_EQ(csv_field("conv=1, \"x\""), "\"conv=1, \"\"x\"\"\"");
  EXPECT_EQ(csv_field("conv-1"), "conv-1");
  EXPECT_EQ(csv_field(""), "");
}

TEST(TerminalReport, FitsHundredColumnsAndLeadsWithTheKeyFigures) {
  const std::string text = terminal_report(ExampleRun().report());
  for (std::size_t start = 0, end; start < text.size(); start = end + 1) {
    end = text.find('\n', start);
    const std::string line = text.substr(start, end - start);
    EXPECT_LE(display_width(line), 100u) << line;
  }
  EXPECT_LT(text.find("accuracy"), text.find("latency"));
  EXPECT_LT(text.find("TOPS/W"), text.find("by component"));
  EXPECT_NE(text.find("a law <of> the test"), std::string::npos);
  EXPECT_NE(text.find("75.00 %"), std::string::npos) << "accuracy 3 of 4";
}

TEST(AlignedTable, PadsToTheWidestCell) {
  EXPECT_EQ(aligned_table({{"a", "1"}, {"bcd", "22"}}, {false, true}), "a     1\nbcd  22\n");
}

}  // namespace
}  // namespace nvcim::sim
