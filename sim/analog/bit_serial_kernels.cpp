// SPDX-License-Identifier: Apache-2.0
#include "sim/analog/bit_serial_kernels.h"

#include <algorithm>
#include <cstring>

#include "sim/analog/normal_quantile.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/analog/bit_serial_kernels.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h
#include <hwy/highway.h>

#if HWY_TARGET != HWY_SCALAR
#include "sim/analog/bit_serial_convert-inl.h"
#include "sim/analog/bit_serial_join-inl.h"
#include "sim/analog/bit_serial_noise-inl.h"
#include "sim/analog/bit_serial_tables-inl.h"
#endif

HWY_BEFORE_NAMESPACE();
namespace nvcim::sim::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Packed = BitSerialBlock::Packed;
using Buffers = BitSerialWorkspace::Buffers;

#if HWY_TARGET == HWY_SCALAR

// Machines without vectors of at least 128 bits, and GCC before 12.3 in place of Highway's emulation.
void chunk(const Packed& packed, const std::uint8_t* inputs, std::size_t input_stride, int vectors,
           const BatchReads& reads, double* sums, std::size_t sum_stride, Buffers&) {
  multiply_one_by_one(packed, inputs, input_stride, vectors, reads, sums, sum_stride);
}

#else

/// Whether all of a tile's arithmetic fits 16 bits, and the number that keeps its sums from going below 0.
struct NarrowPlan {
  bool possible = false;
  std::uint16_t bias = 0;
};
HWY_INLINE NarrowPlan plan_narrow(const Packed& packed, int tile) {
  if (packed.narrow_shift < 0) return {};
  const std::int32_t half = (1 << (packed.narrow_shift - 1)) - 1;
  std::int32_t highest = 0, lowest = 0;
  for (int lane = tile * kTile; lane < (tile + 1) * kTile; ++lane) {
    highest = std::max(highest, packed.positive[lane]);
    lowest = std::max(lowest, packed.negative[lane]);
  }
  const std::int32_t bias = std::max(lowest, half);
  if (highest + bias > 65535 || highest + half + 1 > 65535) return {};
  return {true, static_cast<std::uint16_t>(bias)};
}

/// One-bit phases, an error-free unipolar converter whose LSB is a power of two, and sums within 16 bits.
HWY_NOINLINE void narrow_tile(const Packed& packed, int tile, const NarrowPlan& plan, int group_rows, int vectors,
                              const std::uint8_t* indices, const std::uint16_t* tables, int register_stride,
                              std::int32_t* registers) {
  const int groups = (packed.rows + group_rows - 1) / group_rows;
  const int shift = packed.narrow_shift;
  const V16 bias = hn::Set(d16, plan.bias);
  const V16 lift = hn::Set(d16, static_cast<std::uint16_t>(plan.bias - ((1 << (shift - 1)) - 1)));
  const V16 one = hn::Set(d16, std::uint16_t{1});
  const V16 code_max = hn::Set(d16, static_cast<std::uint16_t>(std::min(packed.conversion.code_max, 65535)));
  // The upper half of this product is a shift to the right, in fewer operations than one by a variable.
  const V16 shifter = hn::Set(d16, static_cast<std::uint16_t>(1 << (16 - shift)));
  // From the highest bit of the codes down.
  const auto convert_and_add = [&](const V16* sum, V16* total) HWY_ATTR {
    for (int v = 0; v < kV16; ++v) {
      // Half to even without a branch: sum + half - 1, one more when the quotient is odd.
      const V16 lifted = hn::SaturatedSub(sum[v], lift);
      const V16 odd = hn::And(hn::MulHigh(lifted, shifter), one);
      const V16 code = hn::Min(hn::MulHigh(hn::Add(lifted, odd), shifter), code_max);
      total[v] = hn::Add(hn::Add(total[v], total[v]), code);
    }
  };
  for (int vector = 0; vector < vectors; ++vector) {
    V16 total[kV16];
    for (int v = 0; v < kV16; ++v) total[v] = hn::Zero(d16);
    const std::uint8_t* own = index_of(indices, 0, vector);
    int bit = packed.bits;
    for (; bit >= kAtOnce; bit -= kAtOnce) {
      V16 sums[kAtOnce][kV16];
      add_groups<kAtOnce>(own + bit - kAtOnce, tables, group_rows, groups, bias, sums);
      for (int b = kAtOnce - 1; b >= 0; --b) convert_and_add(sums[b], total);
    }
    constexpr int kHalf = std::max(kAtOnce / 2, 1);
    for (; bit >= kHalf; bit -= kHalf) {
      V16 sums[kHalf][kV16];
      add_groups<kHalf>(own + bit - kHalf, tables, group_rows, groups, bias, sums);
      for (int b = kHalf - 1; b >= 0; --b) convert_and_add(sums[b], total);
    }
    for (; bit > 0; --bit) {
      V16 sums[1][kV16];
      add_groups<1>(own + bit - 1, tables, group_rows, groups, bias, sums);
      convert_and_add(sums[0], total);
    }
    std::int32_t* out = registers + std::size_t(vector) * register_stride + tile * kTile;
    for (int v = 0; v < kV16; ++v) {
      hn::Store(hn::PromoteTo(d32, hn::LowerHalf(d16h, total[v])), d32, out + 2 * v * kLanes32);
      hn::Store(hn::PromoteTo(d32, hn::UpperHalf(d16h, total[v])), d32, out + (2 * v + 1) * kLanes32);
    }
  }
}

