// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "arch/philox_keys.h"
#include "sim/analog/aligned_buffer.h"
#include "sim/analog/bit_serial.h"

/// Inside of bit_serial.h: packed blocks and the vector kernels, chosen at run time for the machine.
namespace nvcim::sim {

inline constexpr int kTile = 32;    ///< columns worked on at a time: one cache line of 16-bit sums
inline constexpr int kChunk = 320;  ///< vectors worked on at a time
inline constexpr int kMaxBits = 8;
/// Bytes from one group's indices to the next: an odd number of cache lines, so groups spread over all sets of a cache.
inline constexpr int kIndexStride = kChunk * kMaxBits + 64;

struct BitSerialBlock::Packed {
  const mapping::ChipInstance* chip = nullptr;
  const mapping::Block* block = nullptr;
  const mapping::ProgrammedBlock* cells = nullptr;
  const mapping::WeightEncoding* encoding = nullptr;
  LayerConversion conversion;
  Path path = Path::look_up;
  int layer_outputs = 0;
  int dac_bits = 1, phases = 8, bits = 8;
  int rows = 0, columns = 0, outputs = 0, planes = 0;
  int lanes = 0;  ///< columns padded to whole tiles

  /// Without noise, columns are sorted by plane (column = plane * outputs + output), so planes join without shuffles;
  /// with noise they stay in physical order, which is the order of the draws.
  bool by_plane = true;
  AlignedBuffer<std::int16_t> codes;                     ///< [rows][lanes]
  AlignedBuffer<std::uint16_t> variance;                 ///< [rows][lanes], proportional read noise only
  AlignedBuffer<float> gain, offset;                     ///< [lanes]
  std::vector<std::int32_t> positive, negative;          ///< [lanes] sums of the codes of either sign, magnitudes
  std::vector<std::int32_t> row_positive, row_negative;  ///< [tiles][rows] largest magnitude of either sign
  int narrow_shift = -1;  ///< conversion in 16 bits: 1 / inverse_lsb = 2^shift; -1: not possible

  // Read noise
  bool noisy = false;
  float variance_unit = 0;
  PhiloxKeys noise_keys{};

  // Path::tabulated
  int table_outputs = 0;              ///< outputs padded to a vector
  AlignedBuffer<std::int32_t> table;  ///< [2^rows][table_outputs] joined code sums of one phase

  int tiles() const { return lanes / kTile; }
};

struct BitSerialWorkspace::Buffers {
  AlignedBuffer<std::uint8_t> indices;     ///< [groups][kIndexStride], of them [kChunk][kMaxBits]
  AlignedBuffer<std::uint16_t> tables;     ///< [groups][2^group][kTile]
  AlignedBuffer<std::uint32_t> variances;  ///< [groups][2^group][kTile]
  AlignedBuffer<std::int32_t> registers;   ///< [kChunk][lanes + a tile]
  AlignedBuffer<std::int32_t> joined;      ///< [kChunk][outputs]
  AlignedBuffer<float> sigma;              ///< [phases][kChunk], constant read noise
  AlignedBuffer<std::uint64_t> draws;      ///< 16-bit draws of a tile, all phases
  AlignedBuffer<float> deviates;           ///< their normal deviates
};

/// phase.h vector by vector: needs no bound and no vector unit.
void multiply_one_by_one(const BitSerialBlock::Packed& packed, const std::uint8_t* inputs, std::size_t input_stride,
                         int vectors, const BatchReads& reads, double* sums, std::size_t sum_stride);

/// Runs one chunk of at most kChunk vectors along Path::tabulated or Path::look_up.
void bit_serial_chunk(const BitSerialBlock::Packed& packed, const std::uint8_t* inputs, std::size_t input_stride,
                      int vectors, const BatchReads& reads, double* sums, std::size_t sum_stride,
                      BitSerialWorkspace::Buffers& buffers);

}  // namespace nvcim::sim
