// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/onnx/model_file.h"
#include "tests/support/result_rows.h"

namespace nvcim::test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A network in floating point that puts every black image into class 3, and such images.
class Workload : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    write_model("m.onnx", "Relu");
    write_idx("black", 6, 8, 8);
    run("cd black && for f in t10k*; do cp $f train${f#t10k}; done");
  }
  void write_model(const char* file, const char* activation) {
    nvcim::testing::ModelMaker model({-1, 1, 8, 8});
    std::vector<float> bias(10, 0);
    bias[3] = 1;
    model.constant("w", {2, 1, 3, 3}, 0.1f).constant("v", {128, 10}, 0.01f).constant("b", {10}, bias);
    nvcim::testing::set_list(model.node("Conv", "conv", {"x", "w"}), "pads", {1, 1, 1, 1});
    model.node(activation, "active", {"conv"});
    model.node("Flatten", "flat", {"active"});
    model.node("Gemm", "y", {"flat", "v", "b"});
    const auto bytes = nvcim::testing::bytes_of(model.proto);
    std::ofstream(path(file), std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), long(bytes.size()));
  }
};

TEST_F(Workload, ShowsWhatANetworkIsMadeOf) {
  const Outcome outcome = nvcim("workload lenet_fashion_mnist_8b");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  for (const char* text : {"conv1", "convolution 3 x 3", "max pool 2 x 2 / 2", "pooling unit", "fully connected",
                           "316,680", "rram_1t1r_128 has 192 crossbars"})
    EXPECT_THAT(outcome.out, HasSubstr(text));
}

TEST_F(Workload, OfANetworkLargerThanTheChipSaysSo) {
  const Outcome outcome = nvcim("workload lenet_fashion_mnist_8b --arch tiny_2x2");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("the network does not fit"));
}

TEST_F(Workload, WithoutDataShowsShapes) {
  const json result = json::parse(nvcim("workload m.onnx --data none --json").out);
  EXPECT_EQ(result_metric(result, "macs.inference"), 9 * 2 * 64 + 128 * 10);
  const json first = result_rows(result, "layers")[0];
  EXPECT_EQ(first["channels"], 2);
  EXPECT_EQ(first["height"], 8);
  EXPECT_EQ(first["width"], 8);
  EXPECT_FALSE(result["metrics"].contains("accuracy.float"));
}

TEST_F(Workload, QuantisedIsSavedAndRunsLikeAnyOther) {
  const Outcome outcome = nvcim("workload m.onnx --data black --normalize none --save c.onnx --out w --json");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(read("w/result.json"), outcome.out);
  const std::string repeat = json::parse(read("w/manifest.json"))["repeat"];
  ASSERT_EQ(nvcim(repeat.substr(6) + " --out ../w2", "cd w &&").exit_code, 0) << repeat;
  EXPECT_EQ(read("w2/result.json"), outcome.out);
  EXPECT_THAT(nvcim("workload m.onnx --out w").err, HasSubstr("--force"));
  const json metrics = json::parse(outcome.out)["metrics"];
  EXPECT_EQ(metrics["accuracy.samples"]["value"], 6);
  EXPECT_EQ(metrics["accuracy.float"]["value"], metrics["accuracy.reference"]["value"]);
  const Outcome again = nvcim("run --workload c.onnx --engine functional --samples 4 --json");
  EXPECT_EQ(again.exit_code, 0) << again.err;  // it knows its data too
}

TEST_F(Workload, IsTrainedFurtherFromItsWeights) {
  const std::string command =
      "train --model m.onnx --data black --normalize none --quantised-epochs 1 --mirror --threads 1 --noise gaussian "
      "--validation 2 --kpp 20% --kpp-instances 20 --quiet --out ";
  const Outcome outcome = nvcim(command + "t");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const json result = json::parse(read("t/result.json"));
  EXPECT_EQ(result["workload"], "m");
  EXPECT_EQ(result_rows(result, "epochs").size(), 1u);  // none in floating point
  EXPECT_TRUE(result["metrics"].contains("accuracy.float"));
  EXPECT_THAT(json::parse(read("t/manifest.json"))["repeat"].get<std::string>(),
              AllOf(HasSubstr("m.onnx"), HasSubstr("--normalize none"), HasSubstr("--float-epochs 0"),
                    HasSubstr("--quantised-learning-rate 0.0001"), HasSubstr("--mirror"), Not(HasSubstr("--bits"))));
  ASSERT_EQ(nvcim(command + "again").exit_code, 0);
  EXPECT_EQ(read("t/network.onnx"), read("again/network.onnx"));
  // It has a weight scale per output, which no chain with a scale per layer could hold.
  const Outcome mc = nvcim("mc swim_paper --workload t/network.onnx --data black --instances 2 --json --out mc");
  ASSERT_EQ(mc.exit_code, 0) << mc.err;
  EXPECT_EQ(json::parse(mc.out)["metrics"]["accuracy.reference"]["value"],
            result["metrics"]["accuracy.reference"]["value"]);
}

