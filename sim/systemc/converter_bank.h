// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <utility>

#include "sim/kernel/unit_time.h"
#include "sim/systemc/machine_constants.h"

namespace nvcim::sim {

/// Back stage of a crossbar: column multiplexer, ADCs, shift-add. Converts one held phase at a time, all ADCs in
/// parallel, each working through its columns in turn. Nothing but its crossbar reaches it, and it holds nothing up
/// that the crossbar does not know of: its times follow when the crossbar starts an MVM, so it is a part of that module
/// and none of its own.
class ConverterBank {
 public:
  /// @param constants  must outlive it   @param unit_name  in reports
  ConverterBank(const MachineConstants& constants, std::string unit_name);

  /// An MVM of these blocks begins; their columns lie side by side.
  void begin(std::span<const int> blocks);
  /// Converts a phase that is held from `held` on. @return when its hold is free and its codes are added
  Cycle finish_phase(Cycle held);

  std::pair<std::string, UnitTime> unit_time() const { return {unit_name_, time_}; }

 private:
  const MachineConstants& constants_;
  std::string unit_name_;
  Cycle length_ = 0;  ///< of one phase
  Cycle free_at_ = 0;
  UnitTime time_;
};

}  // namespace nvcim::sim
