// SPDX-License-Identifier: Apache-2.0
#include "sim/kernel/simulation_context.h"

// libsystemc.so brings a main of its own that calls this; a program of ours has its own main and starts the kernel
// itself.
extern "C" int sc_main(int, char**) {
  return 0;
}

namespace nvcim::sim {

SimulationContext::SimulationContext()
    : outer_(sc_core::sc_curr_simcontext),
      outer_default_(sc_core::sc_default_global_context),
      kernel_(new sc_core::sc_simcontext),
      // A library does not print: SystemC's notices are dropped while ours runs.
      information_(sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING)),
      warning_(sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_DO_NOTHING)) {
  sc_core::sc_curr_simcontext = kernel_;
  sc_core::sc_default_global_context = kernel_;
  calendar_ = std::make_unique<Calendar>("calendar");
}

SimulationContext::~SimulationContext() {
  calendar_.reset();
  delete kernel_;
  sc_core::sc_curr_simcontext = outer_;
  sc_core::sc_default_global_context = outer_default_;
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, information_);
  sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, warning_);
}

}  // namespace nvcim::sim
