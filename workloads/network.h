// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "workloads/operators/list.h"

namespace nvcim::workloads {

/// A feature map: channels x height x width, stored in that order.
struct Shape {
  int channels = 0;
  int height = 0;
  int width = 0;
  int size() const { return channels * height * width; }
  bool operator==(const Shape&) const = default;
};

/// A sliding window over a feature map. A fully connected layer is a convolution whose window is its whole input.
struct Window {
  int kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  int area() const { return kernel_h * kernel_w; }
  bool operator==(const Window&) const = default;
};

/// From an exact sum to the code of the next feature map:
/// code = clamp(round_half_even((sum + bias) * multiplier) + zero_point, code_min, code_max). ReLU is code_min =
/// zero_point.
struct Requantisation {
  double multiplier = 1;
  int zero_point = 0;
  int code_min = 0;
  int code_max = 255;
};

/// A matrix of signed weight codes applied at every position of a window, with integer bias. In a grouped convolution
/// input and output channels fall into `groups` equal parts, and output part g sees input part g alone.
struct MvmLayer {
  Window window;
  int dilation_h = 1, dilation_w = 1;  ///< distance between neighbouring inputs of a window
  int groups = 1;
  int weight_bits = 8;      ///< codes lie in ±(2^(weight_bits-1) - 1)
  double weight_scale = 1;  ///< real weight = code * weight_scale * its output's channel scale
  /// [outputs] real size of a step of each output's weights, in weight_scale; empty: 1, the same for all.
  std::vector<double> channel_scales;
  std::vector<std::int16_t> weights;  ///< [outputs][matrix rows]; row r = channel * window.area() + ky * kernel_w + kx
  std::vector<std::int64_t> bias;     ///< [outputs], in steps of the output's weights * input scale
  bool is_linear = false;             ///< a fully connected layer (window covers the input), for names and reports
  bool raw_output = false;            ///< last layer: its sums are the logits, nothing is rounded
  Requantisation requantisation;      ///< unless raw_output; of an output whose channel scale is 1

  double channel_scale(int output) const { return channel_scales.empty() ? 1 : channel_scales[output]; }
  /// What is done to the sums of one output: its steps are channel_scale() times as large.
  Requantisation requantisation_of(int output) const {
    Requantisation result = requantisation;
    result.multiplier *= channel_scale(output);
    return result;
  }
  /// Elements between the first and the last input that a window reads, inclusive.
  int span_h() const { return (window.kernel_h - 1) * dilation_h + 1; }
  int span_w() const { return (window.kernel_w - 1) * dilation_w + 1; }
};

enum class PoolKind { maximum, average };

/// Pooling of codes. The average is floor((2·sum + n) / (2n)), n the whole window area; padding never wins a maximum.
struct PoolLayer {
  PoolKind kind = PoolKind::maximum;
  Window window;
};

/// One of several maps that are added or multiplied.
struct JoinInput {
  double multiplier = 1;  ///< add: steps of the sum in one step of this map; multiply: not used
  int zero_point = 0;     ///< code that stands for 0
  int bits = 8;           ///< its codes lie in 0 … 2^bits - 1
};

/// Sum or product of maps, element by element, rounded once. With double arithmetic in exactly this order,
///   add:      sum = m_0·(c_0 - z_0) + m_1·(c_1 - z_1) + …, from left to right
///   multiply: sum = (c_0 - z_0)·(c_1 - z_1); the second map may be channels x 1 x 1, one factor for each channel
///   code = clamp(round_half_even(sum * multiplier) + zero_point, code_min, code_max) with the requantisation's
///   figures.
struct JoinLayer {
  std::vector<JoinInput> inputs;  ///< [inputs of the node]
  Requantisation requantisation;
};

/// Any function of one code: leaky ReLU, sigmoid, tanh, hard swish, another scale.
struct LookupLayer {
  std::array<std::uint8_t, 256> table{};
  int zero_point = 0;      ///< of the codes that come out
  double scale_ratio = 1;  ///< real size of a step that comes out, of a step that goes in; for derivatives
  /// [256] what the table rounds, in steps from the zero point: derivatives come from it. Empty: from the table.
  std::vector<double> exact;
};

/// out(c, y, x) = in(channels[c], rows[y], columns[x]), or 0 (the zero point) where one of the three is -1: slices,
/// padding, strides, channels in another order.
struct RearrangeLayer {
  std::vector<int> channels, rows, columns;
};

inline constexpr int kNetworkInput = -1;

#define NVCIM_KIND(name) name,
/// One node of a network. What its map is read by decides the bits of its codes: all readers agree.
struct Node {
  /// An MVM layer with its activation, on crossbars; everything else is digital (workloads/operators).
  enum class Kind { mvm, NVCIM_DIGITAL_OPERATORS(NVCIM_KIND) };
  std::string name;
  Kind kind = Kind::mvm;
  /// Numbers of earlier nodes whose maps it reads, or kNetworkInput. Empty: the node before it, or the network's input
  /// for the first. More than one for add, multiply and concat alone.
  std::vector<int> inputs;
  Shape input;  ///< of the first input; of concat: of all of them together
  Shape output;
  int input_bits = 8;        ///< codes of the input lie in 0 … 2^input_bits - 1 (add, multiply: of the first)
  int input_zero_point = 0;  ///< code that stands for 0; also the code of padding (add, multiply: of the first)
  double input_scale = 1;    ///< real value = (code - zero point) * scale
  MvmLayer mvm;              ///< when kind == mvm
  PoolLayer pool;            ///< when kind == pool
  JoinLayer join;            ///< when kind == add or multiply
  LookupLayer lookup;        ///< when kind == lookup
  RearrangeLayer rearrange;  ///< when kind == rearrange

