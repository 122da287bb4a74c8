// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/onnx/model_file.h"
#include "workloads/onnx_float.h"

/// What the graph of an imported network looks like.
namespace nvcim::workloads {
namespace {

using nvcim::testing::bytes_of;
using nvcim::testing::ModelMaker;
using nvcim::testing::models_folder;
using nvcim::testing::set;
using ::testing::ElementsAre;

FloatGraph graph_of(const std::string& name) {
  return read_float_onnx(name, bytes_of(models_folder() / (name + ".onnx"))).graph;
}

FloatNetwork read(const ModelMaker& model) {
  return read_float_onnx("folder/m.onnx", bytes_of(model.proto));
}

std::vector<std::string> names_of(const FloatGraph& graph) {
  std::vector<std::string> names;
  for (const GraphNode& node : graph.nodes) names.push_back(node.name);
  return names;
}

template <class Operation>
std::vector<const Operation*> all_of(const FloatGraph& graph) {
  std::vector<const Operation*> found;
  for (const GraphNode& node : graph.nodes)
    if (const auto* operation = std::get_if<Operation>(&node.operation)) found.push_back(operation);
  return found;
}

TEST(Folding, BatchNormGoesIntoTheConvolutionBeforeIt) {
  // y = 3 (2 x + 1 - 4) / sqrt(3.99 + 0.01) + 0.5 = 3 x - 4
  ModelMaker model({-1, 1, 1, 1});
  model.constant("w", {1, 1, 1, 1}, 2).constant("b", {1}, 1).constant("gamma", {1}, 3).constant("beta", {1}, 0.5f);
  model.constant("mean", {1}, 4).constant("variance", {1}, 3.99f);
  model.node("Conv", "conv", {"x", "w", "b"});
  set(model.node("BatchNormalization", "y", {"conv", "gamma", "beta", "mean", "variance"}), "epsilon", 0.01f);
  const FloatGraph graph = read(model).graph;
  ASSERT_EQ(graph.nodes.size(), 2u);
  const auto& convolution = std::get<GraphConvolution>(graph.nodes[1].operation);
  EXPECT_NEAR(convolution.weights[0], 3, 1e-6);
  EXPECT_NEAR(convolution.bias[0], -4, 1e-6);
  EXPECT_FLOAT_EQ(convolution.full_scale, convolution.weights[0]);
}

TEST(Folding, StaysApartWhereTheConvolutionIsReadElsewhereOrComesAfter) {
  EXPECT_EQ(all_of<GraphAffine>(graph_of("conv_norm")).size(), 0u);
  EXPECT_EQ(all_of<GraphAffine>(graph_of("linear_norm")).size(), 0u);
  EXPECT_EQ(all_of<GraphAffine>(graph_of("residual_norm")).size(), 0u);
  EXPECT_EQ(all_of<GraphAffine>(graph_of("norm_branch")).size(), 1u);
  EXPECT_EQ(all_of<GraphAffine>(graph_of("norm_conv")).size(), 1u);
}

TEST(Folding, SumsAndFactorsOfConstantsGoIntoTheLayerToo) {
  EXPECT_EQ(all_of<GraphAffine>(graph_of("matmul_unfolded")).size(), 0u);
  ModelMaker model({-1, 2});
  model.constant("w", {2, 2}, {1, 2, 3, 4}).constant("b", {2}, {5, 6}).constant("half", {}, 0.5f);
  model.node("MatMul", "fc", {"x", "w"});
  model.node("Add", "biased", {"b", "fc"});
  model.node("Mul", "y", {"biased", "half"});
  const FloatGraph graph = read(model).graph;
  ASSERT_THAT(names_of(graph), ElementsAre("input", "fc"));
  const auto& layer = std::get<GraphConvolution>(graph.nodes[1].operation);
  EXPECT_THAT(layer.weights, ElementsAre(0.5f, 1.5f, 1, 2));  // [outputs][inputs]
  EXPECT_THAT(layer.bias, ElementsAre(2.5, 3));
  EXPECT_EQ(layer.full_scale, 2);
}

TEST(Folding, DeadNodesAndDropoutAreGone) {
  for (const std::string& name : names_of(graph_of("dead_branch")))
    EXPECT_THAT(name, Not(::testing::HasSubstr("unused")));
  ModelMaker model({-1, 4});
  model.node("Dropout", "dropped", {"x"});
  model.node("Relu", "y", {"dropped"});
  model.node("Sigmoid", "dead", {"y"});
  EXPECT_THAT(names_of(read(model).graph), ElementsAre("input", "y"));
}

TEST(Folding, HardSwishIsRecognisedWhereOlderOperatorSetsWriteAProduct) {
  for (const char* name : {"activations_9", "activations_11", "activations_13", "activations_17"}) {
    const FloatGraph graph = graph_of(name);
    int swish = 0, sigmoid = 0;
    for (const auto* activation : all_of<GraphActivation>(graph)) {
      swish += activation->kind == GraphActivation::Kind::hard_swish;
      sigmoid += activation->kind == GraphActivation::Kind::hard_sigmoid;
    }
    EXPECT_EQ(swish, 1) << name;
    EXPECT_EQ(sigmoid, 1) << name;  // the model's own
    EXPECT_EQ(all_of<GraphMultiply>(graph).size(), 0u) << name;
  }
}

TEST(Folding, ShapesThatAreWorkedOutWhileReadingLeaveNoNode) {
  for (const char* name : {"residual_open_shapes", "channel_shuffle"}) {
    const FloatGraph graph = graph_of(name);
    EXPECT_EQ(all_of<GraphAffine>(graph).size(), 0u);
    EXPECT_LE(all_of<GraphRearrange>(graph).size(), 3u) << name;  // two slices and padding; one shuffle
  }
  EXPECT_EQ(all_of<GraphRearrange>(graph_of("transpose_view")).size(), 0u);
}

TEST(Window, PaddingFollowsFromTheMap) {
  const auto window_of = [](const char* name) { return all_of<GraphConvolution>(graph_of(name)).front()->window; };
  // 8 x 7, kernel 3 x 2, stride 2: one row and one column are missing.
  const Window upper = window_of("conv_same_upper"), lower = window_of("conv_same_lower");
  EXPECT_EQ(upper, (Window{3, 2, 2, 2, 0, 0, 1, 1}));
  EXPECT_EQ(lower, (Window{3, 2, 2, 2, 1, 1, 0, 0}));
}

TEST(Softmax, AtTheEndIsNoted) {
  const auto output_of = [](const std::string& name) {
    return read_float_onnx(name, bytes_of(models_folder() / (name + ".onnx"))).output;
  };
  EXPECT_EQ(output_of("softmax"), FloatOutput::softmax);
  EXPECT_EQ(output_of("log_softmax"), FloatOutput::log_softmax);
  EXPECT_EQ(output_of("conv"), FloatOutput::logits);
}

TEST(Names, AreThoseOfTheFileAndUnlikeEachOther) {
  ModelMaker model({-1, 4});
  model.node("Relu", "a", {"x"});
  model.node("Tanh", "b", {"a"}).set_name("a");
  model.node("Sigmoid", "c", {"b"}).set_name("");
  model.node("Relu", "y", {"c"}).set_name("a\x1b[31m\xff");
  const FloatNetwork network = read(model);
  EXPECT_THAT(names_of(network.graph), ElementsAre("input", "a", "a#2", "c", "a?[31m?"));
  EXPECT_EQ(network.name, "m");
}

TEST(Metadata, SaysHowPixelsBecomeInputs) {
  ModelMaker model({-1, 2, 1, 1});
  model.node("Relu", "y", {"x"});
  EXPECT_FALSE(read(model).pixels);
  auto& scale = *model.proto.add_metadata_props();
  scale.set_key("nvcim.pixel_scale");
  scale.set_value("0.5");
  EXPECT_THAT(read(model).pixels->scale, ElementsAre(0.5, 0.5));
  EXPECT_THAT(read(model).pixels->offset, ElementsAre(0, 0));
  auto& offset = *model.proto.add_metadata_props();
  offset.set_key("nvcim.pixel_offset");
  offset.set_value("-1, 2e-1");
  EXPECT_THAT(read(model).pixels->offset, ElementsAre(-1, 0.2));
}

}  // namespace
}  // namespace nvcim::workloads
