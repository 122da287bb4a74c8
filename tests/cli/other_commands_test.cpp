// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/support/result_rows.h"

namespace nvcim::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

using Check = ProgramTest;

TEST_F(Check, SaysWhatAnArchitectureAddsUpTo) {
  const Outcome outcome = nvcim("check rram_1t1r_128");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  for (const char* text :
       {"no problem found", "tiles", "crossbars", "area", "peak power", "ADC energy law", "adc_conversion"})
    EXPECT_THAT(outcome.out, HasSubstr(text));
}

TEST_F(Check, PlacesANetworkWhenGivenOne) {
  const Outcome outcome = nvcim("check --workload lenet_fashion_mnist_8b");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("conv1"));
}

TEST_F(Check, JsonComponentsSumToTheChip) {
  const json check = json::parse(nvcim("check isaac_isca_2016 --json").out);
  double area = 0, power = 0;
  for (const auto& component : result_rows(check, "components")) {
    area += component["area"].get<double>();
    power += component["peak_power"].get<double>();
  }
  EXPECT_NEAR(area, result_metric(check, "area.chip"), 1e-9 * area);
  EXPECT_NEAR(power, result_metric(check, "power.peak"), 1e-9 * power);
}

TEST_F(Check, AcceptsEveryPreset) {
  for (const auto& preset : json::parse(nvcim("presets --json").out))
    EXPECT_EQ(nvcim("check --quiet " + preset["name"].get<std::string>()).exit_code, 0) << preset["name"];
}

using Schema = ProgramTest;

TEST_F(Schema, IsJsonOnStandardOutputOrInAFolder) {
  const Outcome outcome = nvcim("schema");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_TRUE(json::parse(outcome.out).contains("properties"));
  EXPECT_EQ(nvcim("schema --out folder").exit_code, 0);
  EXPECT_EQ(read("folder/architecture.schema.json"), outcome.out);
  EXPECT_EQ(nvcim("schema --result --out folder").exit_code, 0);
  EXPECT_EQ(read("folder/result.schema.json"), nvcim("schema --result").out);
  EXPECT_TRUE(json::parse(read("folder/result.schema.json"))["properties"].contains("metrics"));
  const Outcome both = nvcim("schema --result --reference");
  EXPECT_EQ(both.exit_code, 2);
  EXPECT_THAT(both.err, HasSubstr("--reference is a page of the architecture file: there is none for --result"));
}

using Presets = ProgramTest;

TEST_F(Presets, AreListedWithTheDefaultMarked) {
  EXPECT_THAT(nvcim("presets").out, HasSubstr("rram_1t1r_128 (default)"));
}

TEST_F(Presets, AreShownWithTheirSources) {
  const Outcome outcome = nvcim("presets isaac_isca_2016 --sources");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("ISCA 2016"));
  EXPECT_THAT(outcome.out, ::testing::Not(HasSubstr("\"crossbar\"")));
  EXPECT_EQ(json::parse(nvcim("presets isaac_isca_2016 --sources --json").out)["name"], "isaac_isca_2016");
  EXPECT_THAT(nvcim("presets --sources").err, HasSubstr("need a preset's name"));
  EXPECT_THAT(nvcim("presets tiny_2x2 --sources --set /adc/bits=6").err, HasSubstr("have no effect on it"));
}

TEST_F(Presets, AreFilesOfTheirOwnOnStandardOutput) {
  for (const auto& preset : json::parse(nvcim("presets --json").out)) {
    const std::string name = preset["name"];
    ASSERT_EQ(nvcim("presets " + name + " > my.json").exit_code, 0);
    EXPECT_EQ(json::parse(read("my.json")), json::parse(nvcim("presets " + name + " --json").out)) << name;
    EXPECT_EQ(nvcim("check my.json").exit_code, 0) << name;
  }
}

TEST_F(Presets, CopiedWithAChangeAreAValidArchitecture) {
  ASSERT_EQ(nvcim("presets rram_1t1r_128 --set /adc/bits=6 --out mine").exit_code, 0);
  EXPECT_EQ(json::parse(read("mine/rram_1t1r_128.json"))["adc"]["bits"], 6);
  EXPECT_EQ(nvcim("check mine/rram_1t1r_128.json").exit_code, 0);
}