/// Groups whose 16-bit sums are exact together; then they are widened.
struct Run {
  int begin = 0, end = 0;
  std::uint16_t bias = 0;
};
HWY_INLINE int plan_runs(const Packed& packed, int tile, int group_rows, std::int32_t& bias_sum, Run* runs) {
  const std::int32_t* positive = packed.row_positive.data() + std::size_t(tile) * packed.rows;
  const std::int32_t* negative = packed.row_negative.data() + std::size_t(tile) * packed.rows;
  const int groups = (packed.rows + group_rows - 1) / group_rows;
  int count = 0;
  std::int32_t highest = 0, lowest = 0;
  bias_sum = 0;
  runs[0] = {};
  for (int group = 0; group < groups; ++group) {
    std::int32_t above = 0, below = 0;
    for (int row = group * group_rows; row < std::min((group + 1) * group_rows, packed.rows); ++row)
      above += positive[row], below += negative[row];
    if (highest + lowest + above + below > 65535) {
      bias_sum += lowest;
      runs[++count] = {group, group, 0};
      highest = lowest = 0;
    }
    highest += above, lowest += below;
    runs[count].end = group + 1;
    runs[count].bias = static_cast<std::uint16_t>(lowest);
  }
  bias_sum += lowest;
  return count + 1;
}

struct NoiseInputs {
  const BatchReads* reads;
  const TileDraws* draws;
  const float* sigma;              ///< [phases][kChunk], constant model
  const std::uint32_t* variances;  ///< proportional model
  std::uint64_t* words;
  float* deviates;
};

/// planes[b] = sums of kBits neighbouring bits of the codes, run by run.
template <int kBits>
HWY_INLINE void add_runs(const std::uint8_t* indices, const std::uint16_t* tables, int group_rows, const Run* runs,
                         int run_count, std::int32_t bias_sum, V32 (*HWY_RESTRICT planes)[kV32]) {
  for (int b = 0; b < kBits; ++b)
    for (int v = 0; v < kV32; ++v) planes[b][v] = hn::Set(d32, -bias_sum);
  for (int run = 0; run < run_count; ++run) {
    V16 part[kBits][kV16];
    add_groups<kBits>(indices + std::size_t(runs[run].begin) * kIndexStride,
                      tables + (std::size_t(runs[run].begin) << group_rows) * kTile, group_rows,
                      runs[run].end - runs[run].begin, hn::Set(d16, runs[run].bias), part);
    for (int b = 0; b < kBits; ++b)
      for (int v = 0; v < kV16; ++v) {
        planes[b][2 * v] = hn::Add(planes[b][2 * v], hn::PromoteTo(d32, hn::LowerHalf(d16h, part[b][v])));
        planes[b][2 * v + 1] = hn::Add(planes[b][2 * v + 1], hn::PromoteTo(d32, hn::UpperHalf(d16h, part[b][v])));
      }
  }
}

