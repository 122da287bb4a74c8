// SPDX-License-Identifier: Apache-2.0
#include "sim/kernel/clocked.h"

#include <utility>

namespace nvcim::sim {

Clocked::Clocked(const sc_core::sc_module_name& name, Calendar& calendar, std::string unit_name)
    : sc_module(name),
      unit_name_(unit_name.empty() ? std::string(this->name()) : std::move(unit_name)),
      calendar_(calendar) {
  SC_METHOD(activate);
  sensitive << wake_;
  dont_initialize();
  process_ = sc_core::sc_get_last_created_process_handle();
}

// Processes that are left to the kernel's end take the square of their number there. Before the simulation runs, also
// where a port was left open, they cannot be killed.
Clocked::~Clocked() {
  if (sc_core::sc_get_status() > sc_core::SC_START_OF_SIMULATION) process_.kill();
}

void Clocked::activate() {
  if (shuffle_ != 0) {
    shuffle_ = shuffle_ * 1664525u + 1013904223u;
    if ((shuffle_ >> 30) != 0) return notify();
  }
  ++activations_;
  act(now());
}

}  // namespace nvcim::sim
