// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "workloads/float_inference.h"
#include "workloads/network.h"
#include "workloads/onnx_graph.h"

/// What QuantizeLinear and DequantizeLinear cannot hold, in the file's metadata_props: the exact multipliers and scales
/// (a graph has them in single precision), widths below 8 bits, the table from pixels to input codes.
///   nvcim.network      JSON: name, data, float_accuracy, input_bits, nodes [{name, input_bits, input_scale,
///   weight_bits,
///                      weight_scale, multiplier}]
///   nvcim.input_table  hexadecimal, 256 codes per channel
///   nvcim.pixel_scale, nvcim.pixel_offset   instead of the table, for files of other tools: one number, or one per
///   channel;
///                      real input = pixel · scale + offset
///   nvcim.quantisation  of a network in floating point, see onnx_calibrated.h
namespace nvcim::workloads::onnx_file {

std::map<std::string, std::string> metadata_of(const Network& network);

/// 256 codes per channel as hexadecimal text, and back; `problem` says what is wrong with a text that is none.
std::string table_text(const std::vector<std::array<std::uint8_t, 256>>& table);
std::optional<std::vector<std::array<std::uint8_t, 256>>> table_of(const std::string& text, int channels,
                                                                   std::string& problem);

/// Completes a network read from the graph alone. Complains about whatever is malformed or contradicts the graph.
/// @param input  quantiser of the network input, for nvcim.pixel_scale
/// @param integer_input  the graph takes the codes themselves; without a table, the pixel is the code
void apply_metadata(Graph& graph, const Quantiser& input, bool integer_input, Network& network);

/// How pixels become inputs, of a network in floating point; none where the file does not say.
std::optional<PixelScale> pixel_scale(Graph& graph, int channels);

}  // namespace nvcim::workloads::onnx_file
