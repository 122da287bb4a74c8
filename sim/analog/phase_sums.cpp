// SPDX-License-Identifier: Apache-2.0
#include "sim/analog/phase_sums.h"

#include <algorithm>
#include <array>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/analog/phase_sums.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace nvcim::sim::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// As many phases as fit into the registers with the codes, of all pairs of rows.
/// @param columns  stride of the cells and of the sums   @param at_once  4 or 8, not below the phases
template <int at_once>
void sum_phases(const std::int16_t* cells, int columns, const int* rows, int pairs, const std::int32_t* digits,
                int phases, [[maybe_unused]] std::span<const std::int16_t> soon, std::int32_t* sums) {
  int column = 0;
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR
  // A word holds the codes of two rows in one column, so that one instruction multiplies and adds both: columns of even
  // number in one vector, of odd number in another. Only x86 promises to add neighbours.
  const hn::ScalableTag<std::int32_t> d;
  const hn::Repartition<std::int16_t, decltype(d)> d16;
  const hn::Repartition<std::uint32_t, decltype(d)> du;
  const int lanes = static_cast<int>(hn::Lanes(d));
  constexpr std::size_t kFetched = 2 * 64 / sizeof(std::int16_t);
  const auto low_half = hn::Set(du, 0xffff);
  for (; column + 2 * lanes <= columns; column += 2 * lanes) {
    auto even0 = hn::Zero(d), even1 = even0, even2 = even0, even3 = even0;
    auto even4 = even0, even5 = even0, even6 = even0, even7 = even0;
    auto odd0 = even0, odd1 = even0, odd2 = even0, odd3 = even0;
    auto odd4 = even0, odd5 = even0, odd6 = even0, odd7 = even0, none = even0;
    for (int pair = 0; pair < pairs; ++pair) {
      // Two cache lines per turn: all of a block by the last column of one of its size.
      if (soon.size() > kFetched) {
        hwy::Prefetch(soon.data());
        hwy::Prefetch(soon.data() + kFetched / 2);
        soon = soon.subspan(kFetched);
      }
      const auto load = [&](int row) {
        return hn::BitCast(du, hn::LoadU(d16, cells + std::size_t(row) * columns + column));
      };
      const auto first = load(rows[2 * pair]), second = load(rows[2 * pair + 1]);
      const auto even = hn::BitCast(d16, hn::Or(hn::And(first, low_half), hn::ShiftLeft<16>(second)));
      const auto odd = hn::BitCast(d16, hn::Or(hn::ShiftRight<16>(first), hn::AndNot(low_half, second)));
      const std::int32_t* own = digits + std::size_t(pair) * at_once;
      const auto add = [&](int k, auto& to_even, auto& to_odd) {
        const auto digit = hn::BitCast(d16, hn::Set(d, own[k]));
        to_even = hn::ReorderWidenMulAccumulate(d, even, digit, to_even, none);
        to_odd = hn::ReorderWidenMulAccumulate(d, odd, digit, to_odd, none);
      };
      add(0, even0, odd0);
      add(1, even1, odd1);
      add(2, even2, odd2);
      add(3, even3, odd3);
      if constexpr (at_once > 4) {
        add(4, even4, odd4);
        add(5, even5, odd5);
        add(6, even6, odd6);
        add(7, even7, odd7);
      }
    }
    const auto store = [&](int k, auto even, auto odd) {
      if (k < phases) hn::StoreInterleaved2(even, odd, d, sums + std::size_t(k) * columns + column);
    };
    store(0, even0, odd0);
    store(1, even1, odd1);
    store(2, even2, odd2);
    store(3, even3, odd3);
    if constexpr (at_once > 4) {
      store(4, even4, odd4);
      store(5, even5, odd5);
      store(6, even6, odd6);
      store(7, even7, odd7);
    }
  }
#endif
  for (int k = 0; k < phases; ++k)
    for (int rest = column; rest < columns; ++rest) {
      std::int32_t sum = 0;
      for (int pair = 0; pair < pairs; ++pair) {
        const std::int32_t two = digits[std::size_t(pair) * at_once + k];
        sum += (two & 0xffff) * cells[std::size_t(rows[2 * pair]) * columns + rest] +
               (two >> 16) * cells[std::size_t(rows[2 * pair + 1]) * columns + rest];
      }
      sums[std::size_t(k) * columns + rest] = sum;
    }
}

void four_phases(const std::int16_t* cells, int columns, const int* rows, int pairs, const std::int32_t* digits,
                 int phases, std::span<const std::int16_t> soon, std::int32_t* sums) {
  sum_phases<4>(cells, columns, rows, pairs, digits, phases, soon, sums);
}
void eight_phases(const std::int16_t* cells, int columns, const int* rows, int pairs, const std::int32_t* digits,
                  int phases, std::span<const std::int16_t> soon, std::int32_t* sums) {
  sum_phases<8>(cells, columns, rows, pairs, digits, phases, soon, sums);
}

}  // namespace nvcim::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nvcim::sim {
namespace {

constexpr int kMostPhases = 8;

/// Digits of every code, [code][phases]: for each width of a digit.
using DigitTable = std::array<std::array<std::int32_t, kMostPhases>, 256>;
const DigitTable& digits_of(int dac_bits) {
  static const std::array<DigitTable, 8> tables = [] {
    std::array<DigitTable, 8> all{};
    for (int bits = 1; bits <= 8; ++bits)
      for (int code = 0; code < 256; ++code)
        for (int phase = 0; phase * bits < 8; ++phase)
          all[bits - 1][code][phase] = (code >> (phase * bits)) & ((1 << bits) - 1);
    return all;
  }();
  return tables[dac_bits - 1];
}

}  // namespace

HWY_EXPORT(four_phases);
HWY_EXPORT(eight_phases);

void PhaseSums::run(const mapping::Block& block, const mapping::ProgrammedBlock& cells,
                    std::span<const std::uint8_t> codes, int dac_bits, int phases, std::int32_t* sums,
                    std::span<const std::int16_t> soon) {
  rows_.clear();
  for (int row = 0; row < block.rows; ++row)
    if (codes[row] != 0) rows_.push_back(row);
  const bool last_alone = rows_.size() % 2 != 0;  // the last pair's second row then counts with digit 0
  if (last_alone) rows_.push_back(rows_.back());
  const int pairs = static_cast<int>(rows_.size() / 2), stride = phases > 4 ? kMostPhases : 4;
  const DigitTable& table = digits_of(dac_bits);
  digits_.resize(std::size_t(pairs) * stride);
  for (int pair = 0; pair < pairs; ++pair) {
    const auto& first = table[codes[rows_[2 * pair]]];
    const auto& second = table[last_alone && pair + 1 == pairs ? 0 : codes[rows_[2 * pair + 1]]];
    std::int32_t* own = &digits_[std::size_t(pair) * stride];
    for (int phase = 0; phase < stride; ++phase) own[phase] = first[phase] | second[phase] << 16;
  }
  if (stride == kMostPhases) HWY_DYNAMIC_DISPATCH(eight_phases)
  (cells.codes.data(), block.columns, rows_.data(), pairs, digits_.data(), phases, soon, sums);
  else HWY_DYNAMIC_DISPATCH(four_phases)(cells.codes.data(), block.columns, rows_.data(), pairs, digits_.data(), phases,
                                         soon, sums);
}

}  // namespace nvcim::sim
#endif
