// SPDX-License-Identifier: Apache-2.0
// Compiled once per instruction set: no include guard but Highway's.
#if defined(NVCIM_SIM_ANALOG_BIT_SERIAL_NOISE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NVCIM_SIM_ANALOG_BIT_SERIAL_NOISE_INL_H_
#undef NVCIM_SIM_ANALOG_BIT_SERIAL_NOISE_INL_H_
#else
#define NVCIM_SIM_ANALOG_BIT_SERIAL_NOISE_INL_H_
#endif

#include <hwy/highway.h>

#include "arch/philox-inl.h"
#include "sim/analog/bit_serial_kernels.h"

HWY_BEFORE_NAMESPACE();
namespace nvcim::sim::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Addresses of the draws that one tile of columns takes, phase by phase.
struct TileDraws {
  int groups = 0;                       ///< draws per phase: 8 columns each
  int first_word = 0;                   ///< place of the tile's first column among the 16-bit words of a phase
  int offset_from = -1, offset_to = 0;  ///< the offset column's word is copied to where its column is expected
  std::vector<std::uint64_t> column_group, phase;  ///< [groups * phases, padded] counters of each lane

  TileDraws(const BitSerialBlock::Packed& packed, int tile) {
    const int begin = tile * kTile, end = std::min(begin + kTile, packed.columns);
    const int cells = packed.outputs * packed.planes;
    const auto at = [&](int column) {
      return packed.block->draw_column(column, *packed.encoding, packed.layer_outputs);
    };
    std::vector<std::uint32_t> wanted;
    if (begin < cells) {
      const std::uint32_t first = at(begin), last = at(std::min(end, cells) - 1);
      first_word = static_cast<int>(first % 8);
      for (std::uint32_t group = first / 8; group <= last / 8; ++group) wanted.push_back(group);
    }
    if (end > cells) {  // the block ends with an offset column, addressed apart
      const std::uint32_t offset = at(cells);
      offset_from = static_cast<int>(wanted.size() * 8 + offset % 8);
      offset_to = first_word + cells - begin;
      wanted.push_back(offset / 8);
    }
    groups = static_cast<int>(wanted.size());
    for (int p = 0; p < packed.phases; ++p)
      for (std::uint32_t group : wanted) {
        column_group.push_back(group);
        phase.push_back(static_cast<std::uint64_t>(p));
      }
    while (column_group.size() % 8 != 0) {
      column_group.push_back(0);
      phase.push_back(0);
    }
  }
  /// 64-bit words of buffer that fill() needs.
  std::size_t buffer_words() const { return 2 * column_group.size() + 2 * kTile; }

  /// Draws of all phases of one vector; word first_word + column of phase p begins at draws + p * groups * 8.
  HWY_INLINE void fill(const BitSerialBlock::Packed& packed, std::uint32_t position, std::uint32_t sample,
                       std::uint64_t* draws) const {
    const hn::CappedTag<std::uint64_t, 8> d64;
    const auto row = hn::Set(d64, static_cast<std::uint64_t>(packed.block->row_block));
    const auto use = hn::Set(d64, std::uint64_t{position} * static_cast<std::uint64_t>(packed.phases));
    const auto sample_word = hn::Set(d64, std::uint64_t{sample});
    for (std::size_t lane = 0; lane < column_group.size(); lane += hn::Lanes(d64)) {
      const auto column = hn::LoadU(d64, &column_group[lane]);
      const auto read = hn::Add(use, hn::LoadU(d64, &phase[lane]));
      hn::Vec<decltype(d64)> low, high;
      nvcim::HWY_NAMESPACE::philox(d64, row, column, read, sample_word, packed.noise_keys, low, high);
      hn::StoreInterleaved2(low, high, d64, draws + 2 * lane);
    }
    if (offset_from < 0) return;
    std::uint16_t* words = reinterpret_cast<std::uint16_t*>(draws);
    for (int p = 0; p < packed.phases; ++p) words[p * groups * 8 + offset_to] = words[p * groups * 8 + offset_from];
  }
};

}  // namespace nvcim::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
