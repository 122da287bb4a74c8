// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "mapping/ageing.h"
#include "mapping/written_cells.h"

namespace nvcim::mapping {

/// Write-verify of the marked cells of one row of one block, in one round: what happens to the cells around
/// device::RowWriter. Round 0 follows the unverified write; a later one finds the cells relaxed for
/// /write_controller/reverify_wait, and only those it pulses count as written anew.
class RowWriting {
 public:
  /// @param rules  of the block's layer. References must outlive it; `cells` holds codes and history of the whole
  /// block.
  RowWriting(const Architecture& architecture, const workloads::Network& network, const Plan& plan, int block,
             const ChipDraws& draws, const device::WriteRules& rules, WrittenBlock& cells);

  /// One unverified write of the whole row.
  void write_once(int row);
  /// The same with the codes that it leaves at hand. @param codes [columns]
  void write_once(int row, std::span<const std::int16_t> codes);
  /// Takes the row up for write-verify.
  /// @param marked  [rows * columns of the block] 1: verify
  /// @return        the writer, to be stepped or drained
  device::RowWriter& start(int row, std::uint32_t round, const std::vector<std::uint8_t>& marked);
  /// Takes down what the writer left, done or stopped on the way.
  void finish();

  BlockWriting& block() { return writing_; }
  device::RowWriter& writer() { return writer_; }
  /// Pulses of the verified cells of the row in this round so far. [columns]
  const std::vector<std::uint32_t>& attempts() const { return attempts_; }
  /// Codes of the row as they are now, relaxed ones where a round began with them. [columns]
  const std::vector<std::int16_t>& codes() const { return codes_; }

 private:
  void written_once(int row);

  int columns_;
  BlockWriting writing_;
  DeviceParameters after_wait_;  ///< the device /write_controller/reverify_wait after a writing
  BlockAgeing ageing_;
  device::RowWriter writer_;
  WrittenBlock& cells_;
  int row_ = 0;
  std::uint32_t round_ = 0;
  std::vector<std::int16_t> codes_;
  std::vector<std::uint8_t> selected_;
  std::vector<std::uint32_t> attempts_;
};

}  // namespace nvcim::mapping
