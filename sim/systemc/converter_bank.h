// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <systemc>
#include <vector>

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
  void begin(const StageFacts& stage, std::span<const int> blocks);
  /// Converts a phase of one of the blocks, in the blocks' order. @param noise  [columns] or null
  void convert(int index, int phase, const std::int32_t* sums, const float* noise);
  /// After all blocks of a phase that is held from `held` on. @return when its hold is free and its codes are added
  Cycle finish_phase(Cycle held);
  /// Of all phases. @return [outputs of the blocks]
  std::vector<std::int64_t> sums() const;

  std::pair<std::string, UnitTime> unit_time() const { return {unit_name_, time_}; }

 private:
  Context& context_;
  std::string unit_name_;
  const StageFacts* stage_ = nullptr;
  std::span<const int> blocks_;
  Cycle length_ = 0;  ///< of one phase
  Cycle free_at_ = 0;
  std::size_t column_ = 0;               ///< of the next block, within a phase
  std::vector<std::int64_t> registers_;  ///< [columns]
  std::vector<std::int32_t> codes_;
  UnitTime time_;
};

}  // namespace nvcim::sim
