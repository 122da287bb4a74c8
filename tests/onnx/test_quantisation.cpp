// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>
#include <fstream>

#include "tests/onnx/model_file.h"
#include "workloads/calibration.h"
#include "workloads/model_file.h"
#include "workloads/network_check.h"
#include "workloads/onnx_calibrated.h"
#include "workloads/reference.h"

/// From networks in floating point to integers.
namespace nvcim::workloads {
namespace {

using nvcim::testing::bytes_of;
using nvcim::testing::ModelMaker;
using nvcim::testing::models_folder;
using nvcim::testing::set;
using nvcim::testing::set_list;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Kind = Node::Kind;

FloatNetwork read(const ModelMaker& model) {
  return read_float_onnx("m.onnx", bytes_of(model.proto));
}

PixelScale plain(int channels, double scale = 1 / 255.0, double offset = 0) {
  return {std::vector<double>(channels, scale), std::vector<double>(channels, offset)};
}

std::vector<Kind> kinds_of(const Lowered& lowered) {
  std::vector<Kind> kinds;
  for (const LoweredNode& node : lowered.nodes) kinds.push_back(node.node.kind);
  return kinds;
}

Lowered lower(const ModelMaker& model) {
  const FloatNetwork network = read(model);
  return lower(network.name, network.graph, plain(network.graph.input().channels));
}

std::string refusal(const ModelMaker& model) {
  try {
    lower(model);
  } catch (const InputError& error) {
    return error.issues().front().text();
  }
  return "";
}

TEST(MapScale, HoldsItsRangeAndZero) {
  const MapScale positive = map_scale({0.5, 5.1}, 8);  // 0 belongs to it
  EXPECT_DOUBLE_EQ(positive.scale, 0.02);
  EXPECT_EQ(positive.zero_point, 0);
  EXPECT_EQ(positive.code(5.1), 255);
  EXPECT_EQ(positive.code(9), 255);
  EXPECT_EQ(positive.code(-1), 0);
  const MapScale both = map_scale({-1, 2}, 4);  // steps of 0.2
  EXPECT_EQ(both.zero_point, 5);
  EXPECT_EQ(both.code(0), 5);
  EXPECT_EQ(both.code(-1), 0);
  EXPECT_EQ(both.code(2), 15);
  EXPECT_EQ(both.code(0.29), 6);
  EXPECT_EQ(both.code(0.31), 7);
  EXPECT_EQ(map_scale({0, 0}, 8).scale, 1);
  EXPECT_EQ(map_scale({-0.3, 1}, 8).zero_point, 59) << "58.85 to the nearest";
  EXPECT_EQ(map_scale({-0.3, 1}, 8).code(0), 59);
  EXPECT_EQ(map_scale({-0.4, 0.11}, 8).zero_point, 200);
}

TEST(Lowering, ActivationsGoIntoWhatRoundsBeforeThem) {
  ModelMaker model({-1, 1, 4, 4});
  model.constant("w", {1, 1, 1, 1}, 1).constant("six", {}, 6).constant("zero", {}, 0);
  model.node("Conv", "a", {"x", "w"});
  model.node("Clip", "b", {"a", "zero", "six"});
  model.node("Add", "sum", {"b", "x"});
  model.node("Relu", "c", {"sum"});
  set_list(model.node("MaxPool", "pool", {"c"}), "kernel_shape", {2, 2});
  model.node("Sigmoid", "s", {"pool"});
  model.node("Conv", "y", {"s", "w"});
  const Lowered lowered = lower(model);
  ASSERT_THAT(kinds_of(lowered), ElementsAre(Kind::mvm, Kind::add, Kind::pool, Kind::lookup, Kind::mvm));
  EXPECT_EQ(*lowered.nodes[0].clamp, (std::pair{0.0, 6.0}));
  EXPECT_EQ(lowered.nodes[1].clamp->first, 0);
  EXPECT_EQ(lowered.value_names[lowered.nodes[1].values], "c");
  EXPECT_THAT(lowered.nodes[1].node.inputs, ElementsAre(0, kNetworkInput));
  EXPECT_TRUE(lowered.nodes[4].node.mvm.raw_output);
}

TEST(Lowering, ReadTwiceAnActivationStaysApart) {
  ModelMaker model({-1, 1, 4, 4});
  model.constant("w", {1, 1, 1, 1}, 1);
  model.node("Conv", "a", {"x", "w"});
  model.node("Relu", "b", {"a"});
  model.node("Add", "sum", {"a", "b"});
  model.node("Conv", "y", {"sum", "w"});
  EXPECT_THAT(kinds_of(lower(model)), ElementsAre(Kind::mvm, Kind::lookup, Kind::add, Kind::mvm));
}

TEST(Lowering, ScalingsOfTheImageGoIntoItsPixels) {
  ModelMaker model({-1, 2, 4, 4});
  model.constant("mean", {1, 2, 1, 1}, {0.5, 0.25}).constant("std", {1, 2, 1, 1}, {0.5, 0.25});
  model.constant("w", {1, 2, 3, 3}, 1);
  model.node("Sub", "centred", {"x", "mean"});
  model.node("Div", "scaled", {"centred", "std"});
  set_list(model.node("Conv", "y", {"scaled", "w"}), "pads", {1, 1, 1, 1});
  const Lowered lowered = lower(model);
  ASSERT_THAT(kinds_of(lowered), ElementsAre(Kind::mvm));
  EXPECT_THAT(lowered.pixels->scale, ElementsAre(2 / 255.0, 4 / 255.0));
  EXPECT_THAT(lowered.pixels->offset, ElementsAre(-1, -1));
}

TEST(Lowering, ScalingsGoIntoTheConvolutionAfterThem) {
  // 3 (2 x + 1) = 6 x + 3, but only without padding, whose zeros are not shifted.
  ModelMaker model({-1, 2, 2, 2});
  model.constant("w", {2, 2, 1, 1}, {1, 0, 0, 1}).constant("v", {1, 2, 1, 1}, {3, 5});
  model.constant("scale", {2}, {2, 4}).constant("shift", {2}, {1, 1}).constant("zero", {2}, 0).constant("one", {2}, 1);
  model.node("Relu", "r", {"x"});
  set(model.node("BatchNormalization", "n", {"r", "scale", "shift", "zero", "one"}), "epsilon", 0.0f);
  model.node("Conv", "y", {"n", "v"});
  const Lowered lowered = lower(model);
  ASSERT_THAT(kinds_of(lowered), ElementsAre(Kind::lookup, Kind::mvm));
  EXPECT_THAT(lowered.nodes[1].weights, ElementsAre(6, 20));
  EXPECT_THAT(lowered.nodes[1].bias, ElementsAre(8));

  model.proto.mutable_graph()->mutable_node(2)->add_attribute();
  onnx::NodeProto& conv = *model.proto.mutable_graph()->mutable_node(2);
  conv.clear_attribute();
  set_list(conv, "pads", {1, 1, 1, 1});
  const Lowered padded = lower(model);
  ASSERT_THAT(kinds_of(padded), ElementsAre(Kind::lookup, Kind::mvm, Kind::mvm));
  EXPECT_EQ(padded.nodes[1].node.mvm.groups, 2);
  EXPECT_THAT(padded.nodes[1].weights, ElementsAre(2, 4));
}

TEST(Lowering, RearrangementsInARowAreOne) {
  // Every second column of every second row, then a channel of zeros before and behind.
  ModelMaker model({-1, 1, 4, 4});
  model.constant("w", {1, 3, 1, 1}, 1).integers("pads", {0, 1, 0, 0, 0, 1, 0, 0});
  model.integers("from", {0}).integers("to", {4}).integers("rows", {2}).integers("columns", {3}).integers("step", {2});
  model.node("Slice", "a", {"x", "from", "to", "rows", "step"});
  model.node("Slice", "b", {"a", "from", "to", "columns", "step"});
  model.node("Pad", "c", {"b", "pads"});
  model.node("Conv", "y", {"c", "w"});
  const Lowered lowered = lower(model);
  ASSERT_THAT(kinds_of(lowered), ElementsAre(Kind::rearrange, Kind::mvm));
  EXPECT_THAT(lowered.nodes[0].node.rearrange.channels, ElementsAre(-1, 0, -1));
  EXPECT_THAT(lowered.nodes[0].node.rearrange.rows, ElementsAre(0, 2));
  EXPECT_THAT(lowered.nodes[0].node.rearrange.columns, ElementsAre(0, 2));
  EXPECT_EQ(lowered.nodes[0].node.output, (Shape{3, 2, 2}));
}

TEST(Lowering, NamesWhatTheChipCannotHold) {
  ModelMaker pool({-1, 1, 4, 4});
  pool.constant("w", {1, 1, 1, 1}, 1).node("Conv", "c", {"x", "w"});
  pool.node("Sigmoid", "y", {"c"});
  EXPECT_THAT(refusal(pool), HasSubstr("m:y: ends the network; its last operation must be a convolution or fully "
                                       "connected layer, whose sums are the logits"));
  ModelMaker fill({-1, 1, 4, 4});
  fill.constant("w", {1, 1, 1, 1}, 1).integers("p", {0, 0, 1, 1, 0, 0, 1, 1}).constant("v", {}, 0.5f);
  fill.node("Pad", "p1", {"x", "p", "v"});
  fill.node("Conv", "y", {"p1", "w"});
  EXPECT_THAT(refusal(fill), HasSubstr("m:p1: pads with 0.5; the digital unit pads with 0"));
  ModelMaker average({-1, 1, 4, 4});
  average.constant("w", {1, 1, 1, 1}, 1);
  auto& node = average.node("AveragePool", "a", {"x"});
  set_list(node, "kernel_shape", {3, 3});
  set_list(node, "pads", {1, 1, 1, 1});
  average.node("Conv", "y", {"a", "w"});
  EXPECT_THAT(refusal(average), HasSubstr("m:a: averages without counting its padding"));
  ModelMaker view({-1, 2, 2, 2});
  view.constant("w", {1, 1, 1, 1}, 1).integers("s", {0, 1, 4, 2}).node("Reshape", "v", {"x", "s"});
  view.node("Conv", "y", {"v", "w"});
  EXPECT_THAT(refusal(view), HasSubstr("m:y: reads a map of 2 x 2 x 2 as 1 x 4 x 2"));
}

TEST(Quantise, IntegersAreThoseOfTheDefinition) {
  // y = fc(relu(conv(x))) on one pixel of two channels.
  ModelMaker model({-1, 2, 1, 1});
  model.constant("w", {1, 2, 1, 1}, {0.5f, -1.27f}).constant("b", {1}, 0.1f);
  model.constant("v", {1, 1, 1, 1}, 2);
  model.node("Conv", "c", {"x", "w", "b"});
  model.node("Relu", "r", {"c"});
  model.node("Conv", "y", {"r", "v"});
  const FloatNetwork network = read(model);
  Quantisation quantisation;
  quantisation.ranges["r"] = {0, 0.51};
  const Network integers = quantise(lower(network.name, network.graph, plain(2)), quantisation);
  const MvmLayer& first = integers.nodes[0].mvm;
  EXPECT_THAT(first.weights, ElementsAre(50, -127));  // steps of 0.01
  EXPECT_NEAR(first.weight_scale, 0.01, 1e-8);
  EXPECT_EQ(integers.nodes[0].input_scale, 1 / 255.0);
  EXPECT_THAT(first.bias, ElementsAre(2550));  // 0.1 in steps of 0.01 / 255
  EXPECT_NEAR(first.requantisation.multiplier, 0.01 / 255 / 0.002, 1e-9);
  EXPECT_EQ(first.requantisation.zero_point, 0);
  EXPECT_EQ(integers.nodes[1].input_scale, 0.002);
  EXPECT_THAT(integers.nodes[1].mvm.weights, ElementsAre(127));
  EXPECT_EQ(integers.input_table[0][200], 200);
}

TEST(Quantise, OneScaleForEveryOutput) {
  // Two outputs of 0.5 and 0.02, then their sum: the second has steps a 25th as large, the last layer one scale.
  ModelMaker model({-1, 1, 1, 1});
  model.constant("w", {2, 1, 1, 1}, {0.5f, -0.02f}).constant("b", {2}, {0.25f, 0.25f});
  model.constant("v", {1, 2, 1, 1}, {1.0f, 0.5f});
  model.node("Conv", "c", {"x", "w", "b"});
  model.node("Relu", "r", {"c"});
  model.node("Conv", "y", {"r", "v"});
  const FloatNetwork network = read(model);
  Quantisation quantisation;
  quantisation.per_channel = true;
  quantisation.ranges["r"] = {0, 0.51};
  const Network integers = quantise(lower(network.name, network.graph, plain(1)), quantisation);
  const MvmLayer &first = integers.nodes[0].mvm, &last = integers.nodes[1].mvm;
  EXPECT_THAT(first.weights, ElementsAre(127, -127));
  ASSERT_EQ(first.channel_scales.size(), 2u);
  EXPECT_EQ(first.channel_scales[0], 1);
  EXPECT_NEAR(first.channel_scales[1], 0.04, 1e-8);
  const double step = 0.5 / 127 / 255;  // of weights of 0.5 / 127 and an input of 1 / 255
  ASSERT_EQ(first.bias.size(), 2u);
  EXPECT_NEAR(double(first.bias[0]), 0.25 / step, 1);
  EXPECT_NEAR(double(first.bias[1]), 0.25 / (step * 0.04), 1);
  EXPECT_NEAR(first.requantisation_of(0).multiplier, step / 0.002, 1e-8);
  EXPECT_NEAR(first.requantisation_of(1).multiplier, step * 0.04 / 0.002, 1e-9);
  EXPECT_THAT(last.channel_scales, IsEmpty());
  EXPECT_THAT(last.weights, ElementsAre(127, 64));
}

// A table holds codes, and what they round, in steps: derivatives come from it.
TEST(Quantise, ATableKeepsWhatItRoundsForItsDerivatives) {
  ModelMaker model({-1, 1, 1, 1});
  model.constant("w", {1, 1, 1, 1}, 4).constant("v", {1, 1, 1, 1}, 1);
  model.node("Conv", "c", {"x", "w"});
  model.node("Sigmoid", "s", {"c"});
  model.node("Conv", "y", {"s", "v"});
  const FloatNetwork network = read(model);
  Quantisation quantisation;
  quantisation.ranges["c"] = {-4, 4};
  quantisation.ranges["s"] = {0, 1};
  const Network integers = quantise(lower(network.name, network.graph, plain(1)), quantisation);
  ASSERT_EQ(integers.nodes[1].kind, Kind::lookup);
  const LookupLayer& lookup = integers.nodes[1].lookup;
  EXPECT_EQ(integers.nodes[1].input_zero_point, 128) << "127.5 to the even code, not down";
  EXPECT_EQ(lookup.zero_point, 0);
  EXPECT_DOUBLE_EQ(lookup.scale_ratio, (1 / 255.0) / (8 / 255.0)) << "a step out over a step in";
  ASSERT_EQ(lookup.exact.size(), 256u);
  for (const int code : {0, 1, 100, 128, 200, 255}) {
    const double steps = 255 / (1 + std::exp(-(code - 128) * 8 / 255.0));
    EXPECT_NEAR(lookup.exact[code], steps, 1e-9) << code;
    EXPECT_EQ(lookup.table[code], std::lround(steps)) << code;
  }
}

TEST(Quantise, SumsAndProductsCountInStepsOfTheirMaps) {
  ModelMaker model({-1, 1, 1, 1});
  model.constant("w", {1, 1, 1, 1}, 1).constant("v", {1, 1, 1, 1}, 1);
  model.node("Conv", "a", {"x", "w"});
  model.node("Conv", "b", {"x", "v"});
  model.node("Add", "sum", {"a", "b"});
  model.node("Mul", "product", {"sum", "b"});
  model.node("Conv", "y", {"product", "v"});
  const FloatNetwork network = read(model);
  Quantisation quantisation;
  quantisation.ranges = {{"a", {0, 255 * 0.01}}, {"b", {0, 255 * 0.04}}, {"sum", {-2.55, 2.55}}, {"product", {0, 510}}};
  const Network integers = quantise(lower(network.name, network.graph, plain(1)), quantisation);
  const JoinLayer& sum = integers.nodes[2].join;
  ASSERT_EQ(sum.inputs.size(), 2u);
  EXPECT_DOUBLE_EQ(sum.inputs[0].multiplier, 1);
  EXPECT_DOUBLE_EQ(sum.inputs[1].multiplier, 4);
  EXPECT_DOUBLE_EQ(sum.requantisation.multiplier, 0.01 / 0.02);
  EXPECT_EQ(sum.requantisation.zero_point, 128);
  const JoinLayer& product = integers.nodes[3].join;
  EXPECT_NEAR(product.requantisation.multiplier, 0.02 * 0.04 / 2, 1e-15);
}

TEST(Quantise, RefusesWhatItIsNotTold) {
  ModelMaker model({-1, 1, 1, 1});
  model.constant("w", {1, 1, 1, 1}, 1).node("Conv", "c", {"x", "w"});
  model.node("Relu", "r", {"c"});
  model.node("Conv", "y", {"r", "w"});
  const Lowered lowered = lower(model);
  EXPECT_THROW(quantise(lowered, {}), InputError);
  Quantisation wide;
  wide.ranges["r"] = {0, 1};
  for (const int bits : {1, 9}) {
    wide.weight_bits = bits;
    EXPECT_THROW(quantise(lowered, wide), InputError) << bits;
  }
  for (const int bits : {2, 8}) {
    wide.weight_bits = wide.activation_bits = bits;
    EXPECT_NO_THROW(quantise(lowered, wide)) << bits;
  }
}

TEST(Calibration, ChoosesTheRangeThatItsMethodSays) {
  // 0..99, each once in its step; one value far out.
  Histogram histogram{{0, 100}, std::vector<std::uint64_t>(100, 10)};
  CalibrationOptions options;
  options.method = RangeMethod::maximum;
  EXPECT_EQ(chosen_range(histogram, options).high, 100);
  options.method = RangeMethod::percentile;
  options.percentile = 90;  // 5 % at either end
  EXPECT_NEAR(chosen_range(histogram, options).low, 5, 1e-9);
  EXPECT_NEAR(chosen_range(histogram, options).high, 95, 1e-9);
  // Everything in the first tenth, one value at the end: 16 codes are better spent near the many.
  histogram.counts.assign(100, 0);
  for (int i = 0; i < 10; ++i) histogram.counts[i] = 100000;
  histogram.counts[99] = 1;
  options.method = RangeMethod::squared_error;
  options.bits = 4;
  EXPECT_LT(chosen_range(histogram, options).high, 30);
  EXPECT_GE(chosen_range(histogram, options).high, 9);
  histogram.counts[99] = 10000000;
  EXPECT_GT(chosen_range(histogram, options).high, 90);
}

TEST(Calibration, HistogramsCountEveryValueOnce) {
  Histogram histogram{{-1, 1}, std::vector<std::uint64_t>(4, 0)};
  histogram.add(std::vector<float>{-1, -0.6f, -0.4f, 0, 0.4f, 1, std::nanf("")});
  EXPECT_THAT(histogram.counts, ElementsAre(3, 1, 2, 1));  // what is no number falls into the first step
}

class Quantised : public ::testing::TestWithParam<const char*> {};

/// Random images, their range as PyTorch's random inputs have it.
std::vector<std::uint8_t> images(int count) {
  std::vector<std::uint8_t> pixels(count);
  std::uint32_t state = 1;
  for (std::uint8_t& pixel : pixels) {
    state = state * 1664525u + 1013904223u;
    pixel = static_cast<std::uint8_t>(state >> 24);
  }
  return pixels;
}

TEST_P(Quantised, StaysNearTheNetworkInFloatingPoint) {
  const std::string name = GetParam();
  const FloatNetwork network = read_float_onnx(name, bytes_of(models_folder() / (name + ".onnx")));
  const int samples = 64, size = network.graph.input().size();
  const PixelScale pixels = plain(network.graph.input().channels, 4 / 255.0, -2);
  const std::vector<std::uint8_t> data = images(samples * size);
  const Lowered lowered = lower(network.name, network.graph, pixels);
  CalibrationOptions options;
  options.method = RangeMethod::maximum;
  Quantisation quantisation;
  quantisation.ranges = calibrate(network.graph, lowered.calibrated(), pixels, data, samples, options);
  const Network integers = quantise(lowered, quantisation);
  EXPECT_THAT(network_faults(integers), IsEmpty());

  const std::vector<float> real = infer(network.graph, pixels, data, samples);
  const std::vector<std::int64_t> exact = reference_logits(integers, data, samples);
  const std::vector<float> fast = infer(integers, data, samples);
  const Node& last = integers.nodes.back();
  const double step = last.input_scale * last.mvm.weight_scale;
  double error = 0, power = 0;
  for (std::size_t i = 0; i < real.size(); ++i) {
    EXPECT_EQ(fast[i], static_cast<float>(exact[i])) << i;
    error += std::pow(double(exact[i]) * step - real[i], 2);
    power += std::pow(real[i], 2);
  }
  EXPECT_LT(std::sqrt(error / power), 0.05);  // 8 bits in every map
}

INSTANTIATE_TEST_SUITE_P(Models, Quantised,
                         ::testing::Values("conv", "conv_groups", "conv_depthwise", "conv_dilation", "conv_norm",
                                           "linear", "activations_17", "clamps", "silu", "residual", "residual_norm",
                                           "dense", "channel_shuffle", "squeeze_excite", "mobile", "norm_branch",
                                           "split", "mean", "transpose_view"),
                         [](const auto& instance) { return std::string(instance.param); });

TEST(Calibrated, FileGivesTheSameIntegersAgain) {
  const std::string name = "residual";
  const std::vector<std::uint8_t> bytes = bytes_of(models_folder() / (name + ".onnx"));
  const FloatNetwork network = read_float_onnx(name, bytes);
  const PixelScale pixels = plain(network.graph.input().channels, 0.1, -0.3);
  Quantisation quantisation;
  quantisation.weight_bits = 6;
  quantisation.per_channel = true;
  quantisation.activation_bits = 7;
  quantisation.data = "cifar10";
  quantisation.float_accuracy = 0.875;
  const Lowered lowered = lower(network.name, network.graph, pixels);
  double high = 1;
  for (const int node : lowered.calibrated()) quantisation.ranges[lowered.value_names[node]] = {-0.1, high += 0.1};
  const std::string saved = calibrated_onnx(name, bytes, pixels, quantisation);
  const auto file = std::filesystem::path(::testing::TempDir()) / "calibrated_residual.onnx";
  std::ofstream(file, std::ios::binary) << saved;
  const Network expected = quantise(lowered, quantisation), got = load_network(file.string());
  EXPECT_EQ(got.name, "calibrated_residual");
  EXPECT_EQ(got.data, "cifar10");
  EXPECT_EQ(got.float_accuracy, 0.875);
  ASSERT_EQ(got.nodes.size(), expected.nodes.size());
  for (std::size_t n = 0; n < got.nodes.size(); ++n) {
    EXPECT_EQ(got.nodes[n].mvm.weights, expected.nodes[n].mvm.weights);
    EXPECT_EQ(got.nodes[n].mvm.bias, expected.nodes[n].mvm.bias);
    EXPECT_EQ(got.nodes[n].mvm.channel_scales, expected.nodes[n].mvm.channel_scales);
    EXPECT_EQ(got.nodes[n].mvm.requantisation.multiplier, expected.nodes[n].mvm.requantisation.multiplier);
    EXPECT_EQ(got.nodes[n].input_scale, expected.nodes[n].input_scale);
  }
  std::filesystem::remove(file);
}

/// Codes of int8 or int32 behind DequantizeLinear.
void add_codes(ModelMaker& model, const std::string& name, std::vector<std::int64_t> dims, std::vector<int> codes,
               float scale) {
  onnx::TensorProto& tensor = *model.proto.mutable_graph()->add_initializer();
  tensor.set_name(name + ".codes");
  tensor.set_data_type(onnx::TensorProto::INT8);
  for (const std::int64_t dim : dims) tensor.add_dims(dim);
  for (const int code : codes) tensor.add_int32_data(code);
  model.constant(name + ".scale", {}, scale);
  model.node("DequantizeLinear", name, {name + ".codes", name + ".scale"});
}

/// A map through codes and back.
void add_quantiser(ModelMaker& model, const std::string& of, float scale, int zero) {
  onnx::TensorProto& tensor = *model.proto.mutable_graph()->add_initializer();
  tensor.set_name(of + ".zero");
  tensor.set_data_type(onnx::TensorProto::UINT8);
  tensor.add_int32_data(zero);
  model.constant(of + ".step", {}, scale);
  model.node("QuantizeLinear", of + ".q", {of, of + ".step", of + ".zero"});
  model.node("DequantizeLinear", of + ".dq", {of + ".q", of + ".step", of + ".zero"});
}

/// A residual network that another tool has quantised.
ModelMaker quantised_residual() {
  ModelMaker model({-1, 1, 2, 2});
  add_codes(model, "w", {1, 1, 1, 1}, {-127}, 0.01f);
  add_codes(model, "v", {2, 1, 1, 1}, {127, -50}, 0.02f);
  add_quantiser(model, "x", 0.0078125f, 100);
  model.node("Conv", "conv", {"x.dq", "w"});
  add_quantiser(model, "conv", 0.015625f, 128);
  model.node("Add", "sum", {"conv.dq", "x.dq"});
  model.node("Relu", "relu", {"sum"});
  add_quantiser(model, "relu", 0.0625f, 0);
  model.node("Conv", "y", {"relu.dq", "v"});
  return model;
}

TEST(QuantisedGraph, KeepsItsScales) {
  const ModelMaker model = quantised_residual();
  const FloatNetwork network = read_quantised_graph("m", bytes_of(model.proto));
  ASSERT_TRUE(network.quantisation);
  const Network integers = quantise(lower(network.name, network.graph, plain(1)), *network.quantisation);
  ASSERT_EQ(integers.nodes.size(), 3u);
  EXPECT_THAT(integers.nodes[0].mvm.weights, ElementsAre(-127));
  EXPECT_DOUBLE_EQ(integers.nodes[0].input_scale, 0.0078125);
  EXPECT_EQ(integers.nodes[0].input_zero_point, 100);
  const Node& sum = integers.nodes[1];
  EXPECT_EQ(sum.join.inputs[0].zero_point, 128);
  EXPECT_DOUBLE_EQ(sum.join.inputs[1].multiplier, 0.5);
  EXPECT_EQ(sum.join.inputs[1].zero_point, 100);
  EXPECT_DOUBLE_EQ(sum.join.requantisation.multiplier, 0.25);
  EXPECT_DOUBLE_EQ(integers.nodes[2].input_scale, 0.0625);
  EXPECT_THAT(integers.nodes[2].mvm.weights, ElementsAre(127, -50));
}

TEST(QuantisedGraph, KeepsOneScaleForEveryOutput) {
  ModelMaker model({-1, 1, 2, 2});
  onnx::TensorProto& tensor = *model.proto.mutable_graph()->add_initializer();
  tensor.set_name("w.codes");
  tensor.set_data_type(onnx::TensorProto::INT8);
  for (const std::int64_t dim : {2, 1, 1, 1}) tensor.add_dims(dim);
  for (const int code : {127, -127}) tensor.add_int32_data(code);
  model.constant("w.scale", {2}, {0.01f, 0.0025f});
  onnx::AttributeProto& axis = *model.node("DequantizeLinear", "w", {"w.codes", "w.scale"}).add_attribute();
  axis.set_name("axis");
  axis.set_type(onnx::AttributeProto::INT);
  axis.set_i(0);
  add_codes(model, "v", {1, 2, 1, 1}, {127, -50}, 0.02f);
  add_quantiser(model, "x", 0.0078125f, 100);
  model.node("Conv", "conv", {"x.dq", "w"});
  add_quantiser(model, "conv", 0.015625f, 128);
  model.node("Conv", "y", {"conv.dq", "v"});
  const FloatNetwork network = read_quantised_graph("m", bytes_of(model.proto));
  ASSERT_TRUE(network.quantisation);
  EXPECT_TRUE(network.quantisation->per_channel);
  const Network integers = quantise(lower(network.name, network.graph, plain(1)), *network.quantisation);
  EXPECT_THAT(integers.nodes[0].mvm.weights, ElementsAre(127, -127));
  EXPECT_NEAR(integers.nodes[0].mvm.channel_scales.at(1), 0.25, 1e-7);
}

TEST(QuantisedGraph, IsReadFromAFileLikeAnyOther) {
  const std::string bytes = quantised_residual().proto.SerializeAsString();
  const auto file = std::filesystem::path(::testing::TempDir()) / "quantised_residual.onnx";
  std::ofstream(file, std::ios::binary) << bytes;
  EXPECT_TRUE(std::holds_alternative<FloatNetwork>(load_model(file.string())));
  std::filesystem::remove(file);
}

TEST(QuantisedGraph, MistakesAreNamed) {
  const auto refusal_of = [](const ModelMaker& model) -> std::string {
    try {
      read_quantised_graph("m", bytes_of(model.proto));
    } catch (const InputError& error) {
      return error.issues().front().text();
    }
    return "";
  };
  ModelMaker scales({-1, 2, 1, 1});
  scales.constant("s", {2}, 1).node("QuantizeLinear", "y", {"x", "s"});
  EXPECT_THAT(refusal_of(scales), HasSubstr("a map is quantised with one positive scale and one zero point"));
  ModelMaker twice({-1, 2, 1, 1});
  twice.constant("s", {}, 1).constant("t", {}, 2).node("QuantizeLinear", "a", {"x", "s"});
  twice.node("QuantizeLinear", "y", {"x", "t"});
  EXPECT_THAT(refusal_of(twice), HasSubstr("quantises a map that is quantised with another scale elsewhere"));
  ModelMaker weights({-1, 2, 1, 1});
  add_codes(weights, "w", {1, 2, 1, 1}, {1, 2}, 1);
  weights.proto.mutable_graph()->mutable_initializer(1)->add_dims(3);
  for (int i = 0; i < 2; ++i) weights.proto.mutable_graph()->mutable_initializer(1)->add_float_data(1);
  weights.node("Conv", "y", {"x", "w"});
  EXPECT_THAT(refusal_of(weights), HasSubstr("3 scales for codes of 1 x 2 x 1 x 1"));
}

TEST(Calibrated, MetadataThatMakeNoSenseAreNamed) {
  ModelMaker model({-1, 1, 1, 1});
  model.constant("w", {1, 1, 1, 1}, 1).node("Conv", "y", {"x", "w"});
  auto& entry = *model.proto.add_metadata_props();
  entry.set_key("nvcim.quantisation");
  const std::pair<const char*, const char*> mistakes[] = {
      {"[", "nvcim.quantisation: is no JSON object"},
      {"{}", "\"weight_bits\" is no number"},
      {R"({"weight_bits": 9, "activation_bits": 8})", "\"weight_bits\" is 9; whole numbers of 2..8 are allowed"},
      {R"({"weight_bits": 8, "activation_bits": 2.5})", "\"activation_bits\" is 2.5"},
      {R"({"weight_bits": 8, "activation_bits": 8, "weight_scales": "row"})",
       "\"weight_scales\" is \"row\"; tensor and channel are allowed"},
      {R"({"weight_bits": 8, "activation_bits": 8, "data": 1})", "\"data\" is no text"},
      {R"({"weight_bits": 8, "activation_bits": 8, "float_accuracy": 2})", "\"float_accuracy\" is 2; 0..1"},
      {R"({"weight_bits": 8, "activation_bits": 8})", "\"ranges\" is no object"},
      {R"({"weight_bits": 8, "activation_bits": 8, "ranges": {"a": [1]}})", "the range of \"a\" is no pair"},
      {R"({"weight_bits": 8, "activation_bits": 8, "ranges": {"a": [1, 0]}})", "the range of \"a\" is 1..0"}};
  for (const auto& [value, text] : mistakes) {
    entry.set_value(value);
    EXPECT_THAT(nvcim::testing::complaints(model.proto), ElementsAre(HasSubstr(text))) << value;
  }
}

}  // namespace
}  // namespace nvcim::workloads
