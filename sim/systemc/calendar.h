// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <queue>
#include <systemc>
#include <utility>
#include <vector>

#include "sim/analog/timing.h"

namespace nvcim::sim {

inline constexpr Cycle kNever = ~Cycle{0};

class Clocked;

/// Who wants to act in which cycle. The kernel knows one timed notification, that of the next cycle in which anybody
/// acts; in that cycle the calendar notifies those modules' events, which run in the next delta cycle as processes of
/// their own. Thousands of modules with a timed notification each would spend the time of a simulation in the kernel's
/// queue.
class Calendar : public sc_core::sc_module {
 public:
  using SC_CURRENT_USER_MODULE = Calendar;
  explicit Calendar(const sc_core::sc_module_name& name);

  /// @param cycle  later than the current one, or the first before the simulation starts
  void enter(Cycle cycle, Clocked& module);

 private:
  /// Cycles ahead for which there is a page; what is farther waits in a queue.
  static constexpr Cycle kPages = 1024;
  using Far = std::pair<Cycle, Clocked*>;
  struct Later {
    bool operator()(const Far& a, const Far& b) const { return a.first > b.first; }
  };

  void ring();
  void write(Cycle cycle, Clocked& module);
  Cycle next_entry() const;

  sc_core::sc_event tick_;
  Cycle first_ = 0;          ///< of the pages: the cycle that rang last
  Cycle rings_at_ = kNever;  ///< tick_ is notified for it
  std::array<std::vector<Clocked*>, kPages> pages_;
  std::array<std::uint64_t, kPages / 64> written_{};  ///< bits: pages that are not empty
  std::priority_queue<Far, std::vector<Far>, Later> far_;
};

}  // namespace nvcim::sim
