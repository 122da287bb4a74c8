// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "arch/check.h"
#include "sim/kernel/cycle.h"

namespace nvcim::sim {

/// Messages to one module, each with the cycle at which it becomes visible.
template <class T>
class Inbox {
 public:
  /// @param at      cycle in which the message is visible, later than `now`
  /// @param source  number of the sender among those of this inbox: the order within a cycle
  void post(Cycle now, Cycle at, int source, T item) {
    NVCIM_CHECK(at > now, "a message of source {} at cycle {} would be seen in cycle {}", source, now, at);
    heap_.push_back({at, source, next_++, std::move(item)});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  bool ready(Cycle now) const { return !heap_.empty() && heap_.front().at <= now; }
  bool empty() const { return heap_.empty(); }
  /// Cycle of the first message; kNever: there is none.
  Cycle first_at() const { return heap_.empty() ? kNever : heap_.front().at; }
  /// The first message by cycle, then by source. The inbox must not be empty.
  T take() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    T item = std::move(heap_.back().item);
    heap_.pop_back();
    return item;
  }

 private:
  struct Entry {
    Cycle at;
    int source;
    std::uint64_t order;  ///< only ever decides between messages of one sender
    T item;
  };
  static bool later(const Entry& a, const Entry& b) {
    return std::tie(a.at, a.source, a.order) > std::tie(b.at, b.source, b.order);
  }
  std::vector<Entry> heap_;
  std::uint64_t next_ = 0;
};

}  // namespace nvcim::sim
