// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/support/result_rows.h"

namespace nvcim::test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Run : public ProgramTest {
 protected:
  double metric(const json& result, const std::string& name) const {
    return result.at("metrics").at(name).at("value").get<double>();
  }
};

const std::string kShort = "run --samples 8 --cycle-samples 2 ";

TEST_F(Run, WritesAResultFolderAndPrintsTheReport) {
  const Outcome outcome = nvcim(kShort + "--out out");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "") << "progress only appears on a terminal";
  std::vector<std::string> names;
  for (const auto& [name, text] : tree("out")) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("architecture.json", "manifest.json", "report.html", "result.csv", "result.json"));
  for (const char* text :
       {"accuracy", "latency", "throughput", "energy", "area", "TOPS/W", "ADC energy law", "Result: out"})
    EXPECT_THAT(outcome.out, HasSubstr(text));
}

TEST_F(Run, ResultHoldsTheMetricsAndTheirPartsSumToTheTotals) {
  ASSERT_EQ(nvcim(kShort + "--out out").exit_code, 0);
  const json result = json::parse(read("out/result.json"));
  double components = metric(result, "energy.static"), layers = components, area = 0;
  for (const auto& [name, entry] : result["metrics"].items()) {
    const double value = entry["value"].get<double>();
    EXPECT_TRUE(std::isfinite(value) && value >= 0) << name;
    if (name.starts_with("energy.layer."))
      layers += value;
    else if (name.starts_with("energy.") && name != "energy.inference" && name != "energy.dynamic" &&
             name != "energy.static" && name != "energy.programming")
      components += value;
    if (name.starts_with("area.") && name != "area.chip") area += value;
  }
  const double energy = metric(result, "energy.inference");
  EXPECT_NEAR(components, energy, 1e-9 * energy);
  EXPECT_NEAR(layers, energy, 1e-9 * energy);
  EXPECT_NEAR(area, metric(result, "area.chip"), 1e-9 * area);
  for (const char* name : {"accuracy", "accuracy.reference", "latency.inference", "throughput.inference",
                           "power.average", "power.peak", "tops", "tops_per_watt", "utilization.crossbar",
                           "macs.inference", "energy.adc", "energy.layer.input", "latency.programming"})
    EXPECT_GT(metric(result, name), 0) << name;
  EXPECT_EQ(result["facts"]["engines.compared"]["value"], "2 samples: sums, codes, outputs and event counts equal");
}

TEST_F(Run, TakesANetworkLargerThanTheChipInRounds) {
  const std::string small = kShort + "--set /chip/mesh_rows=1 --set /chip/mesh_columns=5 ";
  const Outcome refused = nvcim(small + "--out out");
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.err, HasSubstr("or run it in rounds: nvcim run --time-multiplex"));

  const Outcome outcome = nvcim(small + "--time-multiplex --batch 50 --out out");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  for (const char* text : {"2 rounds, 50 samples a batch", "accuracy", "per inference: programming",
                           "both engines agree bit for bit on 2 samples in every round", "Result: out"})
    EXPECT_THAT(outcome.out, HasSubstr(text));
  const json result = json::parse(read("out/result.json"));
  double seconds = 0, programming = 0, dynamic = 0, cells = 0;
  for (const json& partition : result_rows(result, "partitions")) {
    seconds += partition["programming_time"].get<double>() + partition["batch_time"].get<double>();
    programming += partition["programming_energy"].get<double>() / 50;
    dynamic += partition["inference_energy"].get<double>();
    cells += partition["cells"].get<double>();
  }
  EXPECT_NEAR(metric(result, "latency.batch"), seconds, 1e-9 * seconds);
  EXPECT_NEAR(metric(result, "energy.programming.inference"), programming, 1e-9 * programming);
  EXPECT_NEAR(metric(result, "energy.dynamic"), dynamic, 1e-9 * dynamic);
  EXPECT_EQ(metric(result, "writes.batch"), cells);
  EXPECT_EQ(metric(result, "writes.cell.max"), 2);

  // The same cells as on the chip that holds everything: the same samples are right.
  ASSERT_EQ(nvcim(kShort + "--out whole").exit_code, 0);
  const json whole = json::parse(read("whole/result.json"));
  EXPECT_EQ(metric(result, "accuracy"), metric(whole, "accuracy"));
  EXPECT_EQ(cells, metric(whole, "cells"));

  const std::string repeat = json::parse(read("out/manifest.json"))["repeat"];
  ASSERT_EQ(nvcim(repeat.substr(6) + " --out ../again", "cd out &&").exit_code, 0);
  EXPECT_EQ(read("again/result.json"), read("out/result.json"));
}

