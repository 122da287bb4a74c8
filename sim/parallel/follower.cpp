// SPDX-License-Identifier: Apache-2.0
#include "sim/parallel/follower.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/parallel/failure_text.h"

namespace nvcim::sim {

Follower::Follower(const UnitJob& job) : job_(job) {
  for (int thread = 0; thread < std::max(1, job.threads); ++thread) threads_.emplace_back([this] { work(); });
}

Follower::~Follower() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  added_.notify_all();
  threads_.clear();  // joins while the other members still live
}

void Follower::add(int unit) {
  {
    const std::lock_guard lock(mutex_);
    units_.push_back(unit);
  }
  added_.notify_one();
}

std::vector<Follower::Done> Follower::wait_for_done(std::chrono::microseconds longest) {
  std::unique_lock lock(mutex_);
  finished_.wait_for(lock, longest, [&] { return !done_.empty(); });
  return std::exchange(done_, {});
}

void Follower::work() {
  while (true) {
    std::unique_lock lock(mutex_);
    added_.wait(lock, [&] { return closing_ || !units_.empty(); });
    if (closing_) return;
    const int unit = units_.front();
    units_.pop_front();
    lock.unlock();
    Done done;
    try {
      done.text = fmt::format("{} {}", unit, job_.compute(unit));
    } catch (...) {
      done = {true, failure_text(std::current_exception())};
    }
    lock.lock();
    done_.push_back(std::move(done));
    lock.unlock();
    finished_.notify_one();
  }
}

}  // namespace nvcim::sim
