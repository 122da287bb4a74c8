// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/network.h"

namespace nvcim::workloads {

/// A trained network that ships with the program (workloads/zoo/, embedded or installed beside it).
struct ZooEntry {
  std::string name;
  std::string description;
  double accuracy = 0;  ///< of the quantised network on its test set, 0…1
  std::string sha256;   ///< of the ONNX file
};
std::vector<ZooEntry> zoo();

/// Reads a zoo name ("lenet_fashion_mnist_8b") or an ONNX file with quantisation metadata (QuantizeLinear /
/// DequantizeLinear). Errors: InputError naming every node that cannot run, with its operator and what is supported.
Network load_network(std::string_view name_or_file);

/// Writes an ONNX file that load_network and any ONNX runtime read back to the same integers.
void save_network(const Network& network, const std::filesystem::path& file);

}  // namespace nvcim::workloads
