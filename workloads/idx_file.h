// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace nvcim::workloads {

/// Files of the MNIST family: big-endian header, then one byte per element. Format: http://yann.lecun.com/exdb/mnist/
struct IdxImages {
  int count = 0;
  int height = 0;
  int width = 0;
  std::vector<std::uint8_t> pixels;  ///< [count][height][width]
};

/// Errors of both: InputError for a wrong magic, sizes out of range, and too few or too many bytes.
IdxImages read_idx_images(const std::filesystem::path& file);
std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& file);

}  // namespace nvcim::workloads
