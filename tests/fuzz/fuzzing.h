// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "arch/input_error.h"

/// What the harnesses share.
namespace nvcim::fuzzing {

/// What is refused is no concern here; anything else that is thrown is a bug.
template <class Work>
void may_refuse(const Work& work) {
  try {
    work();
  } catch (const InputError&) {
  }
}

/// A good file with changes at a few places, which come from the fuzzer's bytes, four for each: place (22 bits), what
/// is done there (2 bits) and a byte. Most changed files get past the first check, which whole random files never do.
inline std::string edited(std::string good, std::string_view changes) {
  for (; changes.size() >= 4 && !good.empty() && good.size() < 1'000'000; changes.remove_prefix(4)) {
    const auto byte = [&](int i) { return std::uint32_t{static_cast<unsigned char>(changes[std::size_t(i)])}; };
    const std::size_t place = (byte(0) | byte(1) << 8 | (byte(2) & 0x3f) << 16) % good.size();
    switch (byte(2) >> 6) {
      case 0:
        good[place] = changes[3];
        break;
      case 1:
        good.insert(place, 1 + byte(3) % 3, changes[3]);
        break;
      case 2:
        good.erase(place, 1 + byte(3));
        break;
      default:
        good.insert(place, good.substr(place, 1 + byte(3)));
    }
  }
  return good;
}

/// A file in memory under a name that functions of ours open.
class File {
 public:
  explicit File(std::string_view bytes) : descriptor_(::memfd_create("fuzzed", MFD_CLOEXEC)) {
    if (descriptor_ < 0 || ::write(descriptor_, bytes.data(), bytes.size()) != ssize_t(bytes.size())) std::abort();
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(descriptor_); }
  std::string name() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace nvcim::fuzzing
