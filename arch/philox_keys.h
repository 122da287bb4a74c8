// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace nvcim {

/// Keys of the ten rounds of Philox4x32-10, each word in a 64-bit lane, for the vector kernels (arch/philox-inl.h).
using PhiloxKeys = std::array<std::array<std::uint64_t, 2>, 10>;

/// From the key of the first round, which the two Weyl constants of Philox move on.
inline PhiloxKeys philox_keys(std::array<std::uint32_t, 2> key) {
  PhiloxKeys keys{};
  for (auto& round : keys) {
    round = {key[0], key[1]};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return keys;
}

}  // namespace nvcim
