// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "workloads/network.h"

namespace nvcim::testing {

/// Builds a chain of nodes with random weights, sized so that codes use most of their range.
class NetworkBuilder {
 public:
  NetworkBuilder(workloads::Shape input, int input_bits, std::uint64_t seed);

  NetworkBuilder& convolution(int outputs, workloads::Window window, int weight_bits = 8, int output_bits = 8,
                              int output_zero_point = 0);
  NetworkBuilder& linear(int outputs, int weight_bits = 8, int output_bits = 8);
  NetworkBuilder& pool(workloads::PoolKind kind, workloads::Window window);
  /// Closes the network with a linear layer whose sums are the logits.
  workloads::Network logits(int classes, int weight_bits = 8);

 private:
  workloads::Node& add_mvm(int outputs, workloads::Window window, int weight_bits);

  workloads::Network network_;
  workloads::Shape shape_;
  int bits_;
  int zero_point_ = 0;
  std::mt19937_64 random_;
};

/// Gives each MVM layer but the last, with a chance of 40 %, weight scales of its own for every output.
void add_channel_scales(workloads::Network& network, std::uint64_t seed);

/// A small network of random shape: 1–3 convolutions with strides, padding and pooling, then 1–2 linear layers.
workloads::Network random_network(std::uint64_t seed);

/// The paper's LeNet shape (workloads/METHOD.md: 105,918 weights) with random weights.
workloads::Network random_lenet(std::uint64_t seed, int weight_bits = 8, int input_bits = 8);

/// Random pixels, about a third of them zero. @return [samples][network.input.size()]
std::vector<std::uint8_t> random_images(const workloads::Network& network, int samples, std::uint64_t seed);

}  // namespace nvcim::testing
