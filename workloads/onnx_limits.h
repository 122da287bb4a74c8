// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// What a file that nobody vouches for may ask for.
namespace nvcim::workloads::onnx_file {

inline constexpr std::int64_t kLargestMap = std::int64_t{1} << 24;  ///< elements of a feature map
inline constexpr std::int64_t kLargestWindow = 4096;                ///< kernel side, stride, dilation, padding

}  // namespace nvcim::workloads::onnx_file