/// sigmas[b]: standard deviation of the columns' noise in the phase of each of kBits neighbouring bits.
template <int kBits>
HWY_INLINE void fill_sigmas(const Packed& packed, const NoiseInputs& inputs, const std::uint8_t* indices, int vector,
                            int bit, int group_rows, int groups, VF (*HWY_RESTRICT sigmas)[kV32]) {
  if (!inputs.variances) {
    for (int b = 0; b < kBits; ++b)
      for (int v = 0; v < kV32; ++v)
        sigmas[b][v] = hn::Set(df, inputs.sigma[(bit + b) / packed.dac_bits * kChunk + vector]);
    return;
  }
  // One-bit digits: a phase is a bit.
  V32 sum[kBits][kV32];
  for (int b = 0; b < kBits; ++b)
    for (int v = 0; v < kV32; ++v) sum[b][v] = hn::Zero(d32);
  const std::uint8_t* index = index_of(indices, 0, vector) + bit;
  const auto* table = reinterpret_cast<const std::int32_t*>(inputs.variances);
  for (int group = 0; group < groups; ++group, index += kIndexStride, table += std::size_t{kTile} << group_rows)
    for (int b = 0; b < kBits; ++b) {
      const std::int32_t* entry = table + std::size_t(index[b]) * kTile;
      for (int v = 0; v < kV32; ++v) sum[b][v] = hn::Add(sum[b][v], hn::Load(d32, entry + v * kLanes32));
    }
  const VF unit = hn::Set(df, packed.variance_unit);
  for (int b = 0; b < kBits; ++b)
    for (int v = 0; v < kV32; ++v) sigmas[b][v] = hn::Sqrt(hn::Mul(hn::ConvertTo(df, sum[b][v]), unit));
}

/// Any converter, noise and digit width with 32-bit sums and codes.
HWY_NOINLINE void wide_tile(const Packed& packed, int tile, int group_rows, int vectors, const std::uint8_t* indices,
                            const std::uint16_t* tables, const NoiseInputs& noise_inputs, int register_stride,
                            std::int32_t* registers) {
  const int groups = (packed.rows + group_rows - 1) / group_rows;
  Run runs[1025];
  std::int32_t bias_sum = 0;
  const int run_count = plan_runs(packed, tile, group_rows, bias_sum, runs);
  const float* gains = packed.gain.data() + tile * kTile;
  const float* offsets = packed.offset.data() + tile * kTile;
  // Vectors of the tile that hold any column; the rest stays 0 and unread.
  const int used = std::min(kV32, (packed.columns - tile * kTile + kLanes32 - 1) / kLanes32);
  for (int vector = 0; vector < vectors; ++vector) {
    V32 total[kV32];
    for (int v = 0; v < kV32; ++v) total[v] = hn::Zero(d32);
    if (packed.noisy) {
      noise_inputs.draws->fill(packed, noise_inputs.reads->positions[vector], noise_inputs.reads->samples[vector],
                               noise_inputs.words);
      look_up_normals(reinterpret_cast<const std::uint16_t*>(noise_inputs.words),
                      packed.phases * noise_inputs.draws->groups * 8, noise_inputs.deviates);
    }
    V32 sum[kV32];
    for (int v = 0; v < kV32; ++v) sum[v] = hn::Zero(d32);
    const auto add_plane = [&](const V32* plane, const VF* sigma, int bit) HWY_ATTR {
      const int phase = bit / packed.dac_bits, first_bit = phase * packed.dac_bits;
      for (int v = 0; v < kV32; ++v) sum[v] = hn::Add(sum[v], hn::ShiftLeftSame(plane[v], bit - first_bit));
      if (bit + 1 != packed.bits && bit + 1 != first_bit + packed.dac_bits) return;
      for (int v = 0; v < kV32; ++v) {
        if (v >= used) continue;  // a fixed bound keeps the sums in registers
        VF noise = hn::Zero(df);
        if (packed.noisy) {
          const TileDraws& draws = *noise_inputs.draws;
          const float* deviates = noise_inputs.deviates + phase * draws.groups * 8 + draws.first_word;
          noise = hn::Mul(hn::LoadU(df, deviates + v * kLanes32), sigma[v]);
        }
        const V32 code = convert(d32, packed.conversion, sum[v], noise, hn::Load(df, gains + v * kLanes32),
                                 hn::Load(df, offsets + v * kLanes32));
        total[v] = hn::Add(total[v], hn::ShiftLeftSame(code, first_bit));
        sum[v] = hn::Zero(d32);
      }
    };
    int bit = 0;
    const std::uint8_t* own = index_of(indices, 0, vector);
    constexpr int kTogether = std::min(kAtOnce, 4);  // 32-bit sums take two registers each
    for (; bit + kTogether <= packed.bits; bit += kTogether) {
      V32 planes[kTogether][kV32];
      add_runs<kTogether>(own + bit, tables, group_rows, runs, run_count, bias_sum, planes);
      VF sigmas[kTogether][kV32];
      if (packed.noisy) fill_sigmas<kTogether>(packed, noise_inputs, indices, vector, bit, group_rows, groups, sigmas);
      for (int b = 0; b < kTogether; ++b) add_plane(planes[b], sigmas[b], bit + b);
    }
    for (; bit < packed.bits; ++bit) {
      V32 planes[1][kV32];
      add_runs<1>(own + bit, tables, group_rows, runs, run_count, bias_sum, planes);
      VF sigmas[1][kV32];
      if (packed.noisy) fill_sigmas<1>(packed, noise_inputs, indices, vector, bit, group_rows, groups, sigmas);
      add_plane(planes[0], sigmas[0], bit);
    }
    std::int32_t* out = registers + std::size_t(vector) * register_stride + tile * kTile;
    for (int v = 0; v < kV32; ++v) hn::Store(total[v], d32, out + v * kLanes32);
  }
}

