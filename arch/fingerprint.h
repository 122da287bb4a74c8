// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace nvcim {

/// FNV-1a, 64 bits: tells different inputs apart and finds accidental damage; not for security.
/// @param start  result of a former call, to go on from
std::uint64_t fingerprint(const void* bytes, std::size_t count, std::uint64_t start = 0xcbf29ce484222325ull);

}  // namespace nvcim
