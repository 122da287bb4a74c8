// SPDX-License-Identifier: Apache-2.0
#include "sim/programming/power_unit.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "arch/check.h"

namespace nvcim::sim {
namespace {

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

std::uint64_t whole(double value) {
  return value >= 0x1p64 ? kUnlimited : static_cast<std::uint64_t>(std::llround(value));
}

}  // namespace

std::uint64_t nanowatts(Power power) {
  return whole(power.value() * 1e9);
}

PowerUnit::PowerUnit(Power peak, const ProgramBudget& budget)
    : limit_(nanowatts(peak)),
      pulses_left_(budget.pulses.value_or(kUnlimited)),
      attojoules_left_(budget.energy ? whole(budget.energy->value() * 1e18) : kUnlimited) {}

void PowerUnit::release(const PowerRelease& release) {
  NVCIM_CHECK(release.nanowatts <= active_, "{} nW released of {}", release.nanowatts, active_);
  active_ -= release.nanowatts;
  attojoules_left_ -= std::min(attojoules_left_, release.attojoules);
}

std::vector<PowerUnit::Answer> PowerUnit::serve() {
  std::vector<Answer> answers;
  for (; !waiting_.empty(); waiting_.pop_front()) {
    const Waiting& next = waiting_.front();
    spent_ = spent_ || next.request.pulses > pulses_left_ || attojoules_left_ == 0;
    if (spent_) {
      answers.push_back({next.tile, false});
      continue;
    }
    // A turn is cut to fit the limit, but for rounding to whole nanowatts.
    const bool alone = active_ == 0;
    if (limit_ > 0 && !alone && active_ + next.request.nanowatts > limit_) break;
    active_ += next.request.nanowatts;
    if (pulses_left_ != kUnlimited) pulses_left_ -= next.request.pulses;
    answers.push_back({next.tile, true});
  }
  return answers;
}

}  // namespace nvcim::sim
