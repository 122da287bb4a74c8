// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <functional>

#include "tests/onnx/model_file.h"

/// Every network that cannot run, and what is said about it. The texts are the list of what is refused.
namespace nvcim::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Refusal {
  const char* name;
  std::vector<std::int64_t> input;
  std::function<void(ModelMaker&)> make;  ///< from "x" to "y"
  const char* text;                       ///< the whole first complaint, without the file's name
  int opset = 13;
};

void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << refusal.name;
}

const std::vector<std::int64_t> kImage = {-1, 3, 8, 8}, kFeatures = {-1, 6};

const Refusal kRefusals[] = {
    {"Gelu", kImage, [](ModelMaker& m) { set(m.node("Gelu", "y", {"x"}), "approximate", "none"); },
     "node \"y\" (Gelu): is not supported: the activation unit does not have this function; train with Relu, "
     "LeakyRelu, "
     "Clip (relu6), Sigmoid, Tanh, HardSigmoid or HardSwish instead; it has approximate none"},
    {"LayerNormalization", kImage,
     [](ModelMaker& m) {
       m.node("LayerNormalization", "y", {"x", "x"});
     },
     "node \"y\" (LayerNormalization): is not supported: it takes statistics of each input at work; "
     "BatchNormalization, "
     "whose statistics are constant after training, folds into the weights"},
    {"Lstm", kImage, [](ModelMaker& m) { set(m.node("LSTM", "y", {"x"}), "hidden_size", std::int64_t{8}); },
     "node \"y\" (LSTM): is not supported: recurrent networks do not run; networks without loops through time do; it "
     "has hidden_size 8"},
    {"Loop", kImage, [](ModelMaker& m) { m.node("Loop", "y", {"x"}); },
     "node \"y\" (Loop): is not supported: control flow does not run; export with torch.jit.trace, which writes the "
     "one "
     "path taken"},
    {"Resize", kImage, [](ModelMaker& m) { set(m.node("Resize", "y", {"x"}), "mode", "nearest"); },
     "node \"y\" (Resize): is not supported: there is no unit that resamples maps; use strided convolutions or pools "
     "to "
     "shrink, and end the network before maps grow again; it has mode nearest"},
    {"ReduceMax", kImage, [](ModelMaker& m) { m.node("ReduceMax", "y", {"x"}); },
     "node \"y\" (ReduceMax): is not supported: there is no unit for it; ReduceMean over height and width is "
     "supported"},
    {"ArgMax", kImage, [](ModelMaker& m) { m.node("ArgMax", "y", {"x"}); },
     "node \"y\" (ArgMax): is not supported: it belongs to what is done with the network's outputs; export the network "
     "up to its logits"},
    {"QLinearConv", kImage, [](ModelMaker& m) { m.node("QLinearConv", "y", {"x"}); },
     "node \"y\" (QLinearConv): is not supported: it is an operator of an already quantised network in another form; "
     "export with QuantizeLinear and DequantizeLinear (QDQ), or in floating point"},
    {"UnknownOperator", kImage, [](ModelMaker& m) { m.node("Fancy", "y", {"x"}); },
     "node \"y\" (Fancy): is not supported: no unit of the chip does this; build it from operators that are supported"},
    {"ForeignDomain", kImage, [](ModelMaker& m) { m.node("Conv", "y", {"x"}).set_domain("com.microsoft"); },
     "node \"y\" (Conv): is not supported: the operator domain com.microsoft is not standard ONNX"},
    {"GatherOfComputed", kImage,
     [](ModelMaker& m) {
       m.integers("i", {0}).node("Gather", "y", {"x", "i"});
     },
     "node \"y\" (Gather): is supported on constants only: no unit of the chip does this; build it from operators that "
     "are supported"},

    {"ConvOfThreeSides", kImage,
     [](ModelMaker& m) {
       m.constant("w", {1, 3, 1, 1, 1}, 0).node("Conv", "y", {"x", "w"});
     },
     "node \"y\" (Conv): a window of 3 sides; networks on lines and images are supported"},
    {"ConvOfComputedWeights", kImage,
     [](ModelMaker& m) {
       m.node("Conv", "y", {"x", "x"});
     },
     "node \"y\" (Conv): its weights \"x\" is computed; it must be a constant"},
    {"ConvGroups", kImage,
     [](ModelMaker& m) {
       m.constant("w", {4, 1, 1, 1}, 1);
       set(m.node("Conv", "y", {"x", "w"}), "group", std::int64_t{3});
     },
     "node \"y\" (Conv): 4 outputs do not fall into 3 groups; it has group 3"},
    {"ConvChannels", kImage,
     [](ModelMaker& m) {
       m.constant("w", {4, 2, 1, 1}, 1).node("Conv", "y", {"x", "w"});
     },
     "node \"y\" (Conv): weights for 2 channels in each of 1 groups, the input has 3 channels"},
    {"ConvBias", kImage,
     [](ModelMaker& m) {
       m.constant("w", {4, 3, 1, 1}, 1).constant("b", {3}, 1).node("Conv", "y", {"x", "w", "b"});
     },
     "node \"y\" (Conv): 3 biases for 4 outputs"},
    {"ConvWindowTooLarge", kImage,
     [](ModelMaker& m) {
       m.constant("w", {1, 3, 9, 1}, 1).node("Conv", "y", {"x", "w"});
     },
     "node \"y\" (Conv): its output of 1 x 0 x 8 is empty or has more than 16777216 elements"},
    {"ConvKernelShape", kImage,
     [](ModelMaker& m) {
       m.constant("w", {1, 3, 2, 2}, 1);
       set_list(m.node("Conv", "y", {"x", "w"}), "kernel_shape", {3, 2});
     },
     "node \"y\" (Conv): kernel_shape and weights of 1 x 3 x 2 x 2 differ; it has kernel_shape 3 x 2"},
    {"ConvStride", kImage,
     [](ModelMaker& m) {
       m.constant("w", {1, 3, 2, 2}, 1);
       set_list(m.node("Conv", "y", {"x", "w"}), "strides", {1, 0});
     },
     "node \"y\" (Conv): strides 1 x 0; two values in 1..4096 wanted; it has strides 1 x 0"},
    {"ConvPads", kImage,
     [](ModelMaker& m) {
       m.constant("w", {1, 3, 2, 2}, 1);
       set_list(m.node("Conv", "y", {"x", "w"}), "pads", {0, 0, -1, 0});
     },
     "node \"y\" (Conv): pads 0 x 0 x -1 x 0; 4 values in 0..4096 wanted; it has pads 0 x 0 x -1 x 0"},
    {"ConvAutoPad", kImage,
     [](ModelMaker& m) {
       m.constant("w", {1, 3, 2, 2}, 1);
       set(m.node("Conv", "y", {"x", "w"}), "auto_pad", "SAME");
     },
     "node \"y\" (Conv): auto_pad SAME; NOTSET, SAME_UPPER, SAME_LOWER and VALID are known; it has auto_pad SAME"},
    {"ConvAttributeType", kImage,
     [](ModelMaker& m) {
       m.constant("w", {1, 3, 2, 2}, 1);
       set(m.node("Conv", "y", {"x", "w"}), "group", 1.0f);
     },
     "node \"y\" (Conv): group is no whole number; it has group 1"},
    {"ConvAfterFlatten", kImage,
     [](ModelMaker& m) {
       m.constant("w", {1, 3, 2, 2}, 1);
       m.node("Flatten", "flat", {"x"});
       m.node("Conv", "y", {"flat", "w"});
     },
     "node \"y\" (Conv): its input is N x 192, weights are 1 x 3 x 2 x 2"},

    {"GemmTransposed", kFeatures,
     [](ModelMaker& m) {
       m.constant("w", {6, 2}, 1);
       set(m.node("Gemm", "y", {"x", "w"}), "transA", std::int64_t{1});
     },
     "node \"y\" (Gemm): transA 1 turns batch and features round; only transA 0 is supported; it has transA 1"},
    {"GemmRows", kFeatures,
     [](ModelMaker& m) {
       m.constant("w", {5, 2}, 1).node("Gemm", "y", {"x", "w"});
     },
     "node \"y\" (Gemm): weights for 5 inputs, it has 6"},
    {"GemmOfImage", kImage,
     [](ModelMaker& m) {
       m.constant("w", {8, 2}, 1).node("MatMul", "y", {"x", "w"});
     },
     "node \"y\" (MatMul): its input is N x 3 x 8 x 8; batch x features is supported, so flatten it before"},
    {"GemmBias", kFeatures,
     [](ModelMaker& m) {
       m.constant("w", {6, 2}, 1).constant("b", {2, 1}, 1).node("Gemm", "y", {"x", "w", "b"});
     },
     "node \"y\" (Gemm): a bias of 2 x 1; one number for each output is supported"},
    {"Attention", kFeatures,
     [](ModelMaker& m) {
       m.node("MatMul", "y", {"x", "x"});
     },
     "node \"y\" (MatMul): multiplies two tensors that are both computed, as attention does; crossbars hold constant "
     "matrices, so the right one must be a constant"},
    {"MatrixOnTheLeft", kFeatures,
     [](ModelMaker& m) {
       m.constant("w", {6, 6}, 1).node("MatMul", "y", {"w", "x"});
     },
     "node \"y\" (MatMul): its matrix is on the left; x W with a constant W on the right is supported"},

    {"BatchNormInTraining", kImage,
     [](ModelMaker& m) {
       m.constant("c", {3}, 1);
       set(m.node("BatchNormalization", "y", {"x", "c", "c", "c", "c"}), "training_mode", std::int64_t{1});
     },
     "node \"y\" (BatchNormalization): training_mode 1; export the network after model.eval(); it has training_mode 1",
     15},
    {"BatchNormVariance", kImage,
     [](ModelMaker& m) {
       m.constant("c", {3}, 1).constant("v", {3}, -1);
       m.node("BatchNormalization", "y", {"x", "c", "c", "c", "v"});
     },
     "node \"y\" (BatchNormalization): its constants give factors that are not finite"},
    {"BatchNormChannels", kImage,
     [](ModelMaker& m) {
       m.constant("c", {4}, 1).node("BatchNormalization", "y", {"x", "c", "c", "c", "c"});
     },
     "node \"y\" (BatchNormalization): 4 values of scale for 3 channels"},

    {"MaxPoolIndices", kImage,
     [](ModelMaker& m) {
       auto& pool = m.node("MaxPool", "y", {"x"});
       set_list(pool, "kernel_shape", {2, 2});
       pool.add_output("indices");
     },
     "node \"y\" (MaxPool): the indices of the maximum are used; only its value is supported; it has kernel_shape 2 x "
     "2"},
    {"MaxPoolDilations", kImage,
     [](ModelMaker& m) {
       auto& pool = m.node("MaxPool", "y", {"x"});
       set_list(pool, "kernel_shape", {2, 2});
       set_list(pool, "dilations", {2, 1});
     },
     "node \"y\" (MaxPool): a pool with gaps in its window has no unit on the chip; dilations of 1 are supported; it "
     "has "
     "kernel_shape 2 x 2, dilations 2 x 1"},
    {"PoolPads", kImage,
     [](ModelMaker& m) {
       auto& pool = m.node("AveragePool", "y", {"x"});
       set_list(pool, "kernel_shape", {2, 2});
       set_list(pool, "pads", {0, 2, 0, 0});
     },
     "node \"y\" (AveragePool): a pool's pads must be less than its kernel; it has kernel_shape 2 x 2, pads 0 x 2 x 0 "
     "x "
     "0"},
    {"PoolKernel", kImage, [](ModelMaker& m) { m.node("MaxPool", "y", {"x"}); },
     "node \"y\" (MaxPool): kernel_shape is missing"},
    {"PoolOfFeatures", kFeatures,
     [](ModelMaker& m) {
       set_list(m.node("MaxPool", "y", {"x"}), "kernel_shape", {2, 2});
     },
     "node \"y\" (MaxPool): its input is N x 6; 4 dimensions wanted: batch x channels x height x width; it has "
     "kernel_shape 2 x 2"},
    {"MeanOfChannels", kImage, [](ModelMaker& m) { set_list(m.node("ReduceMean", "y", {"x"}), "axes", {1}); },
     "node \"y\" (ReduceMean): averages over axis 1, which is the channels; only height and width can be averaged; it "
     "has axes 1"},
    {"MeanOfEverything", kImage, [](ModelMaker& m) { m.node("ReduceMean", "y", {"x"}); },
     "node \"y\" (ReduceMean): averages everything, the batch too; axes 2 and 3 (height and width) are supported"},

    {"ClipLimits", kImage,
     [](ModelMaker& m) {
       m.constant("a", {}, 2).constant("b", {}, 1).node("Clip", "y", {"x", "a", "b"});
     },
     "node \"y\" (Clip): limits 2..1"},
    {"ClipComputed", kImage,
     [](ModelMaker& m) {
       m.node("Clip", "y", {"x", "x"});
     },
     "node \"y\" (Clip): its min \"x\" is computed; it must be a constant"},
    {"SoftmaxInside", kFeatures,
     [](ModelMaker& m) {
       m.node("Softmax", "p", {"x"});
       m.node("Relu", "y", {"p"});
     },
     "node \"y\" (Relu): it follows a Softmax, which is supported only as the last operation"},
    {"SoftmaxOfPositions", kImage, [](ModelMaker& m) { set(m.node("Softmax", "y", {"x"}), "axis", std::int64_t{1}); },
     "node \"y\" (Softmax): works on axis 1 of N x 3 x 8 x 8; supported is one probability for each class of the "
     "whole image, at the end of the network; it has axis 1"},

    {"DivisionByComputed", kImage,
     [](ModelMaker& m) {
       m.constant("c", {}, 1).node("Div", "y", {"c", "x"});
     },
     "node \"y\" (Div): divides by what the network computes; there is no unit for that"},
    {"DivisionByZero", kImage,
     [](ModelMaker& m) {
       m.constant("c", {}, 0).node("Div", "y", {"x", "c"});
     },
     "node \"y\" (Div): its constants give factors that are not finite"},
    {"ConstantOfABatch", kFeatures,
     [](ModelMaker& m) {
       m.constant("c", {2, 6}, 1).node("Add", "y", {"x", "c"});
     },
     "node \"y\" (Add): a constant of 2 x 6 with N x 6; one number, one for each channel or one for each element, "
     "without a batch and without widening the map, is supported"},
    {"SumOfTwoShapes", kImage,
     [](ModelMaker& m) {
       m.node("GlobalAveragePool", "mean", {"x"});
       m.node("Add", "y", {"x", "mean"});
     },
     "node \"y\" (Add): N x 3 x 8 x 8 and N x 3 x 1 x 1; maps of one shape are supported"},
    {"ProductOfTwoShapes", kImage,
     [](ModelMaker& m) {
       set_list(m.node("ReduceMean", "mean", {"x"}), "axes", {3});
       m.node("Mul", "y", {"mean", "x"});
     },
     "node \"y\" (Mul): N x 3 x 8 x 1 times N x 3 x 8 x 8; maps of one shape, or a map and one factor for "
     "each of its channels, are supported"},

    {"ConcatOfRows", kImage,
     [](ModelMaker& m) {
       set(m.node("Concat", "y", {"x", "x"}), "axis", std::int64_t{2});
     },
     "node \"y\" (Concat): joins axis 2 of N x 3 x 8 x 8; channels (axis 1) can be joined; it has axis 2"},
    {"ConcatOfBatches", kImage,
     [](ModelMaker& m) {
       set(m.node("Concat", "y", {"x", "x"}), "axis", std::int64_t{0});
     },
     "node \"y\" (Concat): axis 0 of 4 dimensions; 1..3 are supported, the batch stays as it is; it has axis 0"},
    {"ConcatOfConstant", kImage,
     [](ModelMaker& m) {
       m.constant("c", {1, 1, 8, 8}, 1);
       set(m.node("Concat", "y", {"x", "c"}), "axis", std::int64_t{1});
     },
     "node \"y\" (Concat): its input \"c\" is a constant; it works on what the network computes; it has axis 1"},
    {"ReshapeOfBatch", kFeatures,
     [](ModelMaker& m) {
       m.integers("s", {-1, 3}).node("Reshape", "y", {"x", "s"});
     },
     "node \"y\" (Reshape): N x 6 becomes 209458 x 3: the batch must stay the first dimension"},
    {"ReshapeOfOtherSize", kFeatures,
     [](ModelMaker& m) {
       m.integers("s", {0, 5}).node("Reshape", "y", {"x", "s"});
     },
     "node \"y\" (Reshape): N x 6 cannot become 0 x 5"},
    {"TransposeOfBatch", kFeatures,
     [](ModelMaker& m) {
       set_list(m.node("Transpose", "y", {"x"}), "perm", {1, 0});
     },
     "node \"y\" (Transpose): the batch must stay the first dimension; it has perm 1 x 0"},
    {"SliceOfBatch", kFeatures,
     [](ModelMaker& m) {
       m.integers("a", {1}).integers("b", {2}).node("Slice", "y", {"x", "a", "b"});
     },
     "node \"y\" (Slice): slices the batch"},
    {"SliceOfNothing", kFeatures,
     [](ModelMaker& m) {
       m.integers("a", {0, 6}).integers("b", {200000, 9});
       m.node("Slice", "y", {"x", "a", "b"});
     },
     "node \"y\" (Slice): takes nothing of axis 1 of N x 6"},
    {"SliceOfComputedEnds", kFeatures,
     [](ModelMaker& m) {
       m.integers("a", {0}).node("Slice", "y", {"x", "a", "x"});
     },
     "node \"y\" (Slice): its ends \"x\" is computed; it must be a constant"},
    {"SplitInParts", kFeatures,
     [](ModelMaker& m) {
       m.integers("s", {2, 3});
       auto& split = m.node("Split", "y", {"x", "s"});
       split.add_output("z");
       set(split, "axis", std::int64_t{1});
     },
     "node \"y\" (Split): 6 in parts of 2 x 3 for 2 outputs; it has axis 1"},
    {"PadMode", kImage, [](ModelMaker& m) { set(m.node("Pad", "y", {"x"}), "mode", "mirror"); },
     "node \"y\" (Pad): mode mirror; constant, reflect, edge and wrap are supported; it has mode mirror"},
    {"PadOfBatch", kFeatures,
     [](ModelMaker& m) {
       m.integers("p", {1, 0, 0, 0}).node("Pad", "y", {"x", "p"});
     },
     "node \"y\" (Pad): pads the batch"},
    {"PadTooFar", kFeatures,
     [](ModelMaker& m) {
       m.integers("p", {0, 6, 0, 0});
       set(m.node("Pad", "y", {"x", "p"}), "mode", "reflect");
     },
     "node \"y\" (Pad): pads 6 and 0 of an axis of 6 in mode reflect; it has mode reflect"},
    {"SqueezeOfBatch",
     {1, 6},
     [](ModelMaker& m) { m.node("Squeeze", "y", {"x"}); },
     "node \"y\" (Squeeze): takes away every dimension of 1, the batch too; export it with the dimension to squeeze"},
    {"CastToWhole", kImage, [](ModelMaker& m) { set(m.node("Cast", "y", {"x"}), "to", std::int64_t{7}); },
     "node \"y\" (Cast): casts what the network computes to something else than floating point; it has to 7"},
    {"DropoutInTraining", kImage,
     [](ModelMaker& m) {
       m.constant("r", {}, 0.5f).constant("t", {}, 1).node("Dropout", "y", {"x", "r", "t"});
     },
     "node \"y\" (Dropout): drops values at random; export the network after model.eval()"},
    {"AllConstants", kImage,
     [](ModelMaker& m) {
       m.constant("w", {3, 3, 1, 1}, 1);
       m.node("Conv", "c", {"w", "w"});
       m.node("Add", "y", {"x", "c"});
     },
     "node \"c\" (Conv): all its inputs are constants; export with constant folding"},

    {"NotInOrder", kImage,
     [](ModelMaker& m) {
       m.node("Relu", "y", {"later"});
       m.node("Relu", "later", {"x"});
     },
     "node \"y\" (Relu): nothing before it gives its input \"later\""},
    {"InputOpen",
     {-1, 3, -1, 8},
     [](ModelMaker& m) { m.node("Relu", "y", {"x"}); },
     "input \"x\": dimension 2 is open; export with a size above 0, all together at most 16777216"},
    {"InputRank",
     {-1, 3, 8, 8, 8},
     [](ModelMaker& m) { m.node("Relu", "y", {"x"}); },
     "input \"x\": 5 dimensions; batch x channels x height x width, batch x channels x length or batch x features "
     "wanted"},
    {"InputType", kImage,
     [](ModelMaker& m) {
       m.node("Relu", "y", {"x"});
       m.proto.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
           onnx::TensorProto::INT64);
     },
     "input \"x\": it must be float"},
    {"TwoInputs", kImage,
     [](ModelMaker& m) {
       m.node("Relu", "y", {"x"});
       m.proto.mutable_graph()->add_input()->set_name("more");
     },
     "input: 2 inputs; networks of one input are supported"},
    {"TwoOutputs", kImage,
     [](ModelMaker& m) {
       m.node("Relu", "y", {"x"});
       m.proto.mutable_graph()->add_output()->set_name("x");
     },
     "output: 2 outputs; export the network with the one that gives its logits"},
    {"OutputIsInput", kImage, [](ModelMaker& m) { m.output("z").node("Identity", "z", {"x"}); },
     "output \"z\": is the input; the network has no layer"},
    {"OutputIsNothing", kImage, [](ModelMaker& m) { m.output("z").node("Relu", "y", {"x"}); },
     "output \"z\": no node computes it"},
    {"OldOpset", kImage, [](ModelMaker& m) { m.node("Relu", "y", {"x"}); },
     "opset_import: operator set 8; 9..21 are read", 8},
    {"HalfPrecision", kImage,
     [](ModelMaker& m) {
       m.constant("w", {1, 3, 1, 1}, 1).node("Conv", "y", {"x", "w"});
       m.proto.mutable_graph()->mutable_initializer(0)->set_data_type(onnx::TensorProto::FLOAT16);
     },
     "tensor \"w\": element type FLOAT16; float, double, uint8, int8, int32, int64 and bool are read"},
    {"PixelScale", kImage,
     [](ModelMaker& m) {
       m.node("Relu", "y", {"x"});
       auto& property = *m.proto.add_metadata_props();
       property.set_key("nvcim.pixel_scale");
       property.set_value("1 2");
     },
     "nvcim.pixel_scale: \"1 2\": one number, or one for each of 3 channels"},
};

