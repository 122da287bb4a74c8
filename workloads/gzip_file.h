// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace nvcim::workloads {

/// Contents of a file, unpacked where it begins with the gzip magic, whatever its name.
/// @param size_limit  bytes, packed or unpacked, past which the file is refused.
/// Errors: InputError for a file that cannot be read, is too large, or whose gzip data are cut off, damaged or followed
/// by more bytes.
std::vector<std::uint8_t> read_file(const std::filesystem::path& file, std::size_t size_limit);

}  // namespace nvcim::workloads