using Explain = ProgramTest;

TEST_F(Explain, ListsEveryMetric) {
  const Outcome outcome = nvcim("explain");
  for (const char* name : {"accuracy", "latency.inference", "energy.layer.*", "count.*"})
    EXPECT_THAT(outcome.out, HasSubstr(name));
  EXPECT_GT(result_rows(json::parse(nvcim("explain --json").out), "metrics").size(), 30u);
}

TEST_F(Explain, GivesUnitFormulaAndSourceOfOne) {
  const Outcome outcome = nvcim("explain energy.adc");
  EXPECT_EQ(outcome.exit_code, 0);
  for (const char* text : {"unit       J", "formula", "source", "/energy/adc_conversion"})
    EXPECT_THAT(outcome.out, HasSubstr(text));
}

TEST_F(Explain, KnowsEveryMetricOfARun) {
  const Outcome run = nvcim("run --samples 2 --cycle-samples 1 --json --out out");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const json result = json::parse(run.out);
  for (const char* name : {"accuracy", "energy.layer.input", "busy.adc", "count.shift_add"}) {
    ASSERT_TRUE(result["metrics"].contains(name)) << name;
    EXPECT_EQ(nvcim(std::string("explain ") + name).exit_code, 0) << name;
  }
}

using Train = ProgramTest;

TEST_F(Train, MakesANetworkThatRuns) {
  const Outcome training =
      nvcim("train mlp --bits 4 --samples 256 --float-epochs 1 --quantised-epochs 1 --threads 1 --out trained");
  ASSERT_EQ(training.exit_code, 0) << training.err;
  EXPECT_THAT(training.out, HasSubstr("Result: trained"));
  const Outcome run = nvcim(
      "run --workload trained/network.onnx --data fashion_mnist --samples 20 --engine functional --json --out out");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(result_metric(json::parse(run.out), "samples"), 20);
}

TEST_F(Train, WithNoiseMakesANetworkThatMonteCarloRunsAndTheSameFilesAgain) {
  const std::string command =
      "train mlp --bits 4 --samples 256 --float-epochs 1 --quantised-epochs 2 --threads 1 --noise trice --sigma-max "
      "0.2 "
      "--set /device/sigma=0.2 --validation 56 --kpp-instances 20 --kpp 20% --out ";
  const Outcome training = nvcim(command + "trained");
  ASSERT_EQ(training.exit_code, 0) << training.err;
  for (const char* text : {"trice noise", "20 % KPP of 20 programmed chips of swim_paper on 56 held-out samples"})
    EXPECT_THAT(training.out, HasSubstr(text));
  const json result = json::parse(read("trained/result.json"));
  EXPECT_EQ(result_metric(result, "samples.training"), 200);
  EXPECT_EQ(result_rows(result, "epochs").size(), 3u);
  EXPECT_EQ(result_rows(result, "replicas").back()["epoch"], 2);
  EXPECT_EQ(result_rows(result, "replicas").back()["replica"], 2) << "three of them";
  EXPECT_FALSE(std::filesystem::exists(path("trained.checkpoint")));
  ASSERT_EQ(nvcim(command + "again").exit_code, 0);
  for (const char* file : {"result.json", "result.csv", "report.html", "network.onnx", "architecture.json"})
    EXPECT_EQ(read(std::string("trained/") + file), read(std::string("again/") + file)) << file;
  const Outcome mc = nvcim("mc swim_paper --workload trained/network.onnx --samples 20 --instances 5 --out mc");
  EXPECT_EQ(mc.exit_code, 0) << mc.err;
}

TEST_F(Train, QuietPrintsNothing) {
  const Outcome outcome =
      nvcim("train mlp --bits 4 --samples 64 --float-epochs 1 --quantised-epochs 1 --threads 1 --quiet --out trained");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out + outcome.err, "");
}

}  // namespace
}  // namespace nvcim::test
