// SPDX-License-Identifier: Apache-2.0
#include "arch/fingerprint.h"

namespace nvcim {

std::uint64_t fingerprint(const void* bytes, std::size_t count, std::uint64_t start) {
  const auto* byte = static_cast<const unsigned char*>(bytes);
  for (std::size_t i = 0; i < count; ++i) start = (start ^ byte[i]) * 0x100000001b3ull;
  return start;
}

}  // namespace nvcim
