// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace nvcim::mapping {

/// Runs task(i) for i in 0…count-1 on a few threads; tasks are independent and do not throw.
template <class Task>
void for_each_index(int count, int threads, Task task) {
  std::atomic<int> next{0};
  const auto work = [&] {
    for (int i = next++; i < count; i = next++) task(i);
  };
  std::vector<std::jthread> helpers;
  for (int i = 1; i < std::min(threads, count); ++i) helpers.emplace_back(work);
  work();
}

}  // namespace nvcim::mapping
