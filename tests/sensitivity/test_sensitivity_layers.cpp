// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "tests/sensitivity/graph_definition.h"
#include "workloads/sensitivity.h"

/// Every layer type by itself: both methods against finite differences, and the recursion against the exact diagonal
/// where it is exact.
namespace nvcim::workloads {
namespace {

using nvcim::testing::Real;
using nvcim::testing::RealMaps;
using nvcim::testing::SampleOfGraph;
using Kind = GraphActivation::Kind;

constexpr SensitivityLoss kLosses[] = {SensitivityLoss::cross_entropy, SensitivityLoss::squared_error};
constexpr Window kSame{3, 3, 1, 1, 1, 1, 1, 1};
constexpr Window kOne{};
constexpr Window kHalf{2, 2, 2, 2, 0, 0, 0, 0};

class Values {
 public:
  explicit Values(std::uint64_t seed) : random_(seed) {}
  std::vector<float> floats(std::size_t count, double spread = 1) {
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(std::normal_distribution<double>(0, spread)(random_));
    return values;
  }
  std::vector<double> doubles(std::size_t count, double low, double high) {
    std::vector<double> values(count);
    for (double& value : values) value = std::uniform_real_distribution<double>(low, high)(random_);
    return values;
  }
  std::vector<std::uint8_t> labels(std::size_t count, int classes) {
    std::vector<std::uint8_t> values(count);
    for (std::uint8_t& value : values) value = static_cast<std::uint8_t>(random_() % std::uint64_t(classes));
    return values;
  }

