// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <systemc>

#include "sim/systemc/clocked.h"
#include "sim/systemc/machine_context.h"

namespace nvcim::sim {

/// Back stage of a crossbar: column multiplexer, ADCs, shift-add. Converts one held phase at a time, all ADCs in
/// parallel, each working through its columns in turn. Nothing but its crossbar reaches it, and it holds nothing up
/// that the crossbar does not know of: its times follow when the crossbar starts an MVM, so it has no process of its
/// own.
class ConverterBank : public sc_core::sc_module {
 public:
  ConverterBank(Context& context, const std::string& unit_name);

  /// An MVM of these blocks begins; their columns lie side by side.
  void begin(std::span<const int> blocks);
  /// Converts a phase that is held from `held` on. @return when its hold is free and its codes are added
  Cycle finish_phase(Cycle held);

  std::pair<std::string, UnitTime> unit_time() const { return {unit_name_, time_}; }

 private:
  Context& context_;
  std::string unit_name_;
  Cycle length_ = 0;  ///< of one phase
  Cycle free_at_ = 0;
  UnitTime time_;
};

}  // namespace nvcim::sim
