// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/network.h"

namespace nvcim::workloads {

/// The network of an ONNX file with quantisation (QDQ). The file is not trusted.
/// @param name  of the file, for complaints and where the file names no network
/// Errors: InputError with every node that cannot run; see workloads/README.md for what can.
Network read_onnx(const std::string& name, const std::vector<std::uint8_t>& bytes);

/// The bytes of an ONNX file from which load_model makes the same network: of a chain with one weight scale per layer
/// by read_onnx, of other graphs by read_stored_network. Errors: InputError for scales that single precision cannot
/// hold, biases past int32, products of maps and tables.
std::string write_onnx(const Network& network);

}  // namespace nvcim::workloads