/// sigma[phase * kChunk + vector] of the constant model: all columns of a phase share it.
HWY_NOINLINE void fill_sigma(const Packed& packed, const std::uint8_t* inputs, std::size_t stride, int vectors,
                             float* sigma) {
  std::uint32_t squares[kChunk];
  const int mask = (1 << packed.dac_bits) - 1;
  for (int phase = 0; phase < packed.phases; ++phase) {
    std::fill(squares, squares + vectors, 0u);
    for (int row = 0; row < packed.rows; ++row) {
      const std::uint8_t* codes = inputs + row * stride;
      for (int vector = 0; vector < vectors; ++vector) {
        const std::uint32_t digit = static_cast<std::uint32_t>(codes[vector] >> (phase * packed.dac_bits) & mask);
        squares[vector] += digit * digit;
      }
    }
    for (int vector = 0; vector < vectors; vector += kLanes32) {
      const V32 count = hn::Load(d32, reinterpret_cast<const std::int32_t*>(squares) + vector);
      hn::Store(hn::Sqrt(hn::Mul(hn::ConvertTo(df, count), hn::Set(df, packed.variance_unit))), df,
                sigma + phase * kChunk + vector);
    }
  }
}

/// Finished output sums looked up by the rows that each phase drives; highest phase first.
HWY_NOINLINE void tabulated_chunk(const Packed& packed, const std::uint8_t* indices, int vectors, int groups,
                                  std::int32_t* joined) {
  const hn::CappedTag<std::int32_t, 8> d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const std::size_t outputs = static_cast<std::size_t>(packed.table_outputs);
  for (int vector = 0; vector < vectors; ++vector) {
    std::uint64_t lower = 0, upper = 0;
    std::memcpy(&lower, index_of(indices, 0, vector), sizeof lower);
    if (groups > 1) std::memcpy(&upper, index_of(indices, 1, vector), sizeof upper);
    for (int output = 0; output < packed.table_outputs; output += lanes) {
      const std::int32_t* table = packed.table.data() + output;
      auto sum = hn::Zero(d);
      for (int bit = packed.bits - 1; bit >= 0; --bit) {
        const std::size_t pattern = (lower >> (8 * bit) & 0xff) | (upper >> (8 * bit) & 0xff) << 8;
        sum = hn::Add(hn::Add(sum, sum), hn::Load(d, table + pattern * outputs));
      }
      hn::Store(sum, d, joined + std::size_t(vector) * outputs + output);
    }
  }
}

