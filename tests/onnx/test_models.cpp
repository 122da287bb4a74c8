// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

#include "tests/onnx/model_file.h"
#include "workloads/float_inference.h"
#include "workloads/onnx_float.h"

/// Every model that make_models.py exported from PyTorch gives here what PyTorch gave.
namespace nvcim::workloads {
namespace {

using nvcim::testing::bytes_of;
using nvcim::testing::models_folder;

constexpr int kSamples = 2;

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(models_folder()))
    if (entry.path().extension() == ".onnx") names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<float> data_of(const std::string& name) {
  const std::vector<std::uint8_t> bytes = bytes_of(models_folder() / (name + ".data"));
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

/// The last step, which the graph leaves out.
std::vector<double> finished(FloatOutput output, std::span<const float> logits) {
  std::vector<double> values(logits.begin(), logits.end());
  if (output == FloatOutput::logits) return values;
  double total = 0;
  for (const double logit : values) total += std::exp(logit);
  for (double& value : values)
    value = output == FloatOutput::softmax ? std::exp(value) / total : value - std::log(total);
  return values;
}

class Model : public ::testing::TestWithParam<std::string> {};

TEST_P(Model, ComputesWhatPyTorchDoes) {
  const std::string& name = GetParam();
  const FloatNetwork network = read_float_onnx(name + ".onnx", bytes_of(models_folder() / (name + ".onnx")));
  EXPECT_EQ(network.name, name);
  const std::vector<float> data = data_of(name);
  const std::size_t inputs = std::size_t(kSamples) * network.graph.input().size();
  const std::size_t classes = network.graph.classes();
  ASSERT_EQ(data.size(), inputs + kSamples * classes);
  const std::vector<float> logits = infer(network.graph, std::span(data).first(inputs), kSamples);
  for (int sample = 0; sample < kSamples; ++sample) {
    const std::vector<double> values = finished(network.output, std::span(logits).subspan(sample * classes, classes));
    for (std::size_t i = 0; i < classes; ++i) {
      const double expected = data[inputs + sample * classes + i];
      EXPECT_NEAR(values[i], expected, 1e-4 * std::max(1.0, std::abs(expected))) << sample << ", " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(FromPyTorch, Model, ::testing::ValuesIn(model_names()),
                         [](const auto& instance) { return instance.param; });

/// Which operators the models above contain: what the importer reads has to be among them.
TEST(Models, CoverEveryOperator) {
  std::set<std::string> covered;
  std::set<int> opsets;
  for (const std::string& name : model_names()) {
    const onnx::ModelProto model = nvcim::testing::model_of(bytes_of(models_folder() / (name + ".onnx")));
    for (const onnx::NodeProto& node : model.graph().node()) covered.insert(node.op_type());
    opsets.insert(static_cast<int>(model.opset_import(0).version()));
  }
  EXPECT_THAT(covered, ::testing::IsSupersetOf({"Add",
                                                "AveragePool",
                                                "BatchNormalization",
                                                "Cast",
                                                "Clip",
                                                "Concat",
                                                "Constant",
                                                "ConstantOfShape",
                                                "Conv",
                                                "Div",
                                                "Flatten",
                                                "Gather",
                                                "Gemm",
                                                "GlobalAveragePool",
                                                "GlobalMaxPool",
                                                "HardSigmoid",
                                                "HardSwish",
                                                "LeakyRelu",
                                                "LogSoftmax",
                                                "MatMul",
                                                "MaxPool",
                                                "Mul",
                                                "Neg",
                                                "Pad",
                                                "ReduceMean",
                                                "Relu",
                                                "Reshape",
                                                "Shape",
                                                "Sigmoid",
                                                "Slice",
                                                "Softmax",
                                                "Split",
                                                "Squeeze",
                                                "Sub",
                                                "Tanh",
                                                "Transpose",
                                                "Unsqueeze"}));
  EXPECT_THAT(opsets, ::testing::IsSupersetOf({9, 10, 11, 13, 14, 17, 18}));
}

TEST(Inference, DoesNotDependOnThreadsNorOnTheCompanyOfASample) {
  const FloatNetwork network = read_float_onnx("m", bytes_of(models_folder() / "residual.onnx"));
  const std::size_t size = network.graph.input().size(), classes = network.graph.classes();
  const int samples = 150;  // batches of 64, 64 and 22
  std::vector<float> inputs(samples * size);
  for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i] = std::sin(0.37f * static_cast<float>(i % 9973));
  std::vector<int> seen;
  const std::vector<float> one =
      infer(network.graph, inputs, samples, {.threads = 1, .progress = [&](int done, int) { seen.push_back(done); }});
  EXPECT_THAT(seen, ::testing::ElementsAre(64, 128, 150));
  EXPECT_EQ(infer(network.graph, inputs, samples, {.threads = 3, .progress = {}}), one);
  const std::vector<float> alone = infer(network.graph, std::span(inputs).subspan(149 * size), 1);
  for (std::size_t i = 0; i < classes; ++i) EXPECT_NEAR(alone[i], one[149 * classes + i], 1e-5);
}

TEST(Inference, TakesPixelsByTheirScale) {
  FloatGraphBuilder builder({2, 1, 2});
  builder.scale("twice", 0, 2);
  const FloatGraph graph = builder.build();
  const PixelScale pixels = normalised_pixels({0.5, 0.2}, {0.25, 0.1});
  const std::vector<std::uint8_t> image = {0, 255, 51, 102};
  EXPECT_THAT(infer(graph, pixels, image, 1),
              ::testing::Pointwise(::testing::FloatNear(1e-5f), {2 * (0 - 0.5f) / 0.25f, 2 * (1 - 0.5f) / 0.25f,
                                                                 2 * (0.2f - 0.2f) / 0.1f, 2 * (0.4f - 0.2f) / 0.1f}));
}

TEST(Inference, CountsTheFirstOfEqualLogits) {
  const std::vector<float> logits = {1, 1, 0, 0, 2, 1, -1, -2, -1};
  EXPECT_EQ(count_correct(logits, std::vector<std::uint8_t>{0, 1, 0}), 3);
  EXPECT_EQ(count_correct(logits, std::vector<std::uint8_t>{1, 1, 2}), 1);
}

}  // namespace
}  // namespace nvcim::workloads
