// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "arch/helper_threads.h"

namespace nvcim::mapping {

/// Runs task(i) for i in 0…count-1 on a few threads; tasks are independent. The first exception of one is thrown here
/// when all have ended; the tasks that were not begun by then are left out.
template <class Task>
void for_each_index(int count, int threads, Task task) {
  std::atomic<int> next{0};
  std::exception_ptr failure;
  std::mutex mutex;
  const auto work = [&] {
    try {
      for (int i = next++; i < count; i = next++) task(i);
    } catch (...) {
      next = count;
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (int i = 1; i < std::min(threads, count); ++i)
      if (!add_helper(helpers, work)) break;
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace nvcim::mapping
