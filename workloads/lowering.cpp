// SPDX-License-Identifier: Apache-2.0
#include "workloads/lowering.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "arch/input_error.h"

namespace nvcim::workloads {
namespace {

using Kind = Node::Kind;

std::string text(const Shape& shape) {
  return fmt::format("{} x {} x {}", shape.channels, shape.height, shape.width);
}

std::vector<int> identity(int size) {
  std::vector<int> order(size);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

std::vector<int> count_readers(const FloatGraph& graph) {
  std::vector<int> readers(graph.nodes.size(), 0);
  for (const GraphNode& node : graph.nodes)
    for (const int input : node.inputs) ++readers[input];
  return readers;
}

bool has_pads(const Window& window) {
  return window.pad_top > 0 || window.pad_left > 0 || window.pad_bottom > 0 || window.pad_right > 0;
}

/// factor x + offset on the inputs of a convolution, as the convolution itself.
void fold_before(const GraphAffine& affine, int channels, GraphConvolution& convolution, int outputs) {
  const std::size_t rows = convolution.weights.size() / outputs, area = convolution.window.area();
  const int per_group = channels / convolution.groups;
  if (convolution.bias.empty()) convolution.bias.assign(outputs, 0.0);
  for (int o = 0; o < outputs; ++o) {
    const int first = o / (outputs / convolution.groups) * per_group;
    for (std::size_t r = 0; r < rows; ++r) {
      const std::size_t channel = first + r / area;
      float& weight = convolution.weights[o * rows + r];
      convolution.bias[o] += double{weight} * affine.offset[channel];
      weight = static_cast<float>(double{weight} * affine.factor[channel]);
    }
  }
}

/// Scalings whose only reader is a convolution go into it, unless they shift what it pads; they become an identity.
/// Those of the image stay: they go into its pixels.
void fold_scalings(FloatGraph& graph) {
  const std::vector<int> readers = count_readers(graph);
  std::vector<bool> is_image(graph.nodes.size(), false);
  is_image[0] = true;
  for (std::size_t n = 1; n < graph.nodes.size(); ++n)
    is_image[n] = std::holds_alternative<GraphAffine>(graph.nodes[n].operation) &&
                  is_image[graph.nodes[n].inputs.front()] && readers[graph.nodes[n].inputs.front()] == 1;
  for (GraphNode& node : graph.nodes) {
    auto* convolution = std::get_if<GraphConvolution>(&node.operation);
    if (convolution == nullptr) continue;
    GraphNode& before = graph.nodes[node.inputs.front()];
    const auto* affine = std::get_if<GraphAffine>(&before.operation);
    if (affine == nullptr || readers[node.inputs.front()] != 1 || is_image[node.inputs.front()]) continue;
    const bool shifts = std::any_of(affine->offset.begin(), affine->offset.end(), [](double o) { return o != 0; });
    if (shifts && has_pads(convolution->window)) continue;
    fold_before(*affine, before.output.channels, *convolution, node.output.channels);
    before.operation = GraphReshape{};
  }
}

class Lowering {
 public:
  Lowering(const std::string& name, const FloatGraph& graph, const std::optional<PixelScale>& pixels)
      : graph_(graph), readers_(count_readers(graph)), source_(graph.nodes.size(), kNetworkInput) {
    result_.name = name;
    result_.input = graph.input();
    result_.pixels = pixels;
    for (const GraphNode& node : graph.nodes) result_.value_names.push_back(node.name);
  }

  Lowered run() {
    for (n_ = 1; n_ < static_cast<int>(graph_.nodes.size()); ++n_)
      std::visit([&](const auto& operation) { read(operation); }, graph_.nodes[n_].operation);
    check_end();
    if (!issues_.empty()) throw InputError(std::move(issues_));
    return std::move(result_);
  }

 private:
  const GraphNode& node() const { return graph_.nodes[n_]; }
  int input(std::size_t k = 0) const { return node().inputs[k]; }
  const Shape& map(int source) const {
    return source == kNetworkInput ? result_.input : result_.nodes[source].node.output;
  }

  void refuse(std::string message) { issues_.push_back({result_.name, node().name, std::move(message)}); }

  /// Whether the input's map has the shape that the graph has for it: views exist on paper only.
  bool has_own_shape(std::size_t k = 0) {
    const Shape& real = map(source_[input(k)]);
    const Shape& wanted = graph_.nodes[input(k)].output;
    if (real == wanted) return true;
    refuse(
        fmt::format("reads a map of {} as {}; a new shape is supported before fully connected layers and for channel "
                    "shuffles",
                    text(real), text(wanted)));
    return false;
  }

  LoweredNode& append(Kind kind, const Shape& output) {
    LoweredNode lowered;
    lowered.values = n_;
    lowered.node.name = node().name;
    lowered.node.kind = kind;
    for (const int from : node().inputs) lowered.node.inputs.push_back(source_[from]);
    lowered.node.input = map(lowered.node.inputs.front());
    lowered.node.output = output;
    source_[n_] = static_cast<int>(result_.nodes.size());
    result_.nodes.push_back(std::move(lowered));
    return result_.nodes.back();
  }

  void read(const GraphInput&) {}

  void read(const GraphReshape&) { source_[n_] = source_[input()]; }

  void read(const GraphConvolution& convolution) {
    const Shape real = map(source_[input()]), wanted = graph_.nodes[input()].output;
    Window window = convolution.window;
    if (real != wanted) {
      const bool covers = convolution.groups == 1 && !has_pads(window) && wanted.height == window.kernel_h &&
                          wanted.width == window.kernel_w;
      if (!covers || real.size() != wanted.size()) {
        has_own_shape();
        return;
      }
      window = {.kernel_h = real.height, .kernel_w = real.width};
    }
    LoweredNode& lowered = append(Kind::mvm, node().output);
    MvmLayer& mvm = lowered.node.mvm;
    mvm.window = window;
    mvm.dilation_h = real == wanted ? convolution.dilation_h : 1;
    mvm.dilation_w = real == wanted ? convolution.dilation_w : 1;
    mvm.groups = convolution.groups;
    mvm.is_linear = lowered.node.matrix_rows() == real.size() && lowered.node.positions() == 1;
    lowered.weights = convolution.weights;
    lowered.bias = convolution.bias;
  }

  void read(const GraphActivation& activation) {
    using Function = GraphActivation::Kind;
    const bool clamps = activation.kind == Function::relu || activation.kind == Function::clip;
    const int producer = source_[input()];
    if (clamps && producer != kNetworkInput && readers_[input()] == 1) {
      LoweredNode& before = result_.nodes[producer];
      const bool rounds = before.node.is_mvm() || before.node.kind == Kind::add || before.node.kind == Kind::multiply;
      if (rounds && !before.clamp && before.values == input()) {
        const bool relu = activation.kind == Function::relu;
        before.clamp = {relu ? 0 : activation.alpha, relu ? std::numeric_limits<double>::infinity() : activation.beta};
        before.values = n_;
        source_[n_] = producer;
        return;
      }
    }
    look_up([activation](double x) { return activation_point(activation, x).value; });
  }

  void look_up(std::function<double(double)> function) {
    append(Kind::lookup, map(source_[input()])).function = std::move(function);
  }

  void read(const GraphAffine& affine) {
    const bool of_image = source_[input()] == kNetworkInput && map(kNetworkInput) == node().output;
    if (of_image && readers_[input()] == 1) {
      if (result_.pixels)
        for (std::size_t channel = 0; channel < affine.factor.size(); ++channel) {
          result_.pixels->scale[channel] *= affine.factor[channel];
          result_.pixels->offset[channel] =
              result_.pixels->offset[channel] * affine.factor[channel] + affine.offset[channel];
        }
      source_[n_] = kNetworkInput;
      return;
    }
    const double factor = affine.factor.front(), offset = affine.offset.front();
    const auto all = [](const std::vector<double>& list) {
      return std::all_of(list.begin(), list.end(), [&](double v) { return v == list.front(); });
    };
    if (all(affine.factor) && all(affine.offset)) return look_up([=](double x) { return factor * x + offset; });
    if (!has_own_shape()) return;
    LoweredNode& lowered = append(Kind::mvm, node().output);
    lowered.node.mvm.groups = node().output.channels;
    lowered.weights.assign(affine.factor.begin(), affine.factor.end());
    lowered.bias = affine.offset;
  }

  void read(const GraphPool& pool) {
    if (!has_own_shape()) return;
    if (pool.kind == PoolKind::average && !pool.count_padding && has_pads(pool.window)) {
      refuse("averages without counting its padding; the pooling unit counts it (count_include_pad 1)");
      return;
    }
    append(Kind::pool, node().output).node.pool = {pool.kind, pool.window};
  }

  void read(const GraphAdd&) {
    const Shape& shape = map(source_[input()]);
    for (std::size_t k = 1; k < node().inputs.size(); ++k)
      if (map(source_[input(k)]) != shape) {
        refuse(fmt::format("adds maps of {} and {}", text(shape), text(map(source_[input(k)]))));
        return;
      }
    append(Kind::add, shape);
  }

  void read(const GraphMultiply&) {
    if (has_own_shape(0) && has_own_shape(1)) append(Kind::multiply, node().output);
  }

  void read(const GraphConcat&) {
    for (std::size_t k = 0; k < node().inputs.size(); ++k)
      if (!has_own_shape(k)) return;
    append(Kind::concat, node().output).node.input = node().output;
  }

  void read(const GraphRearrange& order) {
    const Shape real = map(source_[input()]), wanted = graph_.nodes[input()].output;
    RearrangeLayer layer{order.channels, order.rows, order.columns};
    const auto fills = [](const std::vector<int>& list) { return std::count(list.begin(), list.end(), -1) > 0; };
    if (order.fill != 0 && (fills(order.channels) || fills(order.rows) || fills(order.columns))) {
      refuse(fmt::format("pads with {}; the digital unit pads with 0", order.fill));
      return;
    }
    if (real != wanted) {
      // A channel shuffle: lines of whole planes change places, whatever shape a plane has on paper.
      const bool planes = wanted.channels == real.channels && order.rows == identity(wanted.height) &&
                          order.columns == identity(wanted.width);
      if (!planes) {
        has_own_shape();
        return;
      }
      layer.rows = identity(real.height);
      layer.columns = identity(real.width);
    }
    const Shape output{int(layer.channels.size()), int(layer.rows.size()), int(layer.columns.size())};
    const int before = source_[input()];
    if (before != kNetworkInput && readers_[input()] == 1 && result_.nodes[before].values == input() &&
        result_.nodes[before].node.kind == Kind::rearrange) {
      // One after the other is one: what is picked of what was picked.
      LoweredNode& first = result_.nodes[before];
      first.node.rearrange = {picked(first.node.rearrange.channels, layer.channels),
                              picked(first.node.rearrange.rows, layer.rows),
                              picked(first.node.rearrange.columns, layer.columns)};
      first.node.name = node().name;
      first.node.output = output;
      first.values = n_;
      source_[n_] = before;
      return;
    }
    append(Kind::rearrange, output).node.rearrange = std::move(layer);
  }

  static std::vector<int> picked(const std::vector<int>& from, const std::vector<int>& order) {
    std::vector<int> result;
    for (const int index : order) result.push_back(index < 0 ? -1 : from[index]);
    return result;
  }

  void check_end() {
    n_ = static_cast<int>(graph_.nodes.size()) - 1;
    const int last = source_[n_];
    if (!issues_.empty()) return;
    if (last == kNetworkInput || !result_.nodes[last].node.is_mvm() || result_.nodes[last].clamp) {
      refuse(
          "ends the network; its last operation must be a convolution or fully connected layer, whose sums are the "
          "logits");
      return;
    }
    result_.nodes[last].node.mvm.raw_output = true;
  }

  const FloatGraph& graph_;
  std::vector<int> readers_;
  std::vector<int> source_;  // [nodes] node of the result that holds its values
  int n_ = 0;                // node of the graph being read
  Lowered result_;
  std::vector<InputIssue> issues_;
};

}  // namespace

bool LoweredNode::passes() const {
  return node.kind == Kind::pool || node.kind == Kind::rearrange || node.kind == Kind::concat;
}

std::vector<int> Lowered::calibrated() const {
  std::vector<int> list;
  for (const LoweredNode& lowered : nodes)
    if (!lowered.passes() && !lowered.node.mvm.raw_output) list.push_back(lowered.values);
  return list;
}

Lowered lower(const std::string& name, FloatGraph graph, const std::optional<PixelScale>& pixels) {
  // Before anything computes with them. A network's numbers are within a few powers of ten of 1.
  constexpr double kLargestPixel = 1e30;
  for (std::size_t channel = 0; pixels && channel < pixels->scale.size(); ++channel) {
    const double black = pixels->offset[channel], white = 255 * pixels->scale[channel] + black;
    if (!(std::abs(black) <= kLargestPixel && std::abs(white) <= kLargestPixel))
      throw InputError(name, "",
                       fmt::format("pixels of channel {} become numbers of {:.3g} to {:.3g}; up to {:g} can be "
                                   "quantised: look at --normalize",
                                   channel, black, white, kLargestPixel));
  }
  fold_scalings(graph);
  return Lowering(name, graph, pixels).run();
}

}  // namespace nvcim::workloads
