// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/mvm_evaluator.h"

#include <system_error>
#include <utility>

namespace nvcim::sim {

MvmEvaluator::MvmEvaluator(const MachineConstants& constants, int threads) : arithmetic_(constants) {
  if (threads < 2) return;
  try {
    thread_ = std::thread([this] { work(); });
  } catch (const std::system_error&) {  // no more threads: the caller works alone
  }
}

MvmEvaluator::~MvmEvaluator() {
  if (!thread_.joinable()) return;
  issued_.store(kStop, std::memory_order_release);
  issued_.notify_one();
  thread_.join();
}

void MvmEvaluator::issue(const MvmJobPtr& job) {
  if (!thread_.joinable()) return;
  const std::uint64_t number = issued_.load(std::memory_order_relaxed);
  Slot& slot = slots_[number % kSlots];
  if (slot.full.load(std::memory_order_acquire)) return;
  slot.job = job;
  slot.full.store(true, std::memory_order_relaxed);
  issued_.store(number + 1, std::memory_order_release);
  issued_.notify_one();
}

MvmValues& MvmEvaluator::values(MvmJob& job) {
  if (begin(job)) work_out(job, scratch_);
  job.state.wait(MvmJob::State::begun, std::memory_order_acquire);
  return job.values;
}

/// Whether the caller is the one to work it out.
bool MvmEvaluator::begin(MvmJob& job) const {
  MvmJob::State expected = MvmJob::State::waiting;
  return job.state.compare_exchange_strong(expected, MvmJob::State::begun, std::memory_order_acquire);
}

void MvmEvaluator::work_out(MvmJob& job, MvmArithmetic::Scratch& scratch, const MvmJob* next) const {
  arithmetic_.work_out(job, scratch, next);
  job.state.store(MvmJob::State::done, std::memory_order_release);
  job.state.notify_one();
}

void MvmEvaluator::work() {
  MvmArithmetic::Scratch scratch;
  for (std::uint64_t taken = 0;; ++taken) {
    issued_.wait(taken, std::memory_order_acquire);
    const std::uint64_t issued = issued_.load(std::memory_order_acquire);
    if (issued == kStop) return;
    Slot& slot = slots_[taken % kSlots];
    const MvmJobPtr job = std::move(slot.job);
    slot.full.store(false, std::memory_order_release);
    // Only this thread takes jobs out, so the next one stays where it is.
    const MvmJob* next = issued > taken + 1 ? slots_[(taken + 1) % kSlots].job.get() : nullptr;
    if (begin(*job)) work_out(*job, scratch, next);
  }
}

}  // namespace nvcim::sim
