// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/clocked.h"

#include "sim/systemc/simulation_context.h"

namespace nvcim::sim {
namespace {

/// SystemC allows no dots and brackets in a module's name.
std::string module_name(std::string name) {
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}

}  // namespace

Clocked::Clocked(const std::string& unit_name)
    : sc_module(sc_core::sc_module_name(module_name(unit_name).c_str())),
      unit_name_(unit_name),
      calendar_(SimulationContext::calendar()) {
  SC_METHOD(activate);
  sensitive << wake_;
  dont_initialize();
  process_ = sc_core::sc_get_last_created_process_handle();
}

// Processes that are left to the kernel's end take the square of their number there.
Clocked::~Clocked() {
  if (sc_core::sc_get_status() != sc_core::SC_ELABORATION) process_.kill();
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
