// SPDX-License-Identifier: Apache-2.0
#include "sim/parallel/ranks.h"

#include <algorithm>
#include <thread>

namespace nvcim::sim {

Outcomes OneProcess::run(const UnitJob& job) {
  UnitQueue queue(job);
  {
    std::vector<std::jthread> helpers;
    for (int thread = 1; thread < std::min(job.threads, job.units); ++thread)
      helpers.emplace_back([&] { queue.work(); });
    queue.work();
  }
  return queue.take();
}

}  // namespace nvcim::sim
