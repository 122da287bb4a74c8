// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/calendar.h"

#include <bit>

#include "sim/systemc/clocked.h"

namespace nvcim::sim {

Calendar::Calendar(const sc_core::sc_module_name& name) : sc_module(name) {
  SC_METHOD(ring);
  sensitive << tick_;
  dont_initialize();
}

void Calendar::enter(Cycle cycle, Clocked& module) {
  if (cycle - first_ < kPages)
    write(cycle, module);
  else
    far_.emplace(cycle, &module);
  if (cycle >= rings_at_) return;
  rings_at_ = cycle;
  const Cycle now = Clocked::now();
  // Zero is possible before the simulation starts only.
  tick_.notify(cycle > now ? sc_core::sc_time::from_value(cycle - now) : sc_core::SC_ZERO_TIME);
}

void Calendar::write(Cycle cycle, Clocked& module) {
  const Cycle page = cycle % kPages;
  pages_[page].push_back(&module);
  written_[page / 64] |= std::uint64_t{1} << (page % 64);
}

void Calendar::ring() {
  first_ = Clocked::now();
  while (!far_.empty() && far_.top().first - first_ < kPages) {
    write(far_.top().first, *far_.top().second);
    far_.pop();
  }
  const Cycle page = first_ % kPages;
  for (Clocked* module : pages_[page]) module->notify();
  pages_[page].clear();
  written_[page / 64] &= ~(std::uint64_t{1} << (page % 64));
  rings_at_ = next_entry();
  if (rings_at_ != kNever) tick_.notify(sc_core::sc_time::from_value(rings_at_ - first_));
}

/// After first_.
Cycle Calendar::next_entry() const {
  // Words of 64 pages from the one after first_ on, round to the one that holds it.
  const Cycle start = (first_ + 1) % kPages;
  for (Cycle turn = 0; turn <= kPages / 64; ++turn) {
    const Cycle word = (start / 64 + turn) % (kPages / 64);
    std::uint64_t bits = written_[word];
    if (turn == 0) bits &= ~std::uint64_t{0} << (start % 64);
    if (turn == kPages / 64) bits &= ~(~std::uint64_t{0} << (start % 64));
    if (bits == 0) continue;
    const Cycle page = word * 64 + static_cast<Cycle>(std::countr_zero(bits));
    return first_ + 1 + (page + kPages - start) % kPages;
  }
  return far_.empty() ? kNever : far_.top().first;
}

}  // namespace nvcim::sim
