// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "workloads/float_inference.h"
#include "workloads/quantisation.h"

/// A network in floating point whose ONNX file also says how it is quantised: any ONNX runtime runs it as it was, nvcim
/// as integers. In metadata_props:
///   nvcim.quantisation  JSON: weight_bits, weight_scales ("tensor", "channel"), activation_bits, data, float_accuracy,
///                       ranges {"node": [low, high], …}
///   nvcim.pixel_scale, nvcim.pixel_offset   see onnx_metadata.h
namespace nvcim::workloads {

/// The file with that metadata.
/// @param name  of the file, for complaints   @param bytes  what read_float_onnx has read
/// Errors: InputError where its tensors lie in other files.
std::string calibrated_onnx(const std::string& name, const std::vector<std::uint8_t>& bytes, const PixelScale& pixels,
                            const Quantisation& quantisation);

namespace onnx_file {

class Graph;

/// None where the file does not say, or says it badly, which is complained about.
std::optional<Quantisation> stored_quantisation(Graph& graph);

}  // namespace onnx_file
}  // namespace nvcim::workloads
