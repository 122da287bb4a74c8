// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "workloads/network.h"

/// The built-in networks: shapes with all weights 0, to be trained, or counted and timed as they are.
namespace nvcim::workloads {

/// Appends nodes to a chain. All activations are unsigned with zero point 0; every MVM but the raw one has a ReLU.
class NetworkBuilder {
 public:
  /// @param input_bits  8: the pixel is the code; less: round(pixel · (2^bits - 1) / 255). The input scale maps to 0…1.
  NetworkBuilder(std::string name, Shape input, int input_bits, int weight_bits, int activation_bits);

  NetworkBuilder& convolution(std::string name, int outputs, int kernel, int padding, int stride = 1);
  NetworkBuilder& fully_connected(std::string name, int outputs);
  NetworkBuilder& max_pool(std::string name, int size);
  NetworkBuilder& average_pool(std::string name, int size);

  /// The network; its last node keeps its raw sums.
  Network build();

 private:
  Node& append(std::string name, Window window, int outputs);

  Network network_;
  Shape shape_;
  int bits_;
  int weight_bits_;
  int activation_bits_;
  double scale_;
};

/// conv 6@3×3, max pool 2, conv 16@3×3, max pool 2, fc 120, 84, 10: 105,918 weights on 28×28 (SWIM, arXiv 2202.08395).
Network lenet(int bits, Shape input = {1, 28, 28});

/// fc 128, 10.
Network mlp(int bits, Shape input = {1, 28, 28});

/// NeuroSim's VGG-8: conv 128, 128, MP, 256, 256, MP, 512, 512, MP, fc 1024, 10; 615,917,568 MAC on 3×32×32.
Network vgg8(int bits, Shape input = {3, 32, 32});

/// The ConvNet of SWIM (arXiv 2202.08395): conv 64, 64, MP, 128, 128, MP, 256, 256, MP, fc 1024, 1024, 10; 6,397,632
/// weights on 3×32×32.
Network convnet(int bits, Shape input = {3, 32, 32});

/// The networks above by name ("lenet", "mlp", "convnet", "vgg8"). InputError for another name, bits outside 2..8 or
/// too small an input.
Network built_in_network(std::string_view name, int bits, Shape input);
std::vector<std::string> built_in_networks();

}  // namespace nvcim::workloads
