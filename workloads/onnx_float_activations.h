// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workloads/onnx_float_step.h"

namespace nvcim::workloads::onnx_file {

/// Relu, LeakyRelu, Sigmoid, Tanh, HardSigmoid, HardSwish.
void read_activation(Step& step);

/// Clip, from which PyTorch makes relu6 and hardtanh.
void read_clip(Step& step);

/// Softmax and LogSoftmax over everything, at the end of the network.
void read_softmax(Step& step);

}  // namespace nvcim::workloads::onnx_file
