// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <systemc>

#include "sim/kernel/cycle_queue.h"

namespace nvcim::sim {

class Clocked;

/// Who wants to act in which cycle. The kernel knows one timed notification, that of the next cycle in which anybody
/// acts; in that cycle the calendar notifies those modules' events, which run in the next delta cycle as processes of
/// their own. Thousands of modules with a timed notification each would spend the time of a simulation in the kernel's
/// queue. Every module gets its calendar in its constructor.
class Calendar : public sc_core::sc_module {
 public:
  using SC_CURRENT_USER_MODULE = Calendar;
  explicit Calendar(const sc_core::sc_module_name& name);

  /// @param cycle  later than the current one, or the first before the simulation starts
  void schedule(Cycle cycle, Clocked& module);

 private:
  void dispatch();

  sc_core::sc_event tick_;
  Cycle dispatches_at_ = kNever;  ///< tick_ is notified for it
  CycleQueue<Clocked*> queue_;
};

}  // namespace nvcim::sim
