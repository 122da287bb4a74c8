// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/simulation_context.h"

#include "arch/check.h"

// libsystemc.so brings a main of its own that calls this; a program of ours has its own main and starts the kernel
// itself.
extern "C" int sc_main(int, char**) {
  return 0;
}

namespace nvcim::sim {
namespace {

Calendar* innermost_calendar = nullptr;

}  // namespace

SimulationContext::SimulationContext()
    : outer_(sc_core::sc_curr_simcontext),
      outer_default_(sc_core::sc_default_global_context),
      own_(new sc_core::sc_simcontext),
      // A library does not print: SystemC's notices are dropped while ours runs.
      information_(sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING)),
      warning_(sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_DO_NOTHING)),
      outer_calendar_(innermost_calendar) {
  sc_core::sc_curr_simcontext = own_;
  sc_core::sc_default_global_context = own_;
  calendar_ = std::make_unique<Calendar>("calendar");
  innermost_calendar = calendar_.get();
}

SimulationContext::~SimulationContext() {
  calendar_.reset();
  innermost_calendar = outer_calendar_;
  delete own_;
  sc_core::sc_curr_simcontext = outer_;
  sc_core::sc_default_global_context = outer_default_;
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, information_);
  sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, warning_);
}

Calendar& SimulationContext::calendar() {
  NVCIM_CHECK(innermost_calendar != nullptr, "a module outside a simulation");
  return *innermost_calendar;
}

}  // namespace nvcim::sim
