// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace nvcim::workloads::onnx_file {

/// Why an operator cannot run and what would make the network run.
std::string advice_for(const std::string& op);

}  // namespace nvcim::workloads::onnx_file
