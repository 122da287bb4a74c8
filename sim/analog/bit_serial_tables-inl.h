// SPDX-License-Identifier: Apache-2.0
// Compiled once per instruction set: no include guard but Highway's.
#if defined(NVCIM_SIM_ANALOG_BIT_SERIAL_TABLES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NVCIM_SIM_ANALOG_BIT_SERIAL_TABLES_INL_H_
#undef NVCIM_SIM_ANALOG_BIT_SERIAL_TABLES_INL_H_
#else
#define NVCIM_SIM_ANALOG_BIT_SERIAL_TABLES_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "sim/analog/bit_serial_kernels.h"

HWY_BEFORE_NAMESPACE();
namespace nvcim::sim::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Packed = BitSerialBlock::Packed;

const hn::CappedTag<std::uint16_t, kTile> d16;
const hn::Half<decltype(d16)> d16h;
const hn::Rebind<std::int32_t, decltype(d16h)> d32;
const hn::RebindToFloat<decltype(d32)> df;
using V16 = hn::Vec<decltype(d16)>;
using V32 = hn::Vec<decltype(d32)>;
using VF = hn::Vec<decltype(df)>;
constexpr int kLanes16 = static_cast<int>(hn::MaxLanes(d16));
constexpr int kLanes32 = kLanes16 / 2;
constexpr int kV16 = kTile / kLanes16;  // vectors of a tile
constexpr int kV32 = 2 * kV16;
// Bits of the codes summed side by side: as many as the registers hold.
constexpr int kAtOnce = kV16 == 1 ? 8 : kV16 == 2 ? 2 : 1;

/// index_of(indices, group, vector)[bit]: which rows of a group are driven by one bit of a vector's codes. The bits of
/// one vector lie side by side, so that one load brings them all and few cache lines are in use at a time.
HWY_INLINE const std::uint8_t* index_of(const std::uint8_t* indices, int group, int vector) {
  return indices + std::size_t(group) * kIndexStride + std::size_t(vector) * kMaxBits;
}

/// Byte i of each 64-bit lane holds the code of row i; afterwards byte b holds bit b of every row's code.
template <class D64, class V64 = hn::Vec<D64>>
HWY_INLINE V64 transpose_bits(D64 d64, V64 x) {
  V64 swap = hn::And(hn::Xor(x, hn::ShiftRight<7>(x)), hn::Set(d64, 0x00AA00AA00AA00AAull));
  x = hn::Xor(x, hn::Xor(swap, hn::ShiftLeft<7>(swap)));
  swap = hn::And(hn::Xor(x, hn::ShiftRight<14>(x)), hn::Set(d64, 0x0000CCCC0000CCCCull));
  x = hn::Xor(x, hn::Xor(swap, hn::ShiftLeft<14>(swap)));
  swap = hn::And(hn::Xor(x, hn::ShiftRight<28>(x)), hn::Set(d64, 0x00000000F0F0F0F0ull));
  return hn::Xor(x, hn::Xor(swap, hn::ShiftLeft<28>(swap)));
}

/// Fills what index_of reads.
HWY_NOINLINE void fill_indices(const Packed& packed, const std::uint8_t* inputs, std::size_t stride, int vectors,
                               int group_rows, std::uint8_t* indices) {
  // Within 128 bits interleaving keeps the order of the vectors.
  const hn::CappedTag<std::uint8_t, 16> d8;
  const hn::Repartition<std::uint16_t, decltype(d8)> d8x2;
  const hn::Repartition<std::uint32_t, decltype(d8)> d8x4;
  const hn::ScalableTag<std::uint64_t> d64;
  using V8 = hn::Vec<decltype(d8)>;
  const int lanes = static_cast<int>(hn::Lanes(d8));
  const int groups = (packed.rows + group_rows - 1) / group_rows;
  for (int group = 0; group < groups; ++group) {
    const std::uint8_t* first = inputs + std::size_t(group * group_rows) * stride;
    const int rows = std::min(group_rows, packed.rows - group * group_rows);
    std::uint8_t* out = indices + std::size_t(group) * kIndexStride;
    for (int begin = 0; begin < vectors; begin += lanes) {
      V8 codes[kMaxBits];
      for (int i = 0; i < kMaxBits; ++i) {
        codes[i] = hn::Zero(d8);
        if (i >= rows) continue;
        if (vectors - begin >= lanes) {
          codes[i] = hn::LoadU(d8, first + i * stride + begin);
        } else {
          HWY_ALIGN std::uint8_t tail[16] = {};
          std::memcpy(tail, first + i * stride + begin, static_cast<std::size_t>(vectors - begin));
          codes[i] = hn::Load(d8, tail);
        }
      }
      const auto join = [&](V8 a, V8 b, V8 c, V8 d, V8(&low_and_high)[4]) HWY_ATTR {
        const auto ab_low = hn::BitCast(d8x2, hn::InterleaveLower(d8, a, b));
        const auto ab_high = hn::BitCast(d8x2, hn::InterleaveUpper(d8, a, b));
        const auto cd_low = hn::BitCast(d8x2, hn::InterleaveLower(d8, c, d));
        const auto cd_high = hn::BitCast(d8x2, hn::InterleaveUpper(d8, c, d));
        low_and_high[0] = hn::BitCast(d8, hn::InterleaveLower(d8x2, ab_low, cd_low));
        low_and_high[1] = hn::BitCast(d8, hn::InterleaveUpper(d8x2, ab_low, cd_low));
        low_and_high[2] = hn::BitCast(d8, hn::InterleaveLower(d8x2, ab_high, cd_high));
        low_and_high[3] = hn::BitCast(d8, hn::InterleaveUpper(d8x2, ab_high, cd_high));
      };
      V8 lower_rows[4], upper_rows[4];
      join(codes[0], codes[1], codes[2], codes[3], lower_rows);
      join(codes[4], codes[5], codes[6], codes[7], upper_rows);
      std::uint8_t* own = out + std::size_t(begin) * kMaxBits;
      for (int quarter = 0; quarter < 4; ++quarter) {
        const auto lower = hn::BitCast(d8x4, lower_rows[quarter]), upper = hn::BitCast(d8x4, upper_rows[quarter]);
        hn::StoreU(hn::BitCast(d8, hn::InterleaveLower(d8x4, lower, upper)), d8, own + (2 * quarter) * lanes);
        hn::StoreU(hn::BitCast(d8, hn::InterleaveUpper(d8x4, lower, upper)), d8, own + (2 * quarter + 1) * lanes);
      }
    }
    auto* words = reinterpret_cast<std::uint64_t*>(out);
    for (int vector = 0; vector < vectors; vector += static_cast<int>(hn::Lanes(d64)))
      hn::StoreU(transpose_bits(d64, hn::LoadU(d64, words + vector)), d64, words + vector);
  }
}