  bool is_mvm() const { return kind == Kind::mvm; }
  bool gives_logits() const { return is_mvm() && mvm.raw_output; }  ///< raw sums; every other node gives codes
  /// Inputs that one output of an MVM sees: the weights of an output.
  int matrix_rows() const { return input.channels / mvm.groups * mvm.window.area(); }
  /// Inputs of a window over all groups: rows of the layer's cell matrix, which is block-diagonal when there are
  /// groups.
  int window_rows() const { return input.channels * mvm.window.area(); }
  int outputs() const { return output.channels; }                     ///< outputs of one MVM
  int group_outputs() const { return output.channels / mvm.groups; }  ///< outputs of one group
  int positions() const { return output.height * output.width; }      ///< MVMs per sample
  std::int64_t macs() const { return std::int64_t{1} * matrix_rows() * outputs() * positions(); }
  /// Index in MvmLayer::weights of an output and one of the window_rows() that its group holds.
  std::size_t weight_index(int output_channel, int window_row) const {
    const int row = window_row - output_channel / group_outputs() * matrix_rows();
    return std::size_t(output_channel) * matrix_rows() + row;
  }
};
#undef NVCIM_KIND

/// A quantised network: a directed acyclic graph of nodes on integer codes, in an order in which every node follows its
/// inputs; the last one gives the logits. The reference (workloads/reference.h) defines its outputs.
struct Network {
  std::string name;
  std::string data;  ///< data set it was trained on: "fashion_mnist", "mnist", "cifar10", or empty
  Shape input;
  int input_bits = 8;
  std::vector<std::array<std::uint8_t, 256>> input_table;  ///< [channels]: pixel 0…255 → input code
  std::vector<Node> nodes;
  double float_accuracy = -1;  ///< of the network before quantisation, 0…1, or -1 where unknown

  int classes() const { return nodes.back().output.size(); }
  std::int64_t macs() const;
  std::int64_t weights() const;  ///< weight codes, without biases

  /// Node::inputs with the default written out.
  std::vector<int> sources(int node) const;
  /// Shape of a node's map, or of the network's input (kNetworkInput).
  const Shape& map(int source) const { return source == kNetworkInput ? input : nodes[source].output; }
  /// Nodes that read each map, ascending: [nodes + 1], the network's input first, then node n at n + 1.
  std::vector<std::vector<int>> readers() const;
  /// Whether every node reads the one before it and nothing else.
  bool is_chain() const;
};

}  // namespace nvcim::workloads
