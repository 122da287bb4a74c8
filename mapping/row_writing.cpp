// SPDX-License-Identifier: Apache-2.0
#include "mapping/row_writing.h"

#include <algorithm>

namespace nvcim::mapping {

RowWriting::RowWriting(const Architecture& architecture, const workloads::Network& network, const Plan& plan, int block,
                       const ChipDraws& draws, const device::WriteRules& rules, WrittenBlock& cells)
    : columns_(plan.blocks[block].columns),
      writing_(architecture, network, plan, block, draws),
      after_wait_(device::after_reverify_wait(architecture)),
      ageing_(after_wait_, network, plan, block, draws),
      writer_(rules,
              {draws.seed, draws.instance, draws.first_node + static_cast<std::uint32_t>(plan.blocks[block].node),
               static_cast<std::uint32_t>(plan.blocks[block].copy)}),
      cells_(cells),
      codes_(columns_),
      selected_(columns_),
      attempts_(columns_) {}

void RowWriting::write_once(int row) {
  writing_.load(row);
  const std::span<std::int16_t> codes(cells_.codes.data() + std::size_t(row) * columns_, std::size_t(columns_));
  writing_.write_once(codes);
  written_once(row);
}

void RowWriting::write_once(int row, std::span<const std::int16_t> codes) {
  std::copy_n(codes.begin(), columns_, cells_.codes.begin() + std::ptrdiff_t(row) * columns_);
  written_once(row);
}

void RowWriting::written_once(int row) {
  const std::size_t first = std::size_t(row) * columns_;
  if (cells_.state.empty()) return;
  std::fill_n(cells_.state.begin() + first, columns_, CellState::written);
  for (int column = 0; column < columns_; ++column) ++cells_.pulses[first + column];
}

device::RowWriter& RowWriting::start(int row, std::uint32_t round, const std::vector<std::uint8_t>& marked) {
  row_ = row;
  round_ = round;
  writing_.load(row);
  const std::size_t first = std::size_t(row) * columns_;
  std::copy_n(cells_.codes.begin() + first, columns_, codes_.begin());
  if (round > 0 && ageing_.moves())
    ageing_.age_row(row, codes_,
                    cells_.writing.empty() ? std::span<const std::uint8_t>()
                                           : std::span<const std::uint8_t>(cells_.writing).subspan(first, columns_),
                    codes_);
  std::copy_n(marked.begin() + first, columns_, selected_.begin());
  std::fill(attempts_.begin(), attempts_.end(), 0);
  writer_.start(writing_.verified_row(codes_, selected_, attempts_), round);
  return writer_;
}

void RowWriting::finish() {
  const std::size_t first = std::size_t(row_) * columns_;
  if (round_ > 0 && cells_.writing.empty()) cells_.writing.assign(cells_.codes.size(), 0);
  for (int column = 0; column < columns_; ++column) {
    if (selected_[column] == 0) continue;
    const std::size_t cell = first + column;
    // A cell that only relaxed goes on along its old path.
    if (round_ == 0 || attempts_[column] > 0) cells_.codes[cell] = codes_[column];
    if (round_ > 0 && attempts_[column] > 0) cells_.writing[cell] = static_cast<std::uint8_t>(round_);
    if (cells_.state.empty()) continue;
    cells_.pulses[cell] += attempts_[column];
    cells_.state[cell] = CellState::verified;
  }
  if (cells_.state.empty()) return;
  for (const std::uint16_t column : writer_.unconverged()) cells_.state[first + column] = CellState::unconverged;
  writer_.for_each_pending([&](std::uint16_t column) { cells_.state[first + column] = CellState::unfinished; });
}

}  // namespace nvcim::mapping