 private:
  std::mt19937_64 random_;
};

/// A convolution with random weights and biases, spread so that its outputs stay near 1, and a full scale that is no
/// round number.
GraphConvolution some_convolution(Values& values, int channels, int outputs, Window window, int groups = 1,
                                  bool bias = true) {
  GraphConvolution c;
  c.window = window;
  c.groups = groups;
  const std::size_t rows = std::size_t(channels / groups) * window.area();
  c.weights = values.floats(outputs * rows, 1 / std::sqrt(double(rows)));
  if (bias) c.bias = values.doubles(outputs, -0.5, 0.5);
  c.full_scale = 1.7;
  return c;
}

Sensitivity measure(const FloatGraph& graph, const std::vector<float>& inputs, const std::vector<std::uint8_t>& labels,
                    SensitivityMethod method, SensitivityLoss loss) {
  SensitivityOptions options;
  options.method = method;
  options.loss = loss;
  return measure_sensitivity(graph, inputs, labels, int(labels.size()), options);
}

void expect_close(const std::vector<double>& actual, const std::vector<double>& expected, double relative,
                  const std::string& where) {
  ASSERT_EQ(actual.size(), expected.size()) << where;
  double largest = 0;
  for (double value : expected) largest = std::max(largest, std::abs(value));
  EXPECT_GT(largest, 0) << where << ": nothing to compare";
  // A sum in single precision has the error of its largest terms.
  for (std::size_t i = 0; i < actual.size(); ++i)
    ASSERT_NEAR(actual[i], expected[i], relative * std::abs(expected[i]) + relative / 30 * largest)
        << where << ", weight " << i;
}

/// Both methods on random inputs against the definitions; for piecewise linear graphs Gauss-Newton is the Hessian.
void expect_definition(const FloatGraph& graph, std::uint64_t seed, const std::string& where) {
  Values values(seed);
  const int samples = 2;
  const std::vector<float> inputs = values.floats(std::size_t(samples) * graph.input().size());
  const std::vector<std::uint8_t> labels = values.labels(samples, graph.classes());
  for (SensitivityLoss loss : kLosses) {
    const std::string what = where + (loss == SensitivityLoss::cross_entropy ? ", cross entropy" : ", squared error");
    const Sensitivity recursion = measure(graph, inputs, labels, SensitivityMethod::recursion, loss);
    const Sensitivity exact = measure(graph, inputs, labels, SensitivityMethod::gauss_newton, loss);
    std::vector<SampleOfGraph> of;
    std::vector<RealMaps> recursions;
    for (int s = 0; s < samples; ++s) {
      of.push_back({graph, inputs.data() + std::size_t(s) * graph.input().size(), labels[s], loss});
      recursions.push_back(of.back().recursion());
    }
    for (std::size_t layer = 0; layer < exact.layers.size(); ++layer) {
      const int node = exact.layers[layer].node;
      std::vector<double> by_recursion, by_gauss_newton, by_hessian;
      for (std::size_t w = 0; w < exact.layers[layer].curvature.size(); ++w) {
        Real a = 0, b = 0, c = 0;
        for (int s = 0; s < samples; ++s) {
          a += recursions[s][node][w] / samples;
          b += of[s].gauss_newton(node, w) / samples;
          if (is_piecewise_linear(graph)) c += of[s].hessian(node, w) / samples;
        }
        by_recursion.push_back(double(a)), by_gauss_newton.push_back(double(b)), by_hessian.push_back(double(c));
      }
      const std::string here = what + ", " + graph.nodes[node].name;
      expect_close(recursion.layers[layer].curvature, by_recursion, 3e-5, here + ", recursion");
      expect_close(exact.layers[layer].curvature, by_gauss_newton, 3e-5, here + ", Gauss-Newton");
      if (is_piecewise_linear(graph)) expect_close(exact.layers[layer].curvature, by_hessian, 3e-5, here + ", Hessian");
    }
    expect_close(recursion.layers.back().curvature, exact.layers.back().curvature, 1e-5, what + ", last layer");
  }
}

/// One pixel that is not 0, so that every weight of the first convolution reaches one position alone; squared error, so
/// that the logits do not mix. Then a layer that does not fork makes the recursion exact for that convolution too.
void expect_exact(const FloatGraph& graph, std::uint64_t seed, const std::string& where) {
  Values values(seed);
  const int size = graph.input().size(), pixels = graph.input().height * graph.input().width, samples = 8;
  std::vector<float> inputs(std::size_t(samples) * size, 0.0f);
  for (int s = 0; s < samples; ++s) inputs[std::size_t(s) * size + (s * 7 + 5) % pixels] = values.floats(1)[0];
  const std::vector<std::uint8_t> labels = values.labels(samples, graph.classes());
  const Sensitivity recursion =
      measure(graph, inputs, labels, SensitivityMethod::recursion, SensitivityLoss::squared_error);
  const std::vector<double>& actual = recursion.layers.front().curvature;
  std::vector<double> expected;
  for (std::size_t w = 0; w < actual.size(); ++w) {
    Real sum = 0;
    for (int s = 0; s < samples; ++s)
      sum += SampleOfGraph{graph, inputs.data() + std::size_t(s) * size, labels[s], SensitivityLoss::squared_error}
                 .hessian(recursion.layers.front().node, w);
    expected.push_back(double(sum / samples));
  }
  expect_close(actual, expected, 1e-5, where + ", exact");
}

/// convolution, the layer in question, a fully connected one.
template <class Add>
FloatGraph around(std::uint64_t seed, Window first, Add add_layer, bool bias = true, int channels = 2) {
  Values values(seed);
  FloatGraphBuilder graph({channels, 4, 4});
  const int a = graph.convolution("first", 0, 4, some_convolution(values, channels, 4, first, 1, bias));
  const int b = add_layer(graph, a, values);
  const int in = graph.node(b).output.size();
  graph.linear("last", b, 3, values.floats(std::size_t(3) * in, 1 / std::sqrt(double(in))),
               values.doubles(3, -0.5, 0.5));
  return graph.build();
}

/// Runs both checks on a layer. The second only where the layer does not fork.
template <class Add>
void expect_layer(const std::string& name, Add add_layer, bool forks = false) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    const std::string where = name + " " + std::to_string(seed);
    expect_definition(around(seed, kSame, add_layer), seed, where);
    if (!forks) expect_exact(around(seed, kSame, add_layer, true, 1), seed, where);
  }
}

auto activation(GraphActivation parameters) {
  return [parameters](FloatGraphBuilder& graph, int from, Values&) {
    return graph.activation("activation", from, parameters);
  };
}

auto pool(GraphPool parameters) {
  return [parameters](FloatGraphBuilder& graph, int from, Values&) { return graph.pool("pool", from, parameters); };
}