TEST_F(Run, InRoundsTheOneImageOfNoDataFillsThePipeline) {
  const std::string small =
      "run --workload lenet --data none --set /chip/mesh_rows=1 --set /chip/mesh_columns=5 --time-multiplex ";
  const auto seconds = [&](const std::string& options, const std::string& folder) {
    EXPECT_EQ(nvcim(small + options + " --out " + folder).exit_code, 0);
    return result_rows(json::parse(read(folder + "/result.json")), "partitions").back()["batch_time"].get<double>();
  };
  // One image tells the latency alone, and a batch seems to take that for each of its samples.
  EXPECT_LT(seconds("--batch 100", "four"), 0.5 * seconds("--batch 100 --cycle-samples 1", "one"));
  EXPECT_EQ(metric(json::parse(read("four/result.json")), "samples.cycle"), 4);
  EXPECT_EQ(metric(json::parse(read("one/result.json")), "samples.cycle"), 1);
  seconds("", "alone");
  EXPECT_EQ(metric(json::parse(read("alone/result.json")), "samples.cycle"), 1) << "a batch of one";

  const std::string repeat = json::parse(read("four/manifest.json"))["repeat"];
  ASSERT_EQ(nvcim(repeat.substr(6) + " --out ../again", "cd four &&").exit_code, 0);
  EXPECT_EQ(read("again/result.json"), read("four/result.json"));
}

TEST_F(Run, TheExampleOfALargerNetworkInTheHelpRuns) {
  const std::string help = nvcim("run --help", "COLUMNS=200").out;
  const std::size_t begin = help.rfind("nvcim run ", help.find("a network larger than the chip")) + 6;
  const std::string example = help.substr(begin, help.find("   ", begin) - begin);
  EXPECT_THAT(example, HasSubstr("--time-multiplex"));
  const Outcome outcome = nvcim(example + " --samples 8 --cycle-samples 2 --out out");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_GT(result_rows(json::parse(read("out/result.json")), "partitions").size(), 1u);
}

TEST_F(Run, TwiceGivesTheSameBytesWhateverTheThreads) {
  ASSERT_EQ(nvcim(kShort + "--out one --threads 1").exit_code, 0);
  ASSERT_EQ(nvcim(kShort + "--out two --threads 2").exit_code, 0);
  auto one = tree("one"), two = tree("two");
  EXPECT_NE(one["manifest.json"], two["manifest.json"]);
  one.erase("manifest.json");
  two.erase("manifest.json");
  EXPECT_TRUE(one == two);
}

TEST_F(Run, CanBeRepeatedFromItsOwnFolder) {
  ASSERT_EQ(
      nvcim(kShort +
            "rram_1t1r_128 --set /device/model=gaussian --set /device/sigma_scale=0.5 --seed 5 --instance 2 --out one")
          .exit_code,
      0);
  const std::string repeat = json::parse(read("one/manifest.json"))["repeat"];
  ASSERT_THAT(repeat, ::testing::StartsWith("nvcim run architecture.json "));
  ASSERT_EQ(nvcim(repeat.substr(6) + " --out ../two", "cd one &&").exit_code, 0) << repeat;
  auto one = tree("one"), two = tree("two");
  one.erase("manifest.json");
  two.erase("manifest.json");
  EXPECT_TRUE(one == two);
}

