// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <systemc>
#include <tuple>
#include <utility>
#include <vector>

#include "arch/check.h"
#include "sim/analog/timing.h"
#include "sim/systemc/calendar.h"

/// The discipline of the cycle model: one SystemC time step is one cycle, a module acts at most once per cycle, and
/// whatever it tells another module is visible there in a later cycle only. So no result depends on the order in which
/// SystemC runs the processes of a cycle; several things that reach one module in the same cycle are taken in the order
/// of their senders' numbers.
namespace nvcim::sim {

/// Messages to one module, each with the cycle at which it becomes visible.
template <class T>
class Inbox {
 public:
  /// @param source  number of the sender among those of this inbox: the order within a cycle
  void post(Cycle now, Cycle at, int source, T item) {
    NVCIM_CHECK(at > now, "a message of source {} at cycle {} would be seen in cycle {}", source, now, at);
    heap_.push_back({at, source, next_++, std::move(item)});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  bool ready(Cycle now) const { return !heap_.empty() && heap_.front().at <= now; }
  bool empty() const { return heap_.empty(); }
  Cycle first_at() const { return heap_.empty() ? kNever : heap_.front().at; }
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

/// Busy and stalled cycles of one unit.
struct UnitTime {
  Cycle busy = 0;
  Cycle stalled = 0;
  /// Says whether the unit has work but waits, from `now` on. A unit that serves somebody else meanwhile works:
  /// the wait that ends now counts only from `busy_until`.
  void set_stalled(bool waits, Cycle now, Cycle busy_until = 0) {
    if (stalled_since_ != kNever) stalled += now - std::clamp(busy_until, stalled_since_, now);
    stalled_since_ = waits ? now : kNever;
  }

 private:
  Cycle stalled_since_ = kNever;
};

/// A module that asks to be woken: one SC_METHOD, one activation per cycle at most.
class Clocked : public sc_core::sc_module {
 public:
  using SC_CURRENT_USER_MODULE = Clocked;
  explicit Clocked(const std::string& unit_name);
  ~Clocked() override;

  /// Any module may wake any other in a later cycle; several wishes for one cycle are one activation.
  void wake_at(Cycle cycle) { calendar_.enter(cycle, *this); }
  /// The calendar's: acts in the next delta cycle.
  void notify() { wake_.notify(sc_core::SC_ZERO_TIME); }

  const std::string& unit_name() const { return unit_name_; }
  /// From now on acts in a pseudo-random delta cycle of each cycle: for the test that the order does not matter.
  void shuffle(std::uint32_t seed) { shuffle_ = seed | 1u; }
  std::uint64_t activations() const { return activations_; }
  virtual std::vector<std::pair<std::string, UnitTime>> unit_times() const = 0;
  /// One sentence per thing this module waits for, for the watchdog.
  virtual void tell_waits(std::vector<std::string>& sentences) const = 0;

  static Cycle now() { return sc_core::sc_time_stamp().value(); }

 protected:
  virtual void act(Cycle now) = 0;

 private:
  void activate();

  std::string unit_name_;
  Calendar& calendar_;
  sc_core::sc_event wake_;
  sc_core::sc_process_handle process_;
  std::uint32_t shuffle_ = 0;
  std::uint64_t activations_ = 0;
};

/// Modules of one kind, destroyed from the last to the first: SystemC looks for a process that goes from the youngest
/// on, which would take the square of their number the other way round.
template <class T>
struct Modules : std::vector<std::unique_ptr<T>> {
  Modules() = default;
  Modules(Modules&&) noexcept = default;
  Modules& operator=(Modules&&) = delete;
  ~Modules() {
    while (!this->empty()) this->pop_back();
  }
};

}  // namespace nvcim::sim