TEST(SensitivityOfLayer, Linear) {
  Values values(1);
  FloatGraphBuilder graph({3, 1, 1});
  int at = graph.linear("first", 0, 5, values.floats(15));
  at = graph.linear("second", at, 4, values.floats(20), values.doubles(4, -1, 1));
  graph.linear("third", at, 3, values.floats(12));
  expect_definition(graph.build(), 1, "linear");
}

TEST(SensitivityOfLayer, LinearIsExactTwoLayersDeepForSquaredError) {
  expect_layer("linear", [](FloatGraphBuilder&, int from, Values&) { return from; });
}

TEST(SensitivityOfLayer, Convolution) {
  for (Window window : {kSame, kOne, Window{2, 3, 2, 1, 0, 1, 1, 0}, Window{3, 3, 2, 2, 2, 0, 0, 2}})
    expect_layer(
        "convolution",
        [&](FloatGraphBuilder& graph, int from, Values& values) {
          return graph.convolution("second", from, 3, some_convolution(values, 4, 3, window));
        },
        true);
}

TEST(SensitivityOfLayer, ConvolutionWithDilation) {
  for (auto [h, w] : {std::pair{2, 1}, {1, 3}, {2, 2}})
    expect_layer(
        "dilation",
        [&, h = h, w = w](FloatGraphBuilder& graph, int from, Values& values) {
          GraphConvolution c = some_convolution(values, 4, 3, {2, 2, 1, 1, 1, 1, 1, 1});
          c.dilation_h = h, c.dilation_w = w;
          return graph.convolution("second", from, 3, std::move(c));
        },
        true);
}

TEST(SensitivityOfLayer, ConvolutionInGroups) {
  for (int groups : {2, 4})
    expect_layer(
        "groups",
        [&](FloatGraphBuilder& graph, int from, Values& values) {
          return graph.convolution("second", from, 8, some_convolution(values, 4, 8, {3, 2, 2, 1, 1, 0, 1, 1}, groups));
        },
        true);
}

TEST(SensitivityOfLayer, DepthwisePointwiseConvolutionDoesNotForkAndIsExact) {
  expect_layer("depthwise", [](FloatGraphBuilder& graph, int from, Values& values) {
    return graph.convolution("second", from, 4, some_convolution(values, 4, 4, kOne, 4));
  });
}

TEST(SensitivityOfLayer, AFirstConvolutionInGroupsIsExact) {
  Values values(3);
  FloatGraphBuilder graph({4, 4, 4});
  const int a = graph.convolution("first", 0, 4, some_convolution(values, 4, 4, kSame, 2));
  graph.linear("last", a, 3, values.floats(std::size_t(3) * 64, 0.2));
  expect_exact(graph.build(), 3, "first in groups");
}

TEST(SensitivityOfLayer, Relu) {
  expect_layer("relu", activation({.kind = Kind::relu}));
}

TEST(SensitivityOfLayer, LeakyRelu) {
  expect_layer("leaky_relu", activation({.kind = Kind::leaky_relu, .alpha = 0.1}));
}

TEST(SensitivityOfLayer, Clip) {
  expect_layer("clip", activation({.kind = Kind::clip, .alpha = -0.4, .beta = 0.7}));
}

TEST(SensitivityOfLayer, Sigmoid) {
  expect_layer("sigmoid", activation({.kind = Kind::sigmoid}));
}

TEST(SensitivityOfLayer, Tanh) {
  expect_layer("tanh", activation({.kind = Kind::tanh}));
}

TEST(SensitivityOfLayer, HardSigmoid) {
  expect_layer("hard_sigmoid", activation({.kind = Kind::hard_sigmoid, .alpha = 0.6, .beta = 0.5}));
}

TEST(SensitivityOfLayer, HardSwish) {
  expect_layer("hard_swish", activation({.kind = Kind::hard_swish}));
}

TEST(SensitivityOfLayer, MaximumPool) {
  for (Window window : {kHalf, Window{3, 3, 2, 2, 1, 1, 1, 1}, Window{2, 3, 1, 2, 1, 0, 0, 1}})
    expect_definition(around(2, kSame, pool({.kind = PoolKind::maximum, .window = window})), 2, "maximum");
  // Windows apart, so that an input reaches one output.
  expect_exact(around(2, kSame, pool({.kind = PoolKind::maximum, .window = kHalf}), true, 1), 2, "maximum");
}