/// Rows per group for the least work: building 2^g entries against fewer, slower look-ups.
HWY_INLINE int choose_group(const Packed& packed, int vectors) {
  int best = 4;
  double least = 1e30;
  for (int rows = 3; rows <= 7; ++rows) {
    const int groups = (packed.rows + rows - 1) / rows;
    const double bytes = static_cast<double>(groups) * kTile * 2 * (1 << rows);
    const double load = bytes <= 40e3 ? 1.0 : bytes <= 160e3 ? 1.4 : 3.0;
    const double cost = groups * (1.5 * (1 << rows) + load * vectors * packed.bits);
    if (cost < least) least = cost, best = rows;
  }
  return best;
}

void chunk(const Packed& packed, const std::uint8_t* inputs, std::size_t input_stride, int vectors,
           const BatchReads& reads, double* sums, std::size_t sum_stride, Buffers& buffers) {
  const bool tabulated = packed.path == BitSerialBlock::Path::tabulated;
  const int group_rows = tabulated ? 8 : choose_group(packed, vectors);
  const int groups = (packed.rows + group_rows - 1) / group_rows;
  std::uint8_t* indices = buffers.indices.reserve(std::size_t(groups) * kIndexStride + HWY_MAX_BYTES);
  fill_indices(packed, inputs, input_stride, vectors, group_rows, indices);
  if (tabulated) {
    std::int32_t* joined = buffers.joined.reserve(std::size_t(kChunk) * packed.table_outputs);
    tabulated_chunk(packed, indices, vectors, groups, joined);
    add_joined(packed.outputs, vectors, joined, packed.table_outputs, sums, sum_stride);
    return;
  }

  const int register_stride = packed.lanes + kTile;  // joining may read past the last column
  std::int32_t* registers = buffers.registers.reserve(std::size_t(kChunk) * register_stride);
  std::uint16_t* tables = buffers.tables.reserve((std::size_t(groups) << group_rows) * kTile);
  NoiseInputs noise{&reads, nullptr, nullptr, nullptr, nullptr, nullptr};
  if (packed.noisy && packed.cells->read_variance.empty()) {
    float* sigma = buffers.sigma.reserve(std::size_t(packed.phases) * kChunk);
    fill_sigma(packed, inputs, input_stride, vectors, sigma);
    noise.sigma = sigma;
  }
  for (int tile = 0; tile < packed.tiles(); ++tile) {
    fill_tables(packed, tile, group_rows, tables);
    const NarrowPlan narrow = plan_narrow(packed, tile);
    if (narrow.possible) {
      narrow_tile(packed, tile, narrow, group_rows, vectors, indices, tables, register_stride, registers);
      continue;
    }
    if (!packed.noisy) {
      wide_tile(packed, tile, group_rows, vectors, indices, tables, noise, register_stride, registers);
      continue;
    }
    const TileDraws draws(packed, tile);
    noise.draws = &draws;
    noise.words = buffers.draws.reserve(draws.buffer_words());
    noise.deviates = buffers.deviates.reserve(draws.buffer_words() * 4);
    if (!packed.cells->read_variance.empty()) {
      std::uint32_t* variances = buffers.variances.reserve((std::size_t(groups) << group_rows) * kTile);
      fill_variances(packed, tile, group_rows, variances);
      noise.variances = variances;
    }
    wide_tile(packed, tile, group_rows, vectors, indices, tables, noise, register_stride, registers);
  }
  const int joined_stride = (packed.outputs + 15) / 16 * 16 + 16;
  std::int32_t* joined = buffers.joined.reserve(std::size_t(kChunk) * joined_stride);
  if (packed.by_plane)
    join_planes(packed, vectors, registers, register_stride, joined, joined_stride);
  else
    join_neighbours(packed, vectors, registers, register_stride, joined, joined_stride);
  add_joined(packed.outputs, vectors, joined, joined_stride, sums, sum_stride);
}

#endif  // HWY_TARGET

}  // namespace nvcim::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace nvcim::sim {

HWY_EXPORT(chunk);

void bit_serial_chunk(const BitSerialBlock::Packed& packed, const std::uint8_t* inputs, std::size_t input_stride,
                      int vectors, const BatchReads& reads, double* sums, std::size_t sum_stride,
                      BitSerialWorkspace::Buffers& buffers) {
  HWY_DYNAMIC_DISPATCH(chunk)(packed, inputs, input_stride, vectors, reads, sums, sum_stride, buffers);
}

}  // namespace nvcim::sim
#endif
