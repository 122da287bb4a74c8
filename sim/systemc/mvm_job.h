// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace nvcim::sim {

/// What the cells and converters make of one MVM.
struct MvmValues {
  std::vector<std::int64_t> sums;  ///< [outputs of the blocks] code sums of all phases and planes
  std::uint64_t row_drives = 0;
  std::uint64_t cell_conduction = 0;
  std::uint64_t at_full_scale = 0;  ///< conversions that gave an outermost code
};

/// One MVM on its way through a crossbar: of one block, or of the blocks of several groups, which lie on the diagonal
/// and are driven together. Rows are those of all blocks, one block after the other.
struct MvmJob {
  std::span<const int> blocks;  ///< in Plan::blocks
  int stage = 0;
  std::uint64_t index = 0;          ///< position, counted over all samples
  std::vector<std::uint8_t> codes;  ///< [rows]

  enum class State : std::uint8_t { waiting, begun, done };
  std::atomic<State> state = State::waiting;  ///< of the values
  MvmValues values;
};
using MvmJobPtr = std::shared_ptr<MvmJob>;

}  // namespace nvcim::sim
