// SPDX-License-Identifier: Apache-2.0
#include "sim/parallel/units.h"

#include "arch/check.h"

namespace nvcim::sim {

UnitQueue::UnitQueue(const UnitJob& job)
    : job_(job), journal_(job.journal, job.identity), outcomes_(std::size_t(job.units)) {
  for (const auto& [unit, outcome] : journal_.found()) {
    if (unit >= job.units) break;  // of the same job when it asked for more
    outcomes_[std::size_t(unit)] = outcome;
    if (job.finished && job.finished(unit, outcome, true)) stopped_ = true;
  }
}

std::optional<int> UnitQueue::next() {
  const std::lock_guard lock(mutex_);
  while (next_ < job_.units && outcomes_[std::size_t(next_)]) ++next_;
  if (stopped_ || next_ == job_.units) return {};
  return next_++;
}

void UnitQueue::finish(int unit, std::string outcome) {
  const std::lock_guard lock(mutex_);
  NVCIM_CHECK(unit >= 0 && unit < job_.units && !outcomes_[std::size_t(unit)], "unit {} of {}", unit, job_.units);
  journal_.add(unit, outcome);
  if (job_.finished && job_.finished(unit, outcome, false)) stopped_ = true;
  outcomes_[std::size_t(unit)] = std::move(outcome);
}

void UnitQueue::fail(std::exception_ptr failure) {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  if (!failure_) failure_ = std::move(failure);
}

void UnitQueue::work() {
  try {
    while (const std::optional<int> unit = next()) finish(*unit, job_.compute(*unit));
  } catch (...) {
    fail(std::current_exception());
  }
}

Outcomes UnitQueue::take() {
  if (failure_) std::rethrow_exception(failure_);
  return std::move(outcomes_);
}

}  // namespace nvcim::sim
