// SPDX-License-Identifier: Apache-2.0
#include "sim/parallel/ranks.h"

#include <algorithm>
#include <thread>

#include "arch/helper_threads.h"

namespace nvcim::sim {

Outcomes OneProcess::run(const UnitJob& job) {
  UnitQueue queue(job);
  {
    std::vector<std::jthread> helpers;
    for (int thread = 1; thread < std::min(job.threads, job.units); ++thread)
      if (!add_helper(helpers, [&] { queue.work(); })) break;
    queue.work();
  }
  return queue.take();
}

}  // namespace nvcim::sim
