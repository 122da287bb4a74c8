// SPDX-License-Identifier: Apache-2.0
#include "sim/kernel/calendar.h"

#include "sim/kernel/clocked.h"

namespace nvcim::sim {

Calendar::Calendar(const sc_core::sc_module_name& name) : sc_module(name) {
  SC_METHOD(dispatch);
  sensitive << tick_;
  dont_initialize();
}

void Calendar::schedule(Cycle cycle, Clocked& module) {
  queue_.schedule(cycle, &module);
  if (cycle >= dispatches_at_) return;
  dispatches_at_ = cycle;
  const Cycle now = Clocked::now();
  // Zero is possible before the simulation starts only.
  tick_.notify(cycle > now ? sc_core::sc_time::from_value(cycle - now) : sc_core::SC_ZERO_TIME);
}

void Calendar::dispatch() {
  const Cycle now = Clocked::now();
  std::vector<Clocked*>& due = queue_.turn_to(now);
  for (Clocked* module : due) module->notify();
  due.clear();
  dispatches_at_ = queue_.next();
  if (dispatches_at_ != kNever) tick_.notify(sc_core::sc_time::from_value(dispatches_at_ - now));
}

}  // namespace nvcim::sim
