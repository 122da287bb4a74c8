// SPDX-License-Identifier: Apache-2.0
#include "sim/analog/phase_sums.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/analog/phase_sums.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nvcim::sim::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Four phases from `phase` on, of all pairs of rows. @param columns  stride of the cells and of the sums
void four_phases(const std::int16_t* cells, int columns, const int* rows, int pairs, const std::int32_t* digits,
                 int digit_stride, int phase, int phases, std::int32_t* sums) {
  int column = 0;
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR
  // A word holds the codes of two rows in one column, so that one instruction multiplies and adds both: columns of even
  // number in one vector, of odd number in another. Only x86 promises to add neighbours.
  const hn::ScalableTag<std::int32_t> d;
  const hn::Repartition<std::int16_t, decltype(d)> d16;
  const hn::Repartition<std::uint32_t, decltype(d)> du;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const auto low_half = hn::Set(du, 0xffff);
  for (; column + 2 * lanes <= columns; column += 2 * lanes) {
    auto even0 = hn::Zero(d), even1 = even0, even2 = even0, even3 = even0;
    auto odd0 = even0, odd1 = even0, odd2 = even0, odd3 = even0, none = even0;
    for (int pair = 0; pair < pairs; ++pair) {
      const auto load = [&](int row) {
        return hn::BitCast(du, hn::LoadU(d16, cells + std::size_t(row) * columns + column));
      };
      const auto first = load(rows[2 * pair]), second = load(rows[2 * pair + 1]);
      const auto even = hn::BitCast(d16, hn::Or(hn::And(first, low_half), hn::ShiftLeft<16>(second)));
      const auto odd = hn::BitCast(d16, hn::Or(hn::ShiftRight<16>(first), hn::AndNot(low_half, second)));
      const std::int32_t* own = digits + std::size_t(pair) * digit_stride + phase;
      const auto add = [&](int k, auto& to_even, auto& to_odd) {
        const auto digit = hn::BitCast(d16, hn::Set(d, own[k]));
        to_even = hn::ReorderWidenMulAccumulate(d, even, digit, to_even, none);
        to_odd = hn::ReorderWidenMulAccumulate(d, odd, digit, to_odd, none);
      };
      add(0, even0, odd0);
      add(1, even1, odd1);
      add(2, even2, odd2);
      add(3, even3, odd3);
    }
    const auto store = [&](int k, auto even, auto odd) {
      if (phase + k < phases) hn::StoreInterleaved2(even, odd, d, sums + std::size_t(phase + k) * columns + column);
    };
    store(0, even0, odd0);
    store(1, even1, odd1);
    store(2, even2, odd2);
    store(3, even3, odd3);
  }
#endif
  for (int k = phase; k < std::min(phase + 4, phases); ++k)
    for (int rest = column; rest < columns; ++rest) {
      std::int32_t sum = 0;
      for (int pair = 0; pair < pairs; ++pair) {
        const std::int32_t two = digits[std::size_t(pair) * digit_stride + k];
        sum += (two & 0xffff) * cells[std::size_t(rows[2 * pair]) * columns + rest] +
               (two >> 16) * cells[std::size_t(rows[2 * pair + 1]) * columns + rest];
      }
      sums[std::size_t(k) * columns + rest] = sum;
    }
}

}  // namespace nvcim::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nvcim::sim {

HWY_EXPORT(four_phases);

void PhaseSums::run(const mapping::Block& block, const mapping::ProgrammedBlock& cells,
                    std::span<const std::uint8_t> codes, int dac_bits, int phases, std::int32_t* sums) {
  rows_.clear();
  for (int row = 0; row < block.rows; ++row)
    if (codes[row] != 0) rows_.push_back(row);
  const bool last_alone = rows_.size() % 2 != 0;  // the last pair's second row then counts with digit 0
  if (last_alone) rows_.push_back(rows_.back());
  const int pairs = static_cast<int>(rows_.size() / 2), stride = (phases + 3) / 4 * 4;
  const int mask = (1 << dac_bits) - 1;
  digits_.assign(std::size_t(pairs) * stride, 0);
  for (int pair = 0; pair < pairs; ++pair) {
    const int first = codes[rows_[2 * pair]];
    const int second = last_alone && pair + 1 == pairs ? 0 : codes[rows_[2 * pair + 1]];
    for (int phase = 0; phase < phases; ++phase)
      digits_[std::size_t(pair) * stride + phase] =
          ((first >> (phase * dac_bits)) & mask) | ((second >> (phase * dac_bits)) & mask) << 16;
  }
  for (int phase = 0; phase < phases; phase += 4)
    HWY_DYNAMIC_DISPATCH(four_phases)
  (cells.codes.data(), block.columns, rows_.data(), pairs, digits_.data(), stride, phase, phases, sums);
}

}  // namespace nvcim::sim
#endif