class Refused : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refused, SaysWhyAndWhatWouldHelp) {
  ModelMaker model(GetParam().input, GetParam().opset);
  GetParam().make(model);
  const auto texts = complaints(model.proto);
  ASSERT_FALSE(texts.empty()) << "was accepted";
  EXPECT_EQ(texts.front(), std::string("m.onnx:") + GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(Network, Refused, ::testing::ValuesIn(kRefusals),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(Refused, AllNodesAtOnceWithTheirOwnFaultsEvenBehindARefusedOne) {
  ModelMaker model(kImage);
  model.constant("w", {4, 3, 3, 3}, 1).constant("v", {4, 4, 3, 3}, 1).constant("a", {}, 2).constant("b", {}, 1);
  set(model.node("Conv", "first", {"x", "w"}), "auto_pad", "SAME");
  model.node("Gelu", "second", {"first"});
  set_list(model.node("Conv", "third", {"second", "v"}), "strides", {0, 0});
  model.node("Clip", "fourth", {"third", "a", "b"});
  set_list(model.node("MaxPool", "fifth", {"fourth"}), "dilations", {2, 2});
  model.node("Relu", "y", {"fifth"});
  EXPECT_THAT(complaints(model.proto),
              ElementsAre(HasSubstr("\"first\" (Conv): auto_pad SAME"), HasSubstr("\"second\" (Gelu)"),
                          HasSubstr("\"third\" (Conv): strides 0 x 0"), HasSubstr("\"fourth\" (Clip): limits 2..1"),
                          HasSubstr("\"fifth\" (MaxPool): kernel_shape is missing"),
                          HasSubstr("the operators that are supported: Add, AveragePool, BatchNormalization, Cast")));
}

TEST(Refused, AQuantisedNetworkPointsToItsReader) {
  ModelMaker model(kImage);
  model.constant("s", {}, 1);
  model.node("QuantizeLinear", "q", {"x", "s"});
  model.node("DequantizeLinear", "y", {"q", "s"});
  EXPECT_THAT(complaints(model.proto), ElementsAre(HasSubstr("holds a quantised network (QuantizeLinear, "
                                                             "DequantizeLinear), which runs as it is")));
}

TEST(Refused, NothingOfASoundModel) {
  ModelMaker model(kImage);
  model.node("Relu", "y", {"x"});
  EXPECT_THAT(complaints(model.proto), IsEmpty());
}

}  // namespace
}  // namespace nvcim::testing
