// SPDX-License-Identifier: Apache-2.0
#include "sim/report/result.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/report/terminal.h"
#include "tests/report/example_run.h"
#include "tests/support/result_rows.h"

namespace nvcim::sim {
namespace {

/// Guards the shape of result.json that other programs read; no number is compared.
TEST(ResultJson, HasEveryMetricWithValueUnitAndDoc) {
  const RunReport report = ExampleRun().report();
  const auto json = nlohmann::json::parse(result_json(result_of(report)));
  for (const char* name : {"accuracy",
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
  EXPECT_LT(json["metrics"]["accuracy"]["low"], json["metrics"]["accuracy"]["value"]);
  EXPECT_GT(json["metrics"]["accuracy"]["high"], json["metrics"]["accuracy"]["value"]);
  const auto layers = test::result_rows(json, "layers");
  EXPECT_EQ(layers.size(), 4u);
  EXPECT_EQ(layers[1]["layer"], "conv");
  EXPECT_TRUE(layers[0]["replicas"].is_null()) << "the input lies on no crossbar";
  EXPECT_EQ(json["facts"]["instance"]["value"], "3");
  EXPECT_EQ(json["schema_version"], 2);
  EXPECT_EQ(json["study"], "run");
}

TEST(ResultJson, ReadsBackToTheSameNumbers) {
  const RunReport report = ExampleRun().report();
  const auto json = nlohmann::json::parse(result_json(result_of(report)));
  for (const Metric& metric : report.metrics)
    EXPECT_EQ(json["metrics"][metric.name]["value"].get<double>(), metric.value) << metric.name;
}

TEST(ResultJson, SurvivesAnyLayerName) {
  ExampleRun run;
  run.network.nodes[0].name = "a \"b\"\n\xff";
  EXPECT_NO_THROW(nlohmann::json::parse(result_json(result_of(run.report()))));
}

/// A result with every kind of cell.
Result example() {
  Result result{{.study = "run", .version = "1", .seed = 7, .command = "nvcim run"}};
  result.metrics = {{"accuracy", 0.75, 0.5, 0.875}, {"accuracy.kpp.1", {}, {}, 0.5, 368}, {"energy.a,\"b\"", 1e-12}};
  result.tables = {
      {"layers",
       {{"layer", "text", "name"}, {"macs", "count", "work"}, {"start", "s", "begin"}, {"used", "flag", "or not"}},
       {{"conv, 1", 12, 0.1, true}, {"=1+1", std::uint64_t{1} << 53, std::nan(""), false}}}};
  result.tell("data", "mnist", "the samples");
  return result;
}

TEST(ResultJson, KeepsEveryKindOfCell) {
  const auto json = nlohmann::json::parse(result_json(example()));
  EXPECT_EQ(json["metrics"]["accuracy"]["low"], 0.5);
  EXPECT_TRUE(json["metrics"]["accuracy.kpp.1"]["value"].is_null());
  EXPECT_TRUE(json["metrics"]["accuracy.kpp.1"]["low"].is_null());
  EXPECT_EQ(json["metrics"]["accuracy.kpp.1"]["instances_needed"], 368);
  EXPECT_FALSE(json["metrics"]["energy.a,\"b\""].contains("low"));
  EXPECT_EQ(json["metrics"]["energy.a,\"b\""]["unit"], "J");
  EXPECT_EQ(json["tables"][0]["rows"],
            (nlohmann::json{{"conv, 1", 12, 0.1, true}, {"=1+1", 9007199254740992, nullptr, false}}));
  EXPECT_EQ(json["facts"]["data"]["value"], "mnist");
  EXPECT_TRUE(json["architecture"].is_null());
}

TEST(ResultCsv, IsLongAndQuotesWhereNeeded) {
  EXPECT_EQ(result_csv(example()),
            "table,row,column,value,unit\n"
            "metrics,accuracy,value,0.75,fraction\n"
            "metrics,accuracy,low,0.5,fraction\n"
            "metrics,accuracy,high,0.875,fraction\n"
            "metrics,accuracy.kpp.1,high,0.5,fraction\n"
            "metrics,accuracy.kpp.1,instances_needed,368,count\n"
            "metrics,\"energy.a,\"\"b\"\"\",value,1e-12,J\n"
            "layers,0,layer,\"conv, 1\",text\n"
            "layers,0,macs,12,count\n"
            "layers,0,start,0.1,s\n"
            "layers,0,used,true,flag\n"
            "layers,1,layer,'=1+1,text\n"
            "layers,1,macs,9007199254740992,count\n"
            "layers,1,used,false,flag\n");
}

TEST(ResultDeathTest, WhatIsNotRegisteredOrLacksACellIsABug) {
  Result result = example();
  result.add("energy", 1);
  EXPECT_DEATH(result_json(result), "metric energy is not in the registry");
  result = example();
  result.tables[0].rows[1].pop_back();
  EXPECT_DEATH(result_json(result), "layers: 3 cells, 4 columns");
  result = example();
  result.add("accuracy", 1);
  EXPECT_DEATH(result_csv(result), "accuracy is there twice");
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
