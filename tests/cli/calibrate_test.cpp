// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/support/result_rows.h"

namespace nvcim::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

using Calibrate = ProgramTest;

TEST_F(Calibrate, GivesAnArchitectureThatOtherCommandsTake) {
  const Outcome outcome = nvcim("calibrate --set /adc/bits=5 --samples 2 --out ranges");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  for (const char* text : {"Full scale of 5-bit converters", "2 training samples of fashion_mnist", "conv1", "fc3",
                           "Calibrated chip: ranges/architecture.json"})
    EXPECT_THAT(outcome.out, HasSubstr(text));
  const json adc = json::parse(read("ranges/architecture.json"))["adc"];
  EXPECT_EQ(adc["range"], "per_layer");
  EXPECT_EQ(adc["layer_full_scale"].size(), 5u);
  const json layers = result_rows(json::parse(read("ranges/result.json")), "layers");
  EXPECT_EQ(layers.size(), 5u);
  for (const json& layer : layers) {
    EXPECT_EQ(layer["full_scale"], adc["layer_full_scale"][layer["layer"].get<std::string>()]);
    EXPECT_GE(layer["step"].get<double>(), 1);
  }

  const std::string repeat = json::parse(read("ranges/manifest.json"))["repeat"];
  ASSERT_EQ(run("cd ranges && " NVCIM_PROGRAM + repeat.substr(5) + " --out again --quiet").exit_code, 0);
  for (const char* file : {"result.json", "architecture.json", "result.csv"})
    EXPECT_EQ(read(std::string("ranges/again/") + file), read(std::string("ranges/") + file)) << file;

  for (const char* command : {"run ranges/architecture.json --samples 4 --cycle-samples 1 --out r",
                              "mc ranges/architecture.json --samples 4 --instances 2 --out m",
                              "program ranges/architecture.json --plan none --out p",
                              "run --chip p/chip.h5 --samples 4 --engine functional --out c"}) {
    const Outcome run = nvcim(std::string(command) + " --quiet");
    EXPECT_EQ(run.exit_code, 0) << command << run.err;
  }
  EXPECT_EQ(json::parse(read("c/architecture.json"))["adc"], adc);
  EXPECT_THAT(read("r/result.json"),
              HasSubstr(fmt::format("per_layer: conv1 {}, conv2 {}, ", adc["layer_full_scale"]["conv1"].get<int>(),
                                    adc["layer_full_scale"]["conv2"].get<int>())));
}

TEST_F(Calibrate, ReadsTheTrainingSetAlone) {
  write_idx("black", 6, 28, 28);
  EXPECT_THAT(nvcim("calibrate --data black --out ranges").err, HasSubstr("train"));
  run("cd black && for f in t10k*; do mv $f train${f#t10k}; done");
  const Outcome outcome = nvcim("calibrate --data black --out ranges --json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const json result = json::parse(outcome.out);
  EXPECT_EQ(result_metric(result, "samples.training"), 6);
  const json first = result_rows(result, "layers")[0];
  EXPECT_EQ(first["largest_sum"], 0);   // black pixels drive no row
  EXPECT_EQ(first["full_scale"], 255);  // a level per code
}

TEST_F(Calibrate, MistakesAreNamed) {
  EXPECT_THAT(nvcim("calibrate --set /adc/model=ideal --samples 1").err,
              HasSubstr("/adc/model: ideal converters have no range to calibrate"));
  EXPECT_EQ(nvcim("calibrate --method best").exit_code, 2);
  EXPECT_EQ(nvcim("calibrate --samples 0").exit_code, 2);
  EXPECT_THAT(nvcim("run --set /adc/range=per_layer --samples 1").err,
              HasSubstr("/adc/layer_full_scale: gives no full scale for conv1, conv2, fc1, fc2, fc3 of network "
                        "lenet_fashion_mnist_8b; nvcim calibrate chooses them"));
  EXPECT_TRUE(tree().empty()) << "a failed command writes nothing";
}

}  // namespace
}  // namespace nvcim::test
