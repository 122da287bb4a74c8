// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "workloads/network.h"

/// A network as a graph of operations on real numbers, for gradients and second derivatives. Every layer that a network
/// may hold is one of the operations below; a quantised network converts to it with its rounding kept.
///
/// A node's values are stored in steps of its own `unit`: real value = stored value * unit. A quantised network stores
/// whole numbers, which single precision adds exactly; a network in floating point has units of 1.
namespace nvcim::workloads {

/// The image. Node 0 of every graph.
struct GraphInput {};

/// A convolution, grouped and dilated or not; a fully connected layer when its one window is the whole input.
struct GraphConvolution {
  Window window = {};
  int dilation_h = 1, dilation_w = 1;
  int groups = 1;              ///< input and output channels fall into so many parts that do not see each other
  std::vector<float> weights;  ///< [outputs][input channels / groups * window.area()], stored; rows as MvmLayer's
  double weight_unit = 1;      ///< real weight = stored * weight_unit
  double full_scale = 1;       ///< s: the real weight that 1 stands for in normalised units, at best max|W|
  std::vector<double> bias;    ///< [outputs] in steps of the node's unit, or empty for 0
  int source = -1;             ///< number of the network's node that it came from, -1 for none

  /// Elements between the first and the last input that a window reads, inclusive.
  int span_h() const { return (window.kernel_h - 1) * dilation_h + 1; }
  int span_w() const { return (window.kernel_w - 1) * dilation_w + 1; }
};

/// y = f(x), element by element, on real values. Formulas as in the ONNX operator reference.
struct GraphActivation {
  enum class Kind {
    relu,          ///< max(0, x)
    leaky_relu,    ///< x where x > 0, else alpha x
    clip,          ///< min(max(x, alpha), beta)
    sigmoid,       ///< 1 / (1 + exp(-x))
    tanh,          ///< tanh(x)
    hard_sigmoid,  ///< min(max(alpha x + beta, 0), 1)
    hard_swish,    ///< x min(max(x / 6 + 1/2, 0), 1)
    requantise,    ///< of stored values: Requantisation without a bias, less its zero point; straight through
    lookup,        ///< of stored values that are codes: LookupLayer; derivatives are central differences of its `exact`
  };
  Kind kind = Kind::relu;
  double alpha = 0;
  double beta = 0;
  Requantisation requantisation = {};
  /// requantise: [channels] what one stored step of each channel is worth, in those of the map's unit; empty: 1.
  std::vector<double> channel_scales = {};
  std::shared_ptr<const LookupLayer> table = nullptr;
  int zero_point = 0;  ///< lookup: of the codes that go in; stored values are less it
  int largest = 255;   ///< lookup: of the codes that go in

  double channel_scale(int channel) const { return channel_scales.empty() ? 1 : channel_scales[channel]; }
};

/// Maximum or average over a window. Padding never wins a maximum; pads are smaller than the kernel.
struct GraphPool {
  PoolKind kind = PoolKind::maximum;
  Window window = {};
  bool count_padding = true;  ///< average: divide by the whole window, not by its part inside the map
  bool round = false;         ///< average of whole stored numbers: rounded to one, halves up; straight through
};

/// y = factor x + offset, per channel: batch normalisation in evaluation, or scaling.
struct GraphAffine {
  std::vector<double> factor;  ///< [channels]
  std::vector<double> offset;  ///< [channels] in steps of the node's unit
};

struct GraphAdd {};     ///< sum of maps of one shape
struct GraphConcat {};  ///< channels one after the other

/// Product of two maps, element by element. The second may be 1 x 1, one factor for each channel.
struct GraphMultiply {};

/// out(c, y, x) = in(channels[c], rows[y], columns[x]), or `fill` where one of the three is -1: slices, padding,
/// channels in another order.
struct GraphRearrange {
  std::vector<int> channels, rows, columns;
  double fill = 0;  ///< real value
};

struct GraphReshape {};  ///< the same values in the same order, in a map of another shape

using GraphOperation = std::variant<GraphInput, GraphConvolution, GraphActivation, GraphPool, GraphAffine, GraphAdd,
                                    GraphConcat, GraphMultiply, GraphRearrange, GraphReshape>;

struct GraphNode {
  std::string name;
  GraphOperation operation;
  std::vector<int> inputs;  ///< numbers of earlier nodes
  Shape output;
  double unit = 1;
};

/// Nodes in an order in which every node follows its inputs; the last one gives the logits.
struct FloatGraph {
  std::vector<GraphNode> nodes;

  const Shape& input() const { return nodes.front().output; }
  int classes() const { return nodes.back().output.size(); }
};

/// Value of an activation and its first two derivatives, of stored values for requantise (where the channel's scale is
/// 1) and lookup. At an edge the derivative is that of the lower side: 0 for relu at 0.
struct ActivationPoint {
  double value = 0;
  double first = 0;
  double second = 0;
};
ActivationPoint activation_point(const GraphActivation& activation, double x);

/// Whether the second derivative is 0 wherever it exists. Rounding counts as straight through; products of maps are
/// not.
bool is_piecewise_linear(const FloatGraph& graph);

/// Appends nodes and works out their shapes. Each call returns the new node's number. Units are those of the first
/// input, times weight_unit after a convolution, times those of the other factor after a product, until given.
/// Contradictions abort: what a user gives is checked before.
class FloatGraphBuilder {
 public:
  explicit FloatGraphBuilder(Shape input, double unit = 1);

  int convolution(std::string name, int from, int outputs, GraphConvolution parameters);
  int linear(std::string name, int from, int outputs, std::vector<float> weights, std::vector<double> bias = {});
  int activation(std::string name, int from, GraphActivation parameters);
  int pool(std::string name, int from, GraphPool parameters);
  int global_pool(std::string name, int from, PoolKind kind);
  int affine(std::string name, int from, GraphAffine parameters);
  /// gamma (x - mean) / sqrt(variance + epsilon) + beta. @param gamma, beta, mean, variance [channels]
  int batch_norm(std::string name, int from, const std::vector<double>& gamma, const std::vector<double>& beta,
                 const std::vector<double>& mean, const std::vector<double>& variance, double epsilon = 1e-5);
  int scale(std::string name, int from, double factor);
  int add(std::string name, std::vector<int> from);
  int concat(std::string name, std::vector<int> from);
  int multiply(std::string name, int from, int factor);
  int rearrange(std::string name, int from, GraphRearrange parameters);
  int reshape(std::string name, int from, Shape shape);
  /// Of the values of a node; for one whose stored steps are to be other than those of its input.
  void set_unit(int node, double unit) { graph_.nodes[node].unit = unit; }

  const GraphNode& node(int number) const { return graph_.nodes[number]; }
  /// To change parameters; shapes stay as they are.
  GraphOperation& operation(int number) { return graph_.nodes[number].operation; }
  FloatGraph build() { return std::move(graph_); }

 private:
  int append(std::string name, GraphOperation operation, std::vector<int> inputs, Shape output, double unit);

  FloatGraph graph_;
};

/// A quantised network: weights and activations stored as their codes (less the zero point), rounding straight through.
/// GraphConvolution::source names the network's node. The real-valued interpretation of a sum is on the scale of its
/// first input.
FloatGraph float_graph(const Network& network);

}  // namespace nvcim::workloads