/// tables[(group << group_rows | index) * kTile + lane] = sum of the driven rows' codes, modulo 2^16.
HWY_NOINLINE void fill_tables(const Packed& packed, int tile, int group_rows, std::uint16_t* tables) {
  const int groups = (packed.rows + group_rows - 1) / group_rows;
  for (int group = 0; group < groups; ++group) {
    std::uint16_t* table = tables + (std::size_t(group) << group_rows) * kTile;
    for (int v = 0; v < kV16; ++v) hn::Store(hn::Zero(d16), d16, table + v * kLanes16);
    const int rows = std::min(group_rows, packed.rows - group * group_rows);
    for (int i = 0; i < rows; ++i) {
      const std::int16_t* codes =
          packed.codes.data() + std::size_t(group * group_rows + i) * packed.lanes + tile * kTile;
      V16 row[kV16];
      for (int v = 0; v < kV16; ++v)
        row[v] = hn::Load(d16, reinterpret_cast<const std::uint16_t*>(codes) + v * kLanes16);
      const int half = 1 << i;
      for (int entry = 0; entry < half; ++entry)
        for (int v = 0; v < kV16; ++v)
          hn::Store(hn::Add(hn::Load(d16, table + entry * kTile + v * kLanes16), row[v]), d16,
                    table + (half + entry) * kTile + v * kLanes16);
    }
  }
}

HWY_NOINLINE void fill_variances(const Packed& packed, int tile, int group_rows, std::uint32_t* tables) {
  const int groups = (packed.rows + group_rows - 1) / group_rows;
  for (int group = 0; group < groups; ++group) {
    std::uint32_t* table = tables + (std::size_t(group) << group_rows) * kTile;
    std::fill(table, table + kTile, 0u);
    const int rows = std::min(group_rows, packed.rows - group * group_rows);
    for (int i = 0; i < rows; ++i) {
      const std::uint16_t* row =
          packed.variance.data() + std::size_t(group * group_rows + i) * packed.lanes + tile * kTile;
      for (int entry = 0; entry < 1 << i; ++entry)
        for (int lane = 0; lane < kTile; ++lane)
          table[((1 << i) + entry) * kTile + lane] = table[entry * kTile + lane] + row[lane];
    }
  }
}

/// Without it GCC gives a sum another register in every turn of a loop, and copies it back.
HWY_INLINE void keep_in_place(V16& sum) {
#if HWY_ARCH_X86 && HWY_COMPILER_GCC
  asm("" : "+v"(sum.raw));
#else
  (void)sum;
#endif
}

constexpr int kEntryShift = std::countr_zero(kTile * sizeof(std::uint16_t));

/// sums[b] = bias + one entry of each group's table, for kBits neighbouring bits of the codes.
/// @param indices  index_of the first group, its first bit
template <int kBits>
HWY_INLINE void add_groups(const std::uint8_t* indices, const std::uint16_t* tables, int group_rows, int groups,
                           V16 bias, V16 (*HWY_RESTRICT sums)[kV16]) {
  V16 part[kBits][kV16];
  for (int b = 0; b < kBits; ++b)
    for (int v = 0; v < kV16; ++v) part[b][v] = bias;
  const std::size_t table_size = std::size_t{kTile} << group_rows;
  for (int group = 0; group < groups; ++group) {
    std::uint64_t all = 0;
    std::memcpy(&all, indices, kBits);
    HWY_UNROLL(8)
    for (int b = 0; b < kBits; ++b) {
      // The bit's byte times the size of an entry: one rotation and one mask.
      const std::uint64_t place = std::rotr(all, 8 * b - kEntryShift) & (std::uint64_t{0xff} << kEntryShift);
      const auto* entry = reinterpret_cast<const std::uint16_t*>(reinterpret_cast<const char*>(tables) + place);
      for (int v = 0; v < kV16; ++v) {
        part[b][v] = hn::Add(part[b][v], hn::Load(d16, entry + v * kLanes16));
        keep_in_place(part[b][v]);
      }
    }
    indices += kIndexStride;
    tables += table_size;
  }
  for (int b = 0; b < kBits; ++b)
    for (int v = 0; v < kV16; ++v) sums[b][v] = part[b][v];
}

}  // namespace nvcim::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
