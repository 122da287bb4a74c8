// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

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

/// A matrix of signed weight codes applied at every position of a window, with integer bias.
struct MvmLayer {
  Window window;
  int weight_bits = 8;                ///< codes lie in ±(2^(weight_bits-1) - 1)
  double weight_scale = 1;            ///< real weight = code * weight_scale (for reports and export)
  std::vector<std::int16_t> weights;  ///< [outputs][matrix rows]; row r = channel * window.area() + ky * kernel_w + kx
  std::vector<std::int64_t> bias;     ///< [outputs], in units of weight_scale * input scale
  bool is_linear = false;             ///< a fully connected layer (window covers the input), for names and reports
  bool raw_output = false;            ///< last layer: its sums are the logits, nothing is rounded
  Requantisation requantisation;      ///< unless raw_output
};

enum class PoolKind { maximum, average };

/// Pooling of codes. The average is floor((2·sum + n) / (2n)), n the whole window area; padding never wins a maximum.
struct PoolLayer {
  PoolKind kind = PoolKind::maximum;
  Window window;
};

/// One node: an MVM layer with its activation, or a pooling. Node n reads node n - 1 (node 0 the network input).
struct Node {
  enum class Kind { mvm, pool };
  std::string name;
  Kind kind = Kind::mvm;
  Shape input;
  Shape output;
  int input_bits = 8;        ///< codes of the input lie in 0 … 2^input_bits - 1
  int input_zero_point = 0;  ///< code that stands for 0; also the code of padding
  double input_scale = 1;    ///< real value = (code - zero point) * scale
  MvmLayer mvm;              ///< when kind == mvm
  PoolLayer pool;            ///< when kind == pool

  int matrix_rows() const { return input.channels * mvm.window.area(); }  ///< inputs of one MVM
  int outputs() const { return output.channels; }                         ///< outputs of one MVM
  int positions() const { return output.height * output.width; }          ///< MVMs per sample
  std::int64_t macs() const { return std::int64_t{1} * matrix_rows() * outputs() * positions(); }
};

/// A quantised network: a chain of nodes on integer codes. The reference (workloads/reference.h) defines its outputs.
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
};

}  // namespace nvcim::workloads
