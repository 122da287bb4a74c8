// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/clocked.h"

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
    : sc_module(sc_core::sc_module_name(module_name(unit_name).c_str())), unit_name_(unit_name) {
  SC_METHOD(activate);
  sensitive << wake_;
  dont_initialize();
  process_ = sc_core::sc_get_last_created_process_handle();
}

// Processes that are left to the kernel's end take the square of their number there.
Clocked::~Clocked() {
  if (sc_core::sc_get_status() != sc_core::SC_ELABORATION) process_.kill();
}

void Clocked::wake_at(Cycle cycle) {
  if (!wishes_.empty() && wishes_.top() == cycle) return;
  wishes_.push(cycle);
  if (!acting_) notify_next(now());
}

void Clocked::activate() {
  const Cycle cycle = now();
  if (shuffle_ != 0) {
    shuffle_ = shuffle_ * 1664525u + 1013904223u;
    if ((shuffle_ >> 30) != 0) return wake_.notify(sc_core::SC_ZERO_TIME);
  }
  notified_ = kNever;
  while (!wishes_.empty() && wishes_.top() <= cycle) wishes_.pop();
  ++activations_;
  acting_ = true;
  act(cycle);
  acting_ = false;
  notify_next(cycle);
}

void Clocked::notify_next(Cycle cycle) {
  if (wishes_.empty() || wishes_.top() >= notified_) return;
  notified_ = wishes_.top();
  // A notification for cycle 0 is possible before the simulation starts only.
  wake_.notify(notified_ > cycle ? sc_core::sc_time::from_value(notified_ - cycle) : sc_core::SC_ZERO_TIME);
}

}  // namespace nvcim::sim
