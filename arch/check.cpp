// SPDX-License-Identifier: Apache-2.0
#include "arch/check.h"

#include <cstdio>
#include <cstdlib>

namespace nvcim {

void check_failed(const char* file, int line, const char* condition, const std::string& state) {
  std::fprintf(stderr, "nvcim: bug: %s:%d: %s does not hold: %s\n", file, line, condition, state.c_str());
  std::abort();
}

}  // namespace nvcim
