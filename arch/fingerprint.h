// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace nvcim {

inline constexpr std::uint64_t kFingerprintStart = 0xcbf29ce484222325ull;

/// FNV-1a, 64 bits: tells different inputs apart by name and finds damage; not for security. Each byte enters by a
/// bijection of the state, so two inputs that differ in one byte always differ in it.
/// @param start  the fingerprint of what comes before
std::uint64_t fingerprint(const void* bytes, std::size_t count, std::uint64_t start = kFingerprintStart);

}  // namespace nvcim
