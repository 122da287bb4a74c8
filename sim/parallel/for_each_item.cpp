// SPDX-License-Identifier: Apache-2.0
#include "sim/parallel/for_each_item.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "arch/helper_threads.h"

namespace nvcim::sim {

void for_each_item(int items, int threads, const std::function<void(int worker, int item)>& task) {
  std::atomic<int> next{0};
  std::exception_ptr first_failure;
  std::mutex failure_mutex;
  const auto work = [&](int worker) {
    try {
      for (int item = next.fetch_add(1); item < items; item = next.fetch_add(1)) task(worker, item);
    } catch (...) {
      next.store(items);
      const std::lock_guard lock(failure_mutex);
      if (!first_failure) first_failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (int worker = 1; worker < std::min(threads, items); ++worker)
      if (!add_helper(helpers, work, worker)) break;
    work(0);
  }
  if (first_failure) std::rethrow_exception(first_failure);
}

}  // namespace nvcim::sim
