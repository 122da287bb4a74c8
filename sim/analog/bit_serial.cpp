// SPDX-License-Identifier: Apache-2.0
#include "sim/analog/bit_serial.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "arch/check.h"
#include "arch/random.h"
#include "sim/analog/bit_serial_kernels.h"

namespace nvcim::sim {
namespace {

using Packed = BitSerialBlock::Packed;

constexpr int kTabulatedRows = 10;

/// Largest magnitude a column's register can reach: every phase at the code farthest from 0.
std::int64_t register_bound(const Packed& packed) {
  const std::int64_t code = std::max<std::int64_t>(packed.conversion.code_max, -packed.conversion.code_min);
  std::int64_t weights = 0;
  for (int phase = 0; phase < packed.phases; ++phase) weights += std::int64_t{1} << (phase * packed.dac_bits);
  return code * weights;
}

std::int64_t output_bound(const Packed& packed) {
  std::int64_t factors = std::abs(packed.encoding->offset_factor);
  for (std::int64_t factor : packed.encoding->factor) factors += std::abs(factor);
  return register_bound(packed) * factors;
}

/// Which of the block's columns lies at a packed place.
int physical_column(const Packed& packed, int place) {
  const int cells = packed.outputs * packed.planes;
  if (!packed.by_plane || place >= cells) return place;
  return place % packed.outputs * packed.planes + place / packed.outputs;
}

void pack_columns(Packed& packed) {
  const mapping::ProgrammedBlock& cells = *packed.cells;
  packed.lanes = (packed.columns + kTile - 1) / kTile * kTile;
  packed.codes.reserve_zeroed(std::size_t(packed.rows) * packed.lanes);
  packed.gain.reserve_zeroed(packed.lanes);
  packed.offset.reserve_zeroed(packed.lanes);
  packed.positive.assign(packed.lanes, 0);
  packed.negative.assign(packed.lanes, 0);
  packed.row_positive.assign(std::size_t(packed.tiles()) * packed.rows, 0);
  packed.row_negative.assign(std::size_t(packed.tiles()) * packed.rows, 0);
  std::vector<int> source(packed.columns);
  for (int place = 0; place < packed.columns; ++place) source[place] = physical_column(packed, place);
  for (int place = 0; place < packed.columns; ++place) {
    packed.gain.data()[place] = cells.converters.gain[source[place]];
    packed.offset.data()[place] = cells.converters.offset[source[place]];
  }
  for (int row = 0; row < packed.rows; ++row) {
    const std::int16_t* from = &cells.codes[std::size_t(row) * packed.columns];
    std::int16_t* to = packed.codes.data() + std::size_t(row) * packed.lanes;
    for (int place = 0; place < packed.columns; ++place) to[place] = from[source[place]];
    for (int tile = 0; tile < packed.tiles(); ++tile) {
      std::int32_t highest = 0, lowest = 0;
      for (int place = tile * kTile; place < (tile + 1) * kTile; ++place) {
        const std::int32_t code = to[place];
        const std::int32_t above = std::max(code, 0), below = std::max(-code, 0);
        packed.positive[place] += above;
        packed.negative[place] += below;
        highest = std::max(highest, above);
        lowest = std::max(lowest, below);
      }
      packed.row_positive[std::size_t(tile) * packed.rows + row] = highest;
      packed.row_negative[std::size_t(tile) * packed.rows + row] = lowest;
    }
  }
  if (cells.read_variance.empty()) return;
  packed.variance.reserve_zeroed(std::size_t(packed.rows) * packed.lanes);
  for (int row = 0; row < packed.rows; ++row)
    std::copy_n(&cells.read_variance[std::size_t(row) * packed.columns], packed.columns,
                packed.variance.data() + std::size_t(row) * packed.lanes);
}

/// Finished output sums of one phase for every pattern of driven rows, through the reference functions.
void tabulate(Packed& packed) {
  packed.table_outputs = (packed.outputs + 7) / 8 * 8;
  const int patterns = 1 << packed.rows;
  packed.table.reserve_zeroed(std::size_t(patterns) * packed.table_outputs);
  std::vector<std::int32_t> sums(std::size_t(patterns) * packed.columns, 0), codes(packed.columns);
  std::vector<std::int64_t> registers(packed.columns), outputs(packed.outputs);
  for (int pattern = 0; pattern < patterns; ++pattern) {
    std::int32_t* own = &sums[std::size_t(pattern) * packed.columns];
    if (pattern != 0) {
      int top = packed.rows - 1;
      while (!(pattern >> top & 1)) --top;
      const std::int32_t* rest = &sums[std::size_t(pattern ^ 1 << top) * packed.columns];
      const std::int16_t* row = &packed.cells->codes[std::size_t(top) * packed.columns];
      for (int column = 0; column < packed.columns; ++column) own[column] = rest[column] + row[column];
    }
    convert_columns(packed.conversion, packed.cells->converters, own, nullptr, packed.columns, codes.data());
    std::copy(codes.begin(), codes.end(), registers.begin());
    combine_planes(*packed.encoding, registers.data(), packed.outputs, outputs.data());
    std::copy(outputs.begin(), outputs.end(), packed.table.data() + std::size_t(pattern) * packed.table_outputs);
  }
}

}  // namespace

void multiply_one_by_one(const Packed& packed, const std::uint8_t* inputs, std::size_t input_stride, int vectors,
                         const BatchReads& reads, double* sums, std::size_t sum_stride) {
  std::vector<std::uint8_t> codes(packed.rows), digits(packed.rows);
  std::vector<std::int32_t> column(packed.columns), converted(packed.columns);
  std::vector<float> noise(packed.columns);
  std::vector<std::int64_t> registers(packed.columns), outputs(packed.outputs);
  for (int vector = 0; vector < vectors; ++vector) {
    for (int row = 0; row < packed.rows; ++row) codes[row] = inputs[row * input_stride + vector];
    std::fill(registers.begin(), registers.end(), 0);
    for (int phase = 0; phase < packed.phases; ++phase) {
      input_digits(codes, phase, packed.dac_bits, digits.data());
      column_sums(*packed.block, *packed.cells, digits.data(), column.data());
      if (packed.noisy)
        read_noise(*packed.chip, *packed.block, *packed.cells, *packed.encoding, packed.layer_outputs, digits.data(),
                   {reads.positions[vector], static_cast<std::uint32_t>(phase), reads.samples[vector]}, packed.phases,
                   noise.data());
      convert_columns(packed.conversion, packed.cells->converters, column.data(), packed.noisy ? noise.data() : nullptr,
                      packed.columns, converted.data());
      shift_add(converted.data(), packed.columns, phase, packed.dac_bits, registers.data());
    }
    combine_planes(*packed.encoding, registers.data(), packed.outputs, outputs.data());
    for (int output = 0; output < packed.outputs; ++output)
      sums[output * sum_stride + vector] += static_cast<double>(outputs[output]);
  }
}

BitSerialWorkspace::BitSerialWorkspace() : buffers_(std::make_unique<Buffers>()) {}
BitSerialWorkspace::~BitSerialWorkspace() = default;
BitSerialWorkspace::BitSerialWorkspace(BitSerialWorkspace&&) noexcept = default;
BitSerialWorkspace& BitSerialWorkspace::operator=(BitSerialWorkspace&&) noexcept = default;

BitSerialBlock::~BitSerialBlock() = default;
BitSerialBlock::BitSerialBlock(BitSerialBlock&&) noexcept = default;
BitSerialBlock& BitSerialBlock::operator=(BitSerialBlock&&) noexcept = default;

BitSerialBlock::BitSerialBlock(const mapping::ChipInstance& chip, const mapping::Block& block,
                               const mapping::ProgrammedBlock& cells, const mapping::WeightEncoding& encoding,
                               int layer_outputs, const LayerConversion& conversion, int dac_bits, int input_bits)
    : packed_(std::make_unique<Packed>()) {
  NVCIM_CHECK(cells.codes.size() == std::size_t(block.rows) * block.columns, "{} codes for {} x {}", cells.codes.size(),
              block.rows, block.columns);
  NVCIM_CHECK(input_bits >= 1 && input_bits <= kMaxBits, "{} input bits", input_bits);
  Packed& packed = *packed_;
  packed.chip = &chip;
  packed.block = &block;
  packed.cells = &cells;
  packed.encoding = &encoding;
  packed.conversion = conversion;
  packed.layer_outputs = layer_outputs;
  packed.dac_bits = dac_bits;
  packed.phases = (input_bits + dac_bits - 1) / dac_bits;
  packed.bits = input_bits;
  packed.rows = block.rows;
  packed.columns = block.columns;
  packed.outputs = block.outputs;
  packed.planes = encoding.planes();
  packed.noisy = has_read_noise(cells);
  packed.by_plane = !packed.noisy;

  const bool many_bit_variance = dac_bits > 1 && !cells.read_variance.empty();
  const bool fits = !conversion.ideal && output_bound(packed) < (std::int64_t{1} << 31);
  if (!fits || many_bit_variance) {
    packed.path = Path::one_by_one;
    return;
  }
  if (packed.noisy) {
    packed.variance_unit = variance_unit(cells);
    packed.noise_keys = philox_keys(DrawStream(chip.seed, Purpose::read_noise, chip.instance,
                                               chip.first_node + static_cast<std::uint32_t>(block.node),
                                               static_cast<std::uint32_t>(block.copy))
                                        .key());
  } else if (dac_bits == 1 && packed.rows <= kTabulatedRows) {
    packed.path = Path::tabulated;
    tabulate(packed);
    return;
  }
  pack_columns(packed);
  int exponent = 0;
  const bool power_of_two = std::frexp(conversion.inverse_lsb, &exponent) == 0.5f;
  const int shift = 1 - exponent;
  if (power_of_two && shift >= 1 && shift <= 12 && dac_bits == 1 && !packed.noisy && !conversion.has_errors &&
      !conversion.wide && conversion.code_min == 0 && register_bound(packed) <= 65535)
    packed.narrow_shift = shift;
}

BitSerialBlock::Path BitSerialBlock::path() const {
  return packed_->path;
}

void BitSerialBlock::multiply(const std::uint8_t* inputs, std::size_t input_stride, int vectors,
                              const BatchReads& reads, double* sums, std::size_t sum_stride,
                              BitSerialWorkspace& workspace) const {
  NVCIM_CHECK(!packed_->noisy || (reads.positions && reads.samples), "noisy reads without addresses");
  if (packed_->path == Path::one_by_one) {
    multiply_one_by_one(*packed_, inputs, input_stride, vectors, reads, sums, sum_stride);
    return;
  }
  for (int begin = 0; begin < vectors; begin += kChunk) {
    BatchReads part = reads;
    if (part.positions) part.positions += begin, part.samples += begin;
    bit_serial_chunk(*packed_, inputs + begin, input_stride, std::min(kChunk, vectors - begin), part, sums + begin,
                     sum_stride, workspace.buffers());
  }
}

}  // namespace nvcim::sim
