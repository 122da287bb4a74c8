// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sim/parallel/units.h"

namespace nvcim::sim {

/// The threads of a process that is handed its units by another. One thread talks to it; its own threads compute.
class Follower {
 public:
  struct Done {
    bool failed = false;
    std::string text;  ///< "UNIT OUTCOME", or failure_text
  };

  explicit Follower(const UnitJob& job);
  /// Waits for the units under way and drops those not begun.
  ~Follower();

  int threads() const { return static_cast<int>(threads_.size()); }
  void add(int unit);
  /// What has been finished since the last call; waits for something at most so long.
  std::vector<Done> wait_for_done(std::chrono::microseconds longest);

 private:
  void work();

  const UnitJob& job_;
  std::mutex mutex_;
  std::condition_variable added_, finished_;
  std::deque<int> units_;
  std::vector<Done> done_;
  bool closing_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace nvcim::sim
