// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "workloads/network.h"

/// The built-in networks: shapes with all weights 0, to be trained, or counted and timed as they are.
namespace nvcim::workloads {

/// Appends nodes, each to the one before it. Activations are unsigned with zero point 0; every MVM but the raw one has
/// a ReLU, except where a residual block adds maps.
class NetworkBuilder {
 public:
  /// @param input_bits  8: the pixel is the code; less: round(pixel · (2^bits - 1) / 255). The input scale maps to 0…1.
  NetworkBuilder(std::string name, Shape input, int input_bits, int weight_bits, int activation_bits);

  NetworkBuilder& convolution(std::string name, int outputs, int kernel, int padding, int stride = 1);
  NetworkBuilder& fully_connected(std::string name, int outputs);
  NetworkBuilder& max_pool(std::string name, int size);
  NetworkBuilder& average_pool(std::string name, int size);
  NetworkBuilder& global_average_pool(std::string name);

  enum class Shortcut {
    projection,  ///< a 1 x 1 convolution where shape or stride change
    zeros,       ///< every stride-th row and column, zeros around the channels (option A)
  };
  /// Two 3 x 3 convolutions beside a shortcut, and a ReLU on their sum (He et al., CVPR 2016). What is added has a
  /// sign: its zero point is in the middle of the codes.
  NetworkBuilder& residual_block(const std::string& name, int outputs, int stride, Shortcut shortcut);

  /// The network; its last node keeps its raw sums.
  Network build();

 private:
  Node& append(std::string name, Window window, int outputs);
  void append_zeros_shortcut(std::string name, int outputs, int stride);
  void make_signed();

  Network network_;
  Shape shape_;
  int bits_;
  int zero_point_ = 0;
  int weight_bits_;
  int activation_bits_;
  double scale_;
};

/// conv 6@3×3, max pool 2, conv 16@3×3, max pool 2, fc 120, 84, 10: 105,918 weights on 28×28 (SWIM, arXiv 2202.08395).
Network lenet(int bits, Shape input = {1, 28, 28}, int classes = 10);

/// fc 128, 10.
Network mlp(int bits, Shape input = {1, 28, 28}, int classes = 10);

/// NeuroSim's VGG-8: conv 128, 128, MP, 256, 256, MP, 512, 512, MP, fc 1024, 10; 615,917,568 MAC on 3×32×32.
Network vgg8(int bits, Shape input = {3, 32, 32}, int classes = 10);

/// The ConvNet of SWIM (arXiv 2202.08395): conv 64, 64, MP, 128, 128, MP, 256, 256, MP, fc 1024, 1024, 10; 6,397,632
/// weights on 3×32×32.
Network convnet(int bits, Shape input = {3, 32, 32}, int classes = 10);

/// ResNet-18 as it is used on CIFAR-10: 3 x 3 stem without a pool behind it, 64, 128, 256, 512 channels in two blocks
/// each, projections, global average pool, fc 10: 11.16 million weights. Every convolution has batch normalisation.
Network resnet18(int bits, Shape input = {3, 32, 32}, int classes = 10);

/// ResNet-20 (He et al., CVPR 2016): 16, 32, 64 channels in three blocks each, option A shortcuts, global average pool,
/// fc 10: 268,336 weights on 3 channels. Every convolution has batch normalisation.
Network resnet20(int bits, Shape input = {3, 32, 32}, int classes = 10);

/// The networks above by name ("lenet", "mlp", "convnet", "vgg8", "resnet18", "resnet20"). InputError for another name,
/// bits outside 2..8, too small an input or fewer than two classes.
Network built_in_network(std::string_view name, int bits, Shape input, int classes = 10);
std::vector<std::string> built_in_networks();
/// Whether its convolutions have batch normalisation (TrainingOptions::batch_norm).
bool has_batch_norm(std::string_view name);

}  // namespace nvcim::workloads
