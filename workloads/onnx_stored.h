// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "workloads/network.h"

namespace onnx {
class GraphProto;
}

/// A quantised network of any shape in its ONNX file, to the last bit: the graph says what a float runtime computes,
/// the metadata what the integers are. For chains with one weight scale per layer the graph suffices (onnx_metadata.h).
///   nvcim.graph        JSON: name, data, float_accuracy, input, input_bits, nodes with everything that network.h has
///                      but weights and biases, which are the initialisers NODE.weight.codes and NODE.bias.codes; and a
///                      fingerprint of the graph that it belongs to
///   nvcim.input_table  see onnx_metadata.h
namespace nvcim::workloads {

/// The network of a file that has such metadata; none where it has not. The file is not trusted.
/// Errors: InputError where the metadata are malformed, contradict themselves or belong to another graph.
std::optional<Network> read_stored_network(const std::string& name, const std::vector<std::uint8_t>& bytes);

namespace onnx_file {

std::map<std::string, std::string> metadata_of_graph(const Network& network, const onnx::GraphProto& graph);

}  // namespace onnx_file
}  // namespace nvcim::workloads
