// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <string>

namespace nvcim {

/// Prints where and why, then aborts. For our own mistakes only: user input never reaches it.
[[noreturn]] void check_failed(const char* file, int line, const char* condition, const std::string& state);

}  // namespace nvcim

/// Always-on check of an invariant of ours; the rest is a fmt format and its arguments: the state worth seeing.
#define NVCIM_CHECK(condition, ...)                                                      \
  do {                                                                                   \
    if (!(condition)) [[unlikely]]                                                       \
      ::nvcim::check_failed(__FILE__, __LINE__, #condition, ::fmt::format(__VA_ARGS__)); \
  } while (false)