TEST(SensitivityOfLayer, AveragePool) {
  for (bool count_padding : {true, false})
    for (Window window : {kHalf, Window{3, 3, 2, 2, 1, 1, 1, 1}, Window{2, 3, 1, 2, 1, 0, 0, 1}})
      expect_definition(
          around(2, kSame, pool({.kind = PoolKind::average, .window = window, .count_padding = count_padding})), 2,
          "average");
  expect_exact(around(2, kSame, pool({.kind = PoolKind::average, .window = kHalf}), true, 1), 2, "average");
}

TEST(SensitivityOfLayer, GlobalPool) {
  for (PoolKind kind : {PoolKind::average, PoolKind::maximum})
    expect_layer("global pool",
                 [&](FloatGraphBuilder& graph, int from, Values&) { return graph.global_pool("global", from, kind); });
}

TEST(SensitivityOfLayer, BatchNorm) {
  expect_layer("batch norm", [](FloatGraphBuilder& graph, int from, Values& values) {
    return graph.batch_norm("norm", from, values.doubles(4, -2, 2), values.doubles(4, -1, 1), values.doubles(4, -1, 1),
                            values.doubles(4, 0.1, 3), 1e-3);
  });
}

TEST(SensitivityOfLayer, BatchNormIsThePublishedFormula) {
  FloatGraphBuilder graph({2, 1, 1});
  const int norm = graph.batch_norm("norm", 0, {3, 1}, {0.5, 0}, {2, -1}, {15.99, 3.99}, 0.01);
  const auto& affine = std::get<GraphAffine>(graph.node(norm).operation);
  EXPECT_DOUBLE_EQ(affine.factor[0], 3.0 / 4);
  EXPECT_DOUBLE_EQ(affine.offset[0], 0.5 - 2 * 3.0 / 4);
  EXPECT_DOUBLE_EQ(affine.factor[1], 0.5);
  EXPECT_DOUBLE_EQ(affine.offset[1], 0.5);
}

TEST(SensitivityOfLayer, Scale) {
  expect_layer("scale", [](FloatGraphBuilder& graph, int from, Values&) { return graph.scale("scale", from, -2.5); });
}

TEST(SensitivityOfLayer, ResidualAdd) {
  expect_layer(
      "residual add",
      [](FloatGraphBuilder& graph, int from, Values& values) {
        int branch = graph.activation("branch", from, {.kind = Kind::relu});
        branch = graph.convolution("second", branch, 4, some_convolution(values, 4, 4, kSame));
        return graph.activation("after", graph.add("add", {from, branch}), {.kind = Kind::relu});
      },
      true);
}

TEST(SensitivityOfLayer, ResidualAddAroundACurvedBranch) {
  expect_layer(
      "residual add",
      [](FloatGraphBuilder& graph, int at, Values& values) {
        const int from = graph.activation("before", at, {.kind = Kind::sigmoid});
        int branch = graph.convolution("second", from, 4, some_convolution(values, 4, 4, kSame));
        branch = graph.activation("branch", branch, {.kind = Kind::tanh});
        return graph.activation("after", graph.add("add", {branch, from, from}), {.kind = Kind::sigmoid});
      },
      true);
}

TEST(SensitivityOfLayer, AddOfBranchesThatShareNoWeightIsExact) {
  expect_layer("add", [](FloatGraphBuilder& graph, int from, Values& values) {
    const int channels = graph.node(0).output.channels;
    const int other = graph.convolution("other", 0, 4, some_convolution(values, channels, 4, kSame));
    return graph.add("add", {from, other});
  });
}

TEST(SensitivityOfLayer, Concat) {
  expect_layer("concat", [](FloatGraphBuilder& graph, int from, Values& values) {
    const int channels = graph.node(0).output.channels;
    const int other = graph.convolution("other", 0, 3, some_convolution(values, channels, 3, kSame));
    return graph.concat("concat", {other, graph.activation("tanh", from, {.kind = Kind::tanh}), other});
  });
}

TEST(SensitivityOfLayer, ConcatWithTheInputItself) {
  expect_layer("concat", [](FloatGraphBuilder& graph, int from, Values&) { return graph.concat("concat", {0, from}); });
}

