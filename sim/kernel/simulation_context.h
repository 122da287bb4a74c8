// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <systemc>

#include "sim/kernel/calendar.h"

namespace nvcim::sim {

/// A SystemC kernel of our own for the life of this object, so that a process can build and run more than one machine,
/// one after the other. SystemC keeps its whole state in one context object behind a global pointer of its own; modules
/// and events must be gone before this is. Not for use from two threads.
class SimulationContext {
 public:
  SimulationContext();
  ~SimulationContext();
  SimulationContext(const SimulationContext&) = delete;
  SimulationContext& operator=(const SimulationContext&) = delete;

  /// For the modules that are built in this context.
  Calendar& calendar() const { return *calendar_; }

 private:
  sc_core::sc_simcontext* outer_;
  sc_core::sc_simcontext* outer_default_;
  sc_core::sc_simcontext* kernel_;
  sc_core::sc_actions information_, warning_;
  std::unique_ptr<Calendar> calendar_;
};

}  // namespace nvcim::sim
