// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/calendar.h"

#include "sim/systemc/clocked.h"

namespace nvcim::sim {

Calendar::Calendar(const sc_core::sc_module_name& name) : sc_module(name) {
  SC_METHOD(ring);
  sensitive << tick_;
  dont_initialize();
}

void Calendar::enter(Cycle cycle, Clocked& module) {
  queue_.enter(cycle, &module);
  if (cycle >= rings_at_) return;
  rings_at_ = cycle;
  const Cycle now = Clocked::now();
  // Zero is possible before the simulation starts only.
  tick_.notify(cycle > now ? sc_core::sc_time::from_value(cycle - now) : sc_core::SC_ZERO_TIME);
}

void Calendar::ring() {
  const Cycle now = Clocked::now();
  std::vector<Clocked*>& due = queue_.turn_to(now);
  for (Clocked* module : due) module->notify();
  due.clear();
  rings_at_ = queue_.next();
  if (rings_at_ != kNever) tick_.notify(sc_core::sc_time::from_value(rings_at_ - now));
}

}  // namespace nvcim::sim
