// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

#include "sim/parallel/for_each_item.h"

namespace nvcim::sim {
namespace {

TEST(ForEachItem, RunsEveryItemOnceOnDistinctWorkers) {
  for (int threads : {1, 2, 5}) {
    std::vector<std::atomic<int>> times(100);
    std::vector<std::atomic<int>> busy(threads);
    for_each_item(100, threads, [&](int worker, int item) {
      EXPECT_EQ(busy[worker].fetch_add(1), 0);
      ++times[item];
      busy[worker].fetch_sub(1);
    });
    for (const auto& count : times) EXPECT_EQ(count, 1);
  }
}

TEST(ForEachItem, DoesNothingForNoItems) {
  for_each_item(0, 4, [](int, int) { FAIL(); });
}

TEST(ForEachItem, PassesOnTheFailureOfATask) {
  EXPECT_THROW(for_each_item(50, 2,
                             [](int, int item) {
                               if (item == 7) throw std::runtime_error("seven");
                             }),
               std::runtime_error);
}

}  // namespace
}  // namespace nvcim::sim
