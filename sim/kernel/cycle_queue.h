// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <queue>
#include <utility>
#include <vector>

#include "arch/check.h"
#include "sim/kernel/cycle.h"

namespace nvcim::sim {

/// What is due in which cycle. The next kPages cycles have a page each, so that scheduling and finding cost the same
/// however much is due; what is farther waits in a heap.
template <class Item>
class CycleQueue {
 public:
  /// @param cycle  not before the one turned to last
  void schedule(Cycle cycle, Item item) {
    NVCIM_CHECK(cycle >= first_, "cycle {} is over in cycle {}", cycle, first_);
    if (cycle - first_ < kPages)
      write(cycle, std::move(item));
    else
      far_.emplace(cycle, std::move(item));
  }
  /// Makes a cycle the first one; nothing may be due before it. @return what is due in it, in no particular order, for
  /// the caller to take out before it turns on
  std::vector<Item>& turn_to(Cycle cycle) {
    first_ = cycle;
    for (; !far_.empty() && far_.top().first - first_ < kPages; far_.pop()) write(far_.top().first, far_.top().second);
    mark(first_, false);
    return pages_[first_ % kPages];
  }
  /// The first cycle after the one turned to in which something is due; kNever: none.
  Cycle next() const {
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

 private:
  static constexpr Cycle kPages = 1024;
  using Far = std::pair<Cycle, Item>;
  struct Later {
    bool operator()(const Far& a, const Far& b) const { return a.first > b.first; }
  };

  void write(Cycle cycle, Item item) {
    pages_[cycle % kPages].push_back(std::move(item));
    mark(cycle, cycle != first_);
  }
  void mark(Cycle cycle, bool written) {
    const Cycle page = cycle % kPages;
    const std::uint64_t bit = std::uint64_t{1} << (page % 64);
    std::uint64_t& word = written_[page / 64];
    word = written ? word | bit : word & ~bit;
  }

  Cycle first_ = 0;
  std::array<std::vector<Item>, kPages> pages_;
  std::array<std::uint64_t, kPages / 64> written_{};  ///< bits: pages after first_ that hold something
  std::priority_queue<Far, std::vector<Far>, Later> far_;
};

}  // namespace nvcim::sim
