// SPDX-License-Identifier: Apache-2.0
#include "workloads/float_graph.h"

#include <algorithm>
#include <cmath>

#include "arch/check.h"
#include "workloads/reference.h"

namespace nvcim::workloads {
namespace {

Shape slide(const Shape& in, const Window& window, int span_h, int span_w, int channels) {
  const int height = in.height + window.pad_top + window.pad_bottom - span_h;
  const int width = in.width + window.pad_left + window.pad_right - span_w;
  NVCIM_CHECK(height >= 0 && width >= 0, "a window of {} x {} on a map of {} x {}", span_h, span_w, in.height,
              in.width);
  return {channels, height / window.stride_h + 1, width / window.stride_w + 1};
}

Window whole(const Shape& shape) {
  return {.kernel_h = shape.height, .kernel_w = shape.width};
}

/// A table at code x: its entry less the zero point, and differences of what it rounds.
ActivationPoint lookup_point(const GraphActivation& activation, double x) {
  const LookupLayer& layer = *activation.table;
  const int code = static_cast<int>(std::lround(x)) + activation.zero_point;
  const auto exact = [&](int at) {
    return layer.exact.empty() ? double(layer.table[at]) - layer.zero_point : layer.exact[at];
  };
  const int low = std::max(code - 1, 0), high = std::min(code + 1, activation.largest);
  const double first = high > low ? (exact(high) - exact(low)) / (high - low) : 0;
  const double second = high == low + 2 ? exact(high) - 2 * exact(code) + exact(low) : 0;
  return {double(layer.table[code]) - layer.zero_point, first, second};
}

}  // namespace

ActivationPoint activation_point(const GraphActivation& activation, double x) {
  using Kind = GraphActivation::Kind;
  switch (activation.kind) {
    case Kind::relu:
      return x > 0 ? ActivationPoint{x, 1, 0} : ActivationPoint{0, 0, 0};
    case Kind::leaky_relu:
      return x > 0 ? ActivationPoint{x, 1, 0} : ActivationPoint{activation.alpha * x, activation.alpha, 0};
    case Kind::clip:
      return {std::min(std::max(x, activation.alpha), activation.beta),
              x > activation.alpha && x <= activation.beta ? 1.0 : 0.0, 0};
    case Kind::sigmoid: {
      // exp of a negative number alone: no overflow, and 1 - y keeps its digits.
      const double small = std::exp(-std::abs(x));
      const double y = (x >= 0 ? 1 : small) / (1 + small), rest = (x >= 0 ? small : 1) / (1 + small);
      return {y, y * rest, y * rest * (rest - y)};
    }
    case Kind::tanh: {
      const double y = std::tanh(x), first = 1 - y * y;
      return {y, first, -2 * y * first};
    }
    case Kind::hard_sigmoid: {
      const double y = activation.alpha * x + activation.beta;
      return {std::clamp(y, 0.0, 1.0), y > 0 && y <= 1 ? activation.alpha : 0.0, 0};
    }
    case Kind::hard_swish:
      if (x <= -3) return {0, 0, 0};
      if (x > 3) return {x, 1, 0};
      return {x * (x / 6 + 0.5), x / 3 + 0.5, 1.0 / 3};
    case Kind::requantise: {
      const Requantisation& to_code = activation.requantisation;
      const double scaled = x * to_code.multiplier;
      const bool open =
          scaled > to_code.code_min - to_code.zero_point && scaled <= to_code.code_max - to_code.zero_point;
      return {double(requantise(x, 0, to_code)) - to_code.zero_point, open ? to_code.multiplier : 0.0, 0};
    }
    case Kind::lookup:
      return lookup_point(activation, x);
  }
  return {};
}

bool is_piecewise_linear(const FloatGraph& graph) {
  using Kind = GraphActivation::Kind;
  return std::none_of(graph.nodes.begin(), graph.nodes.end(), [](const GraphNode& node) {
    if (std::holds_alternative<GraphMultiply>(node.operation)) return true;
    const auto* activation = std::get_if<GraphActivation>(&node.operation);
    return activation != nullptr && (activation->kind == Kind::sigmoid || activation->kind == Kind::tanh ||
                                     activation->kind == Kind::hard_swish || activation->kind == Kind::lookup);
  });
}

FloatGraphBuilder::FloatGraphBuilder(Shape input, double unit) {
  append("input", GraphInput{}, {}, input, unit);
}

int FloatGraphBuilder::append(std::string name, GraphOperation operation, std::vector<int> inputs, Shape output,
                              double unit) {
  const int number = static_cast<int>(graph_.nodes.size());
  for (int input : inputs) NVCIM_CHECK(input >= 0 && input < number, "{}: input {} of node {}", name, input, number);
  NVCIM_CHECK(output.size() > 0 && unit > 0, "{}: {} values in steps of {}", name, output.size(), unit);
  graph_.nodes.push_back({std::move(name), std::move(operation), std::move(inputs), output, unit});
  return number;
}

int FloatGraphBuilder::convolution(std::string name, int from, int outputs, GraphConvolution parameters) {
  const Shape& in = node(from).output;
  NVCIM_CHECK(parameters.groups > 0 && in.channels % parameters.groups == 0 && outputs % parameters.groups == 0,
              "{}: {} groups of {} and {} channels", name, parameters.groups, in.channels, outputs);
  const std::size_t rows = std::size_t(in.channels / parameters.groups) * parameters.window.area();
  NVCIM_CHECK(parameters.weights.size() == outputs * rows, "{}: {} weights for {} x {}", name,
              parameters.weights.size(), outputs, rows);
  NVCIM_CHECK(parameters.bias.empty() || parameters.bias.size() == std::size_t(outputs), "{}: {} biases", name,
              parameters.bias.size());
  const Shape out = slide(in, parameters.window, parameters.span_h(), parameters.span_w(), outputs);
  const double unit = node(from).unit * parameters.weight_unit;
  return append(std::move(name), std::move(parameters), {from}, out, unit);
}

int FloatGraphBuilder::linear(std::string name, int from, int outputs, std::vector<float> weights,
                              std::vector<double> bias) {
  GraphConvolution parameters;
  parameters.window = whole(node(from).output);
  parameters.weights = std::move(weights);
  parameters.bias = std::move(bias);
  return convolution(std::move(name), from, outputs, std::move(parameters));
}

int FloatGraphBuilder::activation(std::string name, int from, GraphActivation parameters) {
  double unit = node(from).unit;
  if (parameters.kind == GraphActivation::Kind::requantise) unit /= parameters.requantisation.multiplier;
  if (parameters.kind == GraphActivation::Kind::lookup) unit *= parameters.table->scale_ratio;
  const Shape shape = node(from).output;
  NVCIM_CHECK(parameters.channel_scales.empty() || parameters.channel_scales.size() == std::size_t(shape.channels),
              "{}: {} channel scales for {} channels", name, parameters.channel_scales.size(), shape.channels);
  return append(std::move(name), std::move(parameters), {from}, shape, unit);
}

int FloatGraphBuilder::pool(std::string name, int from, GraphPool parameters) {
  const Shape& in = node(from).output;
  const Window& window = parameters.window;
  NVCIM_CHECK(std::max(window.pad_top, window.pad_bottom) < window.kernel_h &&
                  std::max(window.pad_left, window.pad_right) < window.kernel_w,
              "{}: pads as large as the kernel", name);
  const Shape out = slide(in, window, window.kernel_h, window.kernel_w, in.channels);
  return append(std::move(name), parameters, {from}, out, node(from).unit);
}

int FloatGraphBuilder::global_pool(std::string name, int from, PoolKind kind) {
  return pool(std::move(name), from, {.kind = kind, .window = whole(node(from).output)});
}

int FloatGraphBuilder::affine(std::string name, int from, GraphAffine parameters) {
  const Shape shape = node(from).output;
  NVCIM_CHECK(parameters.factor.size() == std::size_t(shape.channels) &&
                  parameters.offset.size() == std::size_t(shape.channels),
              "{}: {} factors, {} offsets for {} channels", name, parameters.factor.size(), parameters.offset.size(),
              shape.channels);
  return append(std::move(name), std::move(parameters), {from}, shape, node(from).unit);
}

int FloatGraphBuilder::batch_norm(std::string name, int from, const std::vector<double>& gamma,
                                  const std::vector<double>& beta, const std::vector<double>& mean,
                                  const std::vector<double>& variance, double epsilon) {
  GraphAffine parameters;
  for (std::size_t channel = 0; channel < gamma.size(); ++channel) {
    const double factor = gamma[channel] / std::sqrt(variance.at(channel) + epsilon);
    parameters.factor.push_back(factor);
    parameters.offset.push_back((beta.at(channel) - factor * mean.at(channel)) / node(from).unit);
  }
  return affine(std::move(name), from, std::move(parameters));
}

int FloatGraphBuilder::scale(std::string name, int from, double factor) {
  const auto channels = static_cast<std::size_t>(node(from).output.channels);
  return affine(std::move(name), from, {std::vector<double>(channels, factor), std::vector<double>(channels, 0.0)});
}

int FloatGraphBuilder::add(std::string name, std::vector<int> from) {
  NVCIM_CHECK(!from.empty(), "{}: nothing to add", name);
  const Shape shape = node(from.front()).output;
  for (int input : from) NVCIM_CHECK(node(input).output == shape, "{}: inputs of two shapes", name);
  const double unit = node(from.front()).unit;
  return append(std::move(name), GraphAdd{}, std::move(from), shape, unit);
}

int FloatGraphBuilder::concat(std::string name, std::vector<int> from) {
  NVCIM_CHECK(!from.empty(), "{}: nothing to join", name);
  Shape shape = node(from.front()).output;
  shape.channels = 0;
  for (int input : from) {
    const Shape& part = node(input).output;
    NVCIM_CHECK(part.height == shape.height && part.width == shape.width, "{}: maps of two sizes", name);
    shape.channels += part.channels;
  }
  const double unit = node(from.front()).unit;
  return append(std::move(name), GraphConcat{}, std::move(from), shape, unit);
}

int FloatGraphBuilder::multiply(std::string name, int from, int factor) {
  const Shape shape = node(from).output, other = node(factor).output;
  const Shape per_channel{shape.channels, 1, 1};
  NVCIM_CHECK(other == shape || other == per_channel, "{}: a map and a factor of two shapes", name);
  const double unit = node(from).unit * node(factor).unit;
  return append(std::move(name), GraphMultiply{}, {from, factor}, shape, unit);
}

int FloatGraphBuilder::rearrange(std::string name, int from, GraphRearrange parameters) {
  const Shape& in = node(from).output;
  const auto inside = [&](const std::vector<int>& list, int size) {
    return std::all_of(list.begin(), list.end(), [&](int i) { return i >= -1 && i < size; });
  };
  NVCIM_CHECK(inside(parameters.channels, in.channels) && inside(parameters.rows, in.height) &&
                  inside(parameters.columns, in.width),
              "{}: an index outside {} x {} x {}", name, in.channels, in.height, in.width);
  const Shape out{static_cast<int>(parameters.channels.size()), static_cast<int>(parameters.rows.size()),
                  static_cast<int>(parameters.columns.size())};
  return append(std::move(name), std::move(parameters), {from}, out, node(from).unit);
}

int FloatGraphBuilder::reshape(std::string name, int from, Shape shape) {
  NVCIM_CHECK(shape.size() == node(from).output.size(), "{}: {} values as {}", name, node(from).output.size(),
              shape.size());
  return append(std::move(name), GraphReshape{}, {from}, shape, node(from).unit);
}

namespace {

/// Converts a network node by node.
class Converter {
 public:
  explicit Converter(const Network& network)
      : network_(network), graph_(network.input, network.nodes.front().input_scale), number_(1, 0) {}

