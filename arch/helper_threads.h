// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace nvcim {

/// Starts a thread that helps the caller, who works too. Where the system gives no more threads (limits of processes or
/// of memory) there is none, which costs time alone. @return  whether it was started
template <class... Work>
bool add_helper(std::vector<std::jthread>& helpers, Work&&... work) {
  try {
    helpers.emplace_back(std::forward<Work>(work)...);
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

}  // namespace nvcim
