// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace nvcim::workloads::onnx_file {

/// A constant; integers up to 2^53 and floats are exact in a double.
struct Tensor {
  int type = 0;  ///< onnx::TensorProto::DataType
  std::vector<std::int64_t> dims;
  std::vector<double> values;
};

/// Whether its data lie in another file.
bool is_external(const onnx::TensorProto& proto);

/// The values of a tensor that nobody vouches for.
/// @param folder   where other files may lie, links resolved; none: data in other files are refused
/// @param problem  what is wrong with it, when there is no result
std::optional<Tensor> decode_tensor(const onnx::TensorProto& proto, const std::optional<std::filesystem::path>& folder,
                                    std::string& problem);

}  // namespace nvcim::workloads::onnx_file