TEST(SensitivityOfLayer, Product) {
  expect_layer("product", [](FloatGraphBuilder& graph, int from, Values& values) {
    const int channels = graph.node(0).output.channels;
    const int other = graph.convolution("other", 0, 4, some_convolution(values, channels, 4, kSame));
    return graph.multiply("product", from, other);
  });
}

TEST(SensitivityOfLayer, ProductWithOneFactorPerChannelAndBothFactorsFromOneMap) {
  expect_layer(
      "squeeze and excitation",
      [](FloatGraphBuilder& graph, int from, Values& values) {
        int gate = graph.global_pool("mean", from, PoolKind::average);
        gate = graph.convolution("squeeze", gate, 4, some_convolution(values, 4, 4, kOne));
        gate = graph.activation("gate", gate, {.kind = Kind::sigmoid});
        graph.set_unit(gate, 0.25);
        const int scaled = graph.multiply("excite", from, gate);
        graph.set_unit(scaled, 2);
        return graph.multiply("square", scaled, scaled);
      },
      true);
}

TEST(SensitivityOfLayer, RearrangementWithRepeatsAndFill) {
  expect_layer(
      "rearrangement",
      [](FloatGraphBuilder& graph, int from, Values&) {
        const int out = graph.rearrange("order", from, {{2, -1, 0, 2, 3}, {3, 1}, {-1, 0, 2, 2, 1}, 0.75});
        graph.set_unit(out, 0.5);
        return graph.activation("after", out, {.kind = Kind::sigmoid});
      },
      true);
}

TEST(SensitivityOfLayer, RearrangementWithoutRepeatsIsExact) {
  expect_layer("slice and padding", [](FloatGraphBuilder& graph, int from, Values&) {
    return graph.rearrange("order", from, {{-1, 3, 0, 1, -1}, {0, 2}, {3, 1, -1}});
  });
}

TEST(SensitivityOfLayer, Reshape) {
  expect_layer("reshape", [](FloatGraphBuilder& graph, int from, Values&) {
    const int flat = graph.reshape("flat", from, {64, 1, 1});
    graph.set_unit(flat, 4);
    return graph.scale("scale", graph.reshape("map", flat, {2, 16, 2}), 1.5);
  });
}

TEST(SensitivityOfLayer, UnitsOfValuesAndWeightsDoNotChangeTheRealDerivatives) {
  // The same real network, stored in other steps.
  const auto build = [](double of_input, double of_weights, double of_sum) {
    Values values(9);
    FloatGraphBuilder graph({2, 3, 3}, of_input);
    GraphConvolution c = some_convolution(values, 2, 4, kSame);
    for (float& weight : c.weights) weight /= static_cast<float>(of_weights);
    for (double& bias : c.bias) bias /= of_input * of_weights;
    c.weight_unit = of_weights;
    const int first = graph.convolution("first", 0, 4, std::move(c));
    const int norm = graph.batch_norm("norm", first, {1, 2, 0.5, 1}, {0.1, 0.2, 0, -0.3}, {0, 0, 0.5, 0}, {1, 2, 3, 4});
    const int bent = graph.activation("bent", norm, {.kind = Kind::sigmoid});
    graph.set_unit(bent, of_sum);
    const int sum = graph.add("sum", {bent, norm});
    graph.linear("last", sum, 3, values.floats(std::size_t(3) * 36, 0.2));
    return graph.build();
  };
  Values values(4);
  std::vector<float> inputs = values.floats(18);
  const std::vector<std::uint8_t> labels = {2};
  const FloatGraph plain = build(1, 1, 1), stored = build(0.5, 4, 0.125);
  expect_definition(stored, 5, "units");
  for (SensitivityMethod method : {SensitivityMethod::recursion, SensitivityMethod::gauss_newton}) {
    const std::vector<double> expected = measure(plain, inputs, labels, method, SensitivityLoss::cross_entropy).all();
    std::vector<float> halves = inputs;
    for (float& value : halves) value *= 2;  // steps of 1/2
    expect_close(measure(stored, halves, labels, method, SensitivityLoss::cross_entropy).all(), expected, 1e-5,
                 "units");
  }
}