  FloatGraph run() {
    for (int n = 0; n < static_cast<int>(network_.nodes.size()); ++n) number_.push_back(convert(n));
    return graph_.build();
  }

 private:
  int convert(int n) {
    const Node& node = network_.nodes[n];
    std::vector<int> from;
    for (const int source : network_.sources(n)) from.push_back(number_[source + 1]);
    switch (node.kind) {
      case Node::Kind::mvm:
        return convolution(n, from[0]);
      case Node::Kind::pool:
        return graph_.pool(node.name, from[0], {.kind = node.pool.kind, .window = node.pool.window, .round = true});
      case Node::Kind::add:
        return rounded(node, graph_.add(node.name, summands(node, from)));
      case Node::Kind::multiply:
        return rounded(node, graph_.multiply(node.name, from[0], from[1]));
      case Node::Kind::concat:
        for (int& input : from) input = in_steps_of(node, input, 1, graph_.node(from[0]).unit);
        return graph_.concat(node.name, std::move(from));
      case Node::Kind::rearrange:
        return graph_.rearrange(node.name, from[0],
                                {node.rearrange.channels, node.rearrange.rows, node.rearrange.columns, 0});
      case Node::Kind::lookup:
        return graph_.activation(node.name, from[0],
                                 {.kind = GraphActivation::Kind::lookup,
                                  .table = std::make_shared<LookupLayer>(node.lookup),
                                  .zero_point = node.input_zero_point,
                                  .largest = (1 << node.input_bits) - 1});
    }
    return 0;
  }