TEST_F(Workload, WithATableIsNotTrainedFurther) {
  write_model("sigmoid.onnx", "Sigmoid");
  const Outcome outcome = nvcim("train sigmoid.onnx --data black --normalize none");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("active: is a table of an activation, which cannot be trained"));
  EXPECT_THAT(nvcim("train m.onnx --data black").err, HasSubstr("give --normalize MEAN/STD"));
}

TEST_F(Workload, InFloatingPointIsQuantisedByEveryCommand) {
  const std::string options = " --workload m.onnx --data black --normalize none --calibration 4 --quiet";
  ASSERT_EQ(nvcim("run --engine functional --out r" + options).exit_code, 0);
  EXPECT_THAT(json::parse(read("r/manifest.json"))["repeat"].get<std::string>(),
              HasSubstr("--normalize none --calibration 4"));
  for (const char* command : {"program --plan none --out p", "mc --instances 2 --samples 2 --out m",
                              "sweep swim_paper --instances 2 --samples 2 --budgets 0,1 --out s",
                              "sensitivity m.onnx --data black --normalize none --quiet --out h"}) {
    const bool names_it = std::string(command).starts_with("sensitivity");
    const Outcome outcome = nvcim(command + (names_it ? "" : options));
    EXPECT_EQ(outcome.exit_code, 0) << command << outcome.err;
  }
}

TEST_F(Workload, WithoutDataIsRunForItsCosts) {
  const Outcome outcome = nvcim("run --workload lenet --data none --out r");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const json metrics = json::parse(read("r/result.json"))["metrics"];
  // Work and conversions follow from the shapes alone: 3 x 3 on 28 x 28 and 14 x 14, halved by each pool, then
  // 784 x 120, 120 x 84, 84 x 10. Eight phases; pairs of four 2-bit slices are 8 columns for each output, and 128 rows
  // hold conv1 and conv2 in one block, fc1 in seven.
  const auto value = [&](const char* name) { return metrics[name]["value"].get<double>(); };
  EXPECT_EQ(value("macs.inference"), 784 * 9 * 6 + 196 * 54 * 16 + 784 * 120 + 120 * 84 + 84 * 10);
  const double conversions = 8 * 8 * (784 * 6 + 196 * 16 + 7 * 120 + 84 + 10);
  EXPECT_EQ(value("count.adc_conversion"), conversions);
  // 1.67 pJ each at 8 bits (ISAAC's, Table I: 2 mW at 1.2 GS/s).
  EXPECT_NEAR(value("energy.adc"), conversions * 1.67e-12, 1e-9 * conversions * 1.67e-12);
  EXPECT_NEAR(value("power.average") * value("interval.inference"), value("energy.inference"), 1e-15);
  EXPECT_GE(value("latency.inference"), value("latency.layer.conv1")) << "a layer is part of the whole";
  EXPECT_FALSE(metrics.contains("accuracy"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("accuracy")));
  const std::string repeat = json::parse(read("r/manifest.json"))["repeat"];
  EXPECT_THAT(repeat, HasSubstr("--workload lenet --data none"));
  EXPECT_EQ(run("cd r && " NVCIM_PROGRAM + repeat.substr(5) + " --out again --quiet").exit_code, 0);
  EXPECT_EQ(read("r/again/result.json"), read("r/result.json"));
  EXPECT_EQ(nvcim("run --workload m.onnx --data none --engine functional --quiet --out f").exit_code, 0);
  EXPECT_EQ(nvcim("run --workload lenet --data none --samples 2").exit_code, 2);
  EXPECT_THAT(nvcim("workload vgg8").out, HasSubstr("615,917,568"));
}

TEST_F(Workload, MistakesAreNamed) {
  const std::pair<const char*, const char*> mistakes[] = {
      {"workload m.onnx --data black",
       "m: is in floating point and does not say how pixels become inputs: give --normalize MEAN/STD"},
      {"workload m.onnx --data black --normalize 1,2/1,2",
       "--normalize: 1,2/1,2 has 2 numbers; one, or one for each of 1"},
      {"workload lenet_fashion_mnist_8b --weight-bits 4", "lenet_fashion_mnist_8b: is quantised as it is"},
      {"workload lenet_fashion_mnist_8b --data black --save c.onnx", "is quantised: there is nothing to calibrate"},
      {"run --workload m.onnx --data black", "m: is in floating point and does not say how pixels become inputs"},
      {"program --workload m.onnx --normalize none",
       "--data: m is in floating point: its ranges are chosen on samples"}};
  for (const auto& [command, text] : mistakes) {
    const Outcome outcome = nvcim(command);
    EXPECT_EQ(outcome.exit_code, 3) << command;
    EXPECT_THAT(outcome.err, HasSubstr(text));
  }
  EXPECT_EQ(nvcim("workload m.onnx --save c.onnx").exit_code, 2);
  EXPECT_EQ(nvcim("workload m.onnx --data black --normalize 0.5").exit_code, 2);
  EXPECT_EQ(nvcim("workload m.onnx --data black --normalize 0/0").exit_code, 2);
  EXPECT_EQ(nvcim("workload m.onnx --weight-bits 9").exit_code, 2);
  EXPECT_EQ(nvcim("workload").exit_code, 2);
}

}  // namespace
}  // namespace nvcim::test
