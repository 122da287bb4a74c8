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
constexpr int kAtOnce = kV16 == 1 ? 4 : kV16 == 2 ? 2 : 1;

/// indices[(bit * groups + group) * kChunk + vector]: which rows of a group are driven by one bit of the codes.
HWY_NOINLINE void fill_indices(const Packed& packed, const std::uint8_t* inputs, std::size_t stride, int vectors,
                               int group_rows, std::uint8_t* indices) {
  const hn::ScalableTag<std::uint8_t> d8;
  const hn::Repartition<std::uint16_t, decltype(d8)> d8w;
  const int lanes = static_cast<int>(hn::Lanes(d8));
  const int groups = (packed.rows + group_rows - 1) / group_rows;
  for (int begin = 0; begin < vectors; begin += lanes)
    for (int group = 0; group < groups; ++group) {
      hn::Vec<decltype(d8)> index[kMaxBits];
      for (int bit = 0; bit < kMaxBits; ++bit) index[bit] = hn::Zero(d8);
      const int rows = std::min(group_rows, packed.rows - group * group_rows);
      for (int i = 0; i < rows; ++i) {
        const std::uint8_t* row = inputs + std::size_t(group * group_rows + i) * stride + begin;
        hn::Vec<decltype(d8)> codes;
        if (vectors - begin >= lanes) {
          codes = hn::LoadU(d8, row);
        } else {
          HWY_ALIGN std::uint8_t tail[HWY_MAX_BYTES] = {};
          std::memcpy(tail, row, static_cast<std::size_t>(vectors - begin));
          codes = hn::Load(d8, tail);
        }
        for (int bit = 0; bit < kMaxBits; ++bit) {
          // The one bit that is left stays inside its byte, so 16-bit shifts do.
          const auto one = hn::BitCast(d8w, hn::And(codes, hn::Set(d8, static_cast<std::uint8_t>(1 << bit))));
          const auto moved = i >= bit ? hn::ShiftLeftSame(one, i - bit) : hn::ShiftRightSame(one, bit - i);
          index[bit] = hn::Or(index[bit], hn::BitCast(d8, moved));
        }
      }
      for (int bit = 0; bit < packed.bits; ++bit)
        hn::StoreU(index[bit], d8, indices + std::size_t(bit * groups + group) * kChunk + begin);
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

/// sums[b] = bias + one entry of each group's table, for kBits neighbouring bits of the codes.
template <int kBits>
HWY_INLINE void add_groups(const std::uint8_t* indices, std::size_t bit_stride, const std::uint16_t* tables,
                           int group_rows, int groups, V16 bias, V16 (*HWY_RESTRICT sums)[kV16]) {
  V16 part[kBits][kV16];
  for (int b = 0; b < kBits; ++b)
    for (int v = 0; v < kV16; ++v) part[b][v] = bias;
  for (int group = 0; group < groups; ++group) {
    HWY_UNROLL(4)
    for (int b = 0; b < kBits; ++b) {
      const std::uint16_t* entry = tables + std::size_t(indices[b * bit_stride]) * kTile;
      for (int v = 0; v < kV16; ++v) part[b][v] = hn::Add(part[b][v], hn::Load(d16, entry + v * kLanes16));
    }
    indices += kChunk;
    tables += std::size_t{kTile} << group_rows;
  }
  for (int b = 0; b < kBits; ++b)
    for (int v = 0; v < kV16; ++v) sums[b][v] = part[b][v];
}

}  // namespace nvcim::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
