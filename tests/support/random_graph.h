// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <vector>

#include "workloads/network.h"

namespace nvcim::testing {

/// Builds a graph of nodes with random weights and tables, sized so that codes use most of their range. Each call
/// returns the new node's number; workloads::kNetworkInput stands for the image.
class GraphBuilder {
 public:
  GraphBuilder(workloads::Shape input, int input_bits, std::uint64_t seed);

  struct Convolution {
    int outputs = 1;
    workloads::Window window = {};
    int groups = 1, dilation = 1;
    int weight_bits = 8, output_bits = 8, output_zero_point = 0;
  };
  int convolution(int from, const Convolution& parameters);
  int pool(int from, workloads::PoolKind kind, workloads::Window window);
  int add(std::vector<int> from, int output_bits = 8, int output_zero_point = 0);
  int multiply(int from, int factor, int output_bits = 8);
  int concat(std::vector<int> from);
  int lookup(int from, int output_bits, int output_zero_point = 0);
  int rearrange(int from, workloads::RearrangeLayer order);
  /// Every second row and column, and zeros on both sides of the channels: a residual network's option A.
  int shortcut(int from, int outputs, int stride);
  /// Closes the network with a fully connected layer whose sums are the logits.
  workloads::Network logits(int from, int classes, int weight_bits = 8);

  const workloads::Shape& map(int source) const { return network_.map(source); }
  int bits(int source) const { return codes_[source + 1].bits; }
  int zero_point(int source) const { return codes_[source + 1].zero_point; }
  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  bool chance(int percent) { return pick(1, 100) <= percent; }

 private:
  struct Codes {
    int bits = 8, zero_point = 0;
  };
  workloads::Node start(workloads::Node::Kind kind, const char* name, std::vector<int> from);
  int finish(workloads::Node node, Codes codes);

  workloads::Network network_;
  std::vector<Codes> codes_;  // [nodes + 1]
  std::mt19937_64 random_;
};

/// A small network of random shape: residual blocks, branches that meet in a concatenation, grouped, depthwise and
/// dilated convolutions, tables, squeeze-and-excite products, slices, maps that several nodes read.
workloads::Network random_graph(std::uint64_t seed);

/// Real sizes of steps for a network whose integers came first: every map has steps of `scale`, so that values neither
/// grow nor shrink from node to node.
workloads::Network with_scales(workloads::Network network, double scale = 0.5);

/// ResNet-20's shape on CIFAR-10's images (He et al., CVPR 2016: 3 stages of 3 blocks with 16, 32 and 64 channels,
/// option A shortcuts), divided in width by `narrow`, random weights.
workloads::Network random_resnet20(std::uint64_t seed, int narrow = 1, int size = 32);

/// ResNet-18's shape with a 3 x 3 stem and no pooling behind it (11.16 million weights): 4 stages of 2 blocks with 64,
/// 128, 256 and 512 channels, 1 x 1 projections as shortcuts; random weights.
workloads::Network random_resnet18(std::uint64_t seed, int narrow = 1, int size = 32);

}  // namespace nvcim::testing