  int convolution(int n, int from) {
    const Node& node = network_.nodes[n];
    const MvmLayer& mvm = node.mvm;
    GraphConvolution parameters;
    parameters.window = mvm.window;
    parameters.dilation_h = mvm.dilation_h;
    parameters.dilation_w = mvm.dilation_w;
    parameters.groups = mvm.groups;
    parameters.weights.assign(mvm.weights.begin(), mvm.weights.end());
    parameters.weight_unit = mvm.weight_scale;
    parameters.full_scale = ((1 << (mvm.weight_bits - 1)) - 1) * mvm.weight_scale;
    parameters.bias.assign(mvm.bias.begin(), mvm.bias.end());
    parameters.source = n;
    const int sums = graph_.convolution(node.name, from, node.outputs(), std::move(parameters));
    // The steps of the next map follow from what the integers say, so that they are right even where a file's own
    // scales are not given.
    return mvm.raw_output ? sums : activated(node, sums, mvm.requantisation, mvm.channel_scales);
  }

  /// The inputs of a sum in its steps, whose unit is taken from the first.
  std::vector<int> summands(const Node& node, const std::vector<int>& from) {
    const double unit = graph_.node(from[0]).unit / node.join.inputs[0].multiplier;
    std::vector<int> inputs;
    for (std::size_t k = 0; k < from.size(); ++k)
      inputs.push_back(in_steps_of(node, from[k], node.join.inputs[k].multiplier, unit));
    return inputs;
  }

  /// A map whose stored values are `factor` times those of `from`, in steps of `unit`.
  int in_steps_of(const Node& node, int from, double factor, double unit) {
    if (factor == 1 && graph_.node(from).unit == unit) return from;
    const int scaled = graph_.scale(node.name, from, factor * unit / graph_.node(from).unit);
    graph_.set_unit(scaled, unit);
    return scaled;
  }

  int rounded(const Node& node, int sums) { return activated(node, sums, node.join.requantisation); }

  int activated(const Node& node, int from, const Requantisation& to_code, std::vector<double> channel_scales = {}) {
    return graph_.activation(node.name, from,
                             {.kind = GraphActivation::Kind::requantise,
                              .requantisation = to_code,
                              .channel_scales = std::move(channel_scales)});
  }

  const Network& network_;
  FloatGraphBuilder graph_;
  std::vector<int> number_;  // [nodes + 1] of the network's input, then of its nodes, in the graph
};

}  // namespace

FloatGraph float_graph(const Network& network) {
  NVCIM_CHECK(!network.nodes.empty() && network.nodes.back().gives_logits(), "{}: the last node must give logits",
              network.name);
  return Converter(network).run();
}

}  // namespace nvcim::workloads