TEST(SensitivityOfLayer, GaussNewtonIsTheHessianOfADeepReluNetworkWithEveryPiecewiseLinearLayer) {
  Values values(6);
  FloatGraphBuilder graph({2, 6, 6});
  int at = graph.convolution("stem", 0, 4, some_convolution(values, 2, 4, kSame));
  at = graph.batch_norm("norm", at, values.doubles(4, 0.5, 2), values.doubles(4, -1, 1), values.doubles(4, -1, 1),
                        values.doubles(4, 0.5, 2));
  const int relu = graph.activation("relu", at, {.kind = Kind::relu});
  at = graph.convolution("depthwise", relu, 4, some_convolution(values, 4, 4, kSame, 4));
  at = graph.activation("leaky", at, {.kind = Kind::leaky_relu, .alpha = 0.2});
  at = graph.convolution("pointwise", at, 4, some_convolution(values, 4, 4, kOne));
  at = graph.add("residual", {at, relu});
  const int less = graph.pool("maximum", at, {.kind = PoolKind::maximum, .window = kHalf});
  const int mean = graph.pool("average", at, {.kind = PoolKind::average, .window = kHalf});
  at = graph.concat("concat", {less, mean});
  at = graph.activation("clip", graph.scale("scale", at, 1.5), {.kind = Kind::clip, .alpha = 0, .beta = 2});
  at = graph.convolution("dilated", at, 6, [&] {
    GraphConvolution c = some_convolution(values, 8, 6, {2, 2, 1, 1, 1, 1, 1, 1}, 2);
    c.dilation_h = c.dilation_w = 2;
    return c;
  }());
  at = graph.global_pool("global", graph.activation("relu2", at, {.kind = Kind::relu}), PoolKind::average);
  graph.linear("last", at, 3, values.floats(18));
  expect_definition(graph.build(), 6, "deep");
}

TEST(SensitivityOfLayer, ANodeThatNobodyReadsHasNoCurvature) {
  Values values(2);
  FloatGraphBuilder graph({2, 3, 3});
  const int dead = graph.convolution("dead", 0, 4, some_convolution(values, 2, 4, kSame));
  const int live = graph.convolution("live", 0, 4, some_convolution(values, 2, 4, kSame));
  graph.linear("last", live, 3, values.floats(std::size_t(3) * 36));
  const FloatGraph built = graph.build();
  const Sensitivity result = measure(built, values.floats(18), {0}, SensitivityMethod::recursion, kLosses[0]);
  ASSERT_EQ(result.layers.front().node, dead);
  EXPECT_THAT(result.layers[0].curvature, ::testing::Each(0.0));
  EXPECT_THAT(result.layers[1].curvature, ::testing::Contains(::testing::Gt(0.0)));
}

TEST(ActivationPoint, HasTheDerivativesOfItsDifferences) {
  const double h = 1e-5;
  for (GraphActivation parameters : {GraphActivation{.kind = Kind::relu},
                                     {.kind = Kind::leaky_relu, .alpha = 0.1},
                                     {.kind = Kind::clip, .alpha = -1, .beta = 2},
                                     {.kind = Kind::sigmoid},
                                     {.kind = Kind::tanh},
                                     {.kind = Kind::hard_sigmoid, .alpha = 0.2, .beta = 0.5},
                                     {.kind = Kind::hard_swish}})
    for (double x : {-40.0, -3.7, -2.2, -0.6, 0.3, 1.4, 2.4, 3.3, 40.0}) {
      const ActivationPoint at = activation_point(parameters, x);
      const double up = activation_point(parameters, x + h).value, down = activation_point(parameters, x - h).value;
      EXPECT_NEAR(at.first, (up - down) / (2 * h), 1e-7) << int(parameters.kind) << " at " << x;
      EXPECT_NEAR(at.second, (up - 2 * at.value + down) / (h * h), 1e-4) << int(parameters.kind) << " at " << x;
    }
  EXPECT_EQ(activation_point({.kind = Kind::relu}, 0).first, 0);
  EXPECT_EQ(activation_point({.kind = Kind::sigmoid}, -800).value, 0);  // no overflow on the way
  EXPECT_EQ(activation_point({.kind = Kind::sigmoid}, 800).value, 1);
}

}  // namespace
}  // namespace nvcim::workloads