TEST_F(Run, SeedAndInstanceGiveAnotherChip) {
  const std::string command = "run --samples 50 --engine functional --out ";
  ASSERT_EQ(nvcim(command + "a").exit_code, 0);
  ASSERT_EQ(nvcim(command + "b --instance 1").exit_code, 0);
  ASSERT_EQ(nvcim(command + "c --seed 2").exit_code, 0);
  // The activity of the cells depends on what is programmed.
  const auto conduction = [&](const std::string& folder) {
    return metric(json::parse(read(folder + "/result.json")), "count.cell_conduction");
  };
  EXPECT_NE(conduction("a"), conduction("b"));
  EXPECT_NE(conduction("a"), conduction("c"));
}

TEST_F(Run, OfAnIdealChipEqualsTheReference) {
  ASSERT_EQ(nvcim("run --samples 200 --cycle-samples 1 --set /device/model=ideal --set /device/read_noise=0 --set "
                  "/adc/model=ideal --out out")
                .exit_code,
            0);
  const json result = json::parse(read("out/result.json"));
  EXPECT_EQ(metric(result, "accuracy"), metric(result, "accuracy.reference"));
  EXPECT_EQ(metric(result, "accuracy.agreement"), 1);
}

TEST_F(Run, OnOneEngineReportsWhatThatEngineKnows) {
  ASSERT_EQ(nvcim("run --samples 8 --engine functional --out functional").exit_code, 0);
  ASSERT_EQ(nvcim("run --cycle-samples 1 --engine systemc --out systemc").exit_code, 0);
  const json functional = json::parse(read("functional/result.json")),
             systemc = json::parse(read("systemc/result.json"));
  EXPECT_FALSE(functional["metrics"].contains("latency.inference"));
  EXPECT_EQ(metric(functional, "accuracy.samples"), 8);
  EXPECT_GT(metric(systemc, "latency.inference"), 0);
  EXPECT_EQ(metric(systemc, "accuracy.samples"), 1);
}

TEST_F(Run, QuietPrintsNothing) {
  const Outcome outcome = nvcim(kShort + "--quiet --out out");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out + outcome.err, "");
  EXPECT_FALSE(read("out/result.json").empty());
}

TEST_F(Run, JsonPrintsTheResultFile) {
  const Outcome outcome = nvcim(kShort + "--json --out out");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, read("out/result.json"));
  EXPECT_EQ(outcome.err, "");
}

TEST_F(Run, WithoutOutTakesAFolderOfItsOwn) {
  const std::string command = "run --samples 1 --engine functional";
  EXPECT_THAT(nvcim(command).out, HasSubstr("Result: results/run-rram_1t1r_128-lenet_fashion_mnist_8b ("));
  EXPECT_THAT(nvcim(command).out, HasSubstr("Result: results/run-rram_1t1r_128-lenet_fashion_mnist_8b-2 ("));
}

TEST_F(Run, ReplacesAFormerResultOnlyWithForce) {
  const std::string command = "run --samples 1 --engine functional --out out";
  ASSERT_EQ(nvcim(command).exit_code, 0);
  const auto before = tree();
  const Outcome refused = nvcim(command);
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.err, HasSubstr("replace it with --force"));
  EXPECT_TRUE(tree() == before);
  EXPECT_EQ(nvcim(command + " --force").exit_code, 0);
}

TEST_F(Run, ManifestSaysHowWhenAndWhere) {
  ASSERT_EQ(nvcim(kShort + "--out 'a folder' --seed 9").exit_code, 0);
  const json manifest = json::parse(read("a folder/manifest.json"));
  EXPECT_EQ(manifest["program"], "nvcim");
  EXPECT_THAT(manifest["command"], HasSubstr("run --samples 8 --cycle-samples 2 --out 'a folder' --seed 9"));
  EXPECT_EQ(manifest["seed"], 9);
  for (const char* key : {"version", "git", "host", "date", "wall_seconds", "threads", "repeat"})
    EXPECT_TRUE(manifest.contains(key)) << key;
}

TEST_F(Run, FindsDataInTheWorkingFolder) {
  write_idx("data/mnist", 2, 28, 28);
  const Outcome outcome = nvcim("run --data mnist --engine functional --json --quiet");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(metric(json::parse(outcome.out), "samples"), 2);
}

}  // namespace
}  // namespace nvcim::test
