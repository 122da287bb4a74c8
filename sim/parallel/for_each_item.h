// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace nvcim::sim {

/// Runs task(worker, item) once for every item 0…items-1 on at most `threads` threads, the caller's among them. Items
/// are handed out in order, one at a time; `worker` is 0…threads-1 and never used by two threads at once, so it may
/// index scratch memory. Which worker gets which item is not fixed: results must not depend on it. The first exception
/// of a task stops the hand-out and is thrown again here.
void for_each_item(int items, int threads, const std::function<void(int worker, int item)>& task);

}  // namespace nvcim::sim
