// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "workloads/float_graph.h"
#include "workloads/float_inference.h"
#include "workloads/quantisation.h"

namespace nvcim::workloads {

/// What a file's network does with its logits last. It changes no class, and the graph ends before it.
enum class FloatOutput { logits, softmax, log_softmax };

/// A network in floating point as its ONNX file has it: batch normalisation and constant factors folded into the
/// convolution before them, dropout gone, dead nodes gone. GraphConvolution::full_scale is max|W|.
struct FloatNetwork {
  std::string name;
  FloatGraph graph;
  FloatOutput output = FloatOutput::logits;
  std::optional<PixelScale> pixels;          ///< from the file's metadata nvcim.pixel_scale and nvcim.pixel_offset
  std::optional<Quantisation> quantisation;  ///< from its metadata nvcim.quantisation: it has been calibrated
};

/// The network of an ONNX file in floating point. The file is not trusted; memory stays within a few times its size
/// plus 2 GiB.
/// @param name    of the file, for complaints, and of the network
/// @param folder  where its tensors may lie in other files; none: they must be inside
/// Errors: InputError with every node that cannot run, its operator, its attributes and what would make it run; see
/// workloads/README.md for what can. A quantised file is refused with the advice to use read_onnx.
FloatNetwork read_float_onnx(const std::string& name, const std::vector<std::uint8_t>& bytes,
                             const std::optional<std::filesystem::path>& folder = {});

/// The same of a file with QuantizeLinear and DequantizeLinear, whose maps keep the ranges that they have there
/// (FloatNetwork::quantisation). Weights become real numbers; quantised again, with one scale per output where the file
/// has that, they have the same codes where the largest of a scale is ±127. The last layer has one scale.
FloatNetwork read_quantised_graph(const std::string& name, const std::vector<std::uint8_t>& bytes,
                                  const std::optional<std::filesystem::path>& folder = {});

/// Whether the file is an ONNX model without QuantizeLinear and DequantizeLinear.
bool is_float_onnx(const std::vector<std::uint8_t>& bytes);

}  // namespace nvcim::workloads
