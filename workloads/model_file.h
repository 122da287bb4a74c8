// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "workloads/network.h"
#include "workloads/onnx_float.h"

namespace nvcim::workloads {

/// A trained network that ships with the program (workloads/zoo/, embedded or installed beside it).
struct ZooEntry {
  std::string name;
  std::string description;
  double accuracy = 0;  ///< of the quantised network on its test set, 0…1
  std::string sha256;   ///< of the ONNX file
};
std::vector<ZooEntry> zoo();

/// A network in integers, or one that has yet to be quantised.
using AnyNetwork = std::variant<Network, FloatNetwork>;

/// Reads a zoo name ("lenet_fashion_mnist_8b") or an ONNX file: with QuantizeLinear and DequantizeLinear a Network,
/// else a FloatNetwork. Errors: InputError naming every node that cannot run, with its operator and what is supported.
AnyNetwork load_model(std::string_view name_or_file);

/// The same in integers: a network in floating point must have been calibrated (workloads/onnx_calibrated.h).
Network load_network(std::string_view name_or_file);

/// The integers of a calibrated network.
Network quantise(const FloatNetwork& network, const PixelScale& pixels, const Quantisation& quantisation);

/// The bytes of a model's file; a name of the zoo is none. Errors: InputError.
std::vector<std::uint8_t> model_bytes(const std::string& file);

/// Writes an ONNX file that load_network and any ONNX runtime read back to the same integers.
void save_network(const Network& network, const std::filesystem::path& file);

}  // namespace nvcim::workloads
