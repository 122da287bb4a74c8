// SPDX-License-Identifier: Apache-2.0
#include "sim/analog/phase.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "arch/random.h"

namespace nvcim::sim {
namespace {

/// One conversion in the number type that holds the sum exactly.
template <class Real>
std::int32_t convert(const LayerConversion& conversion, float gain, float offset, std::int32_t sum, float noise) {
  Real x = (static_cast<Real>(sum) + static_cast<Real>(noise)) * static_cast<Real>(conversion.inverse_lsb);
  if (conversion.has_errors) {
    const Real full_scale = static_cast<Real>(std::max(conversion.code_max, 1));
    const Real t = std::clamp(x / full_scale, Real{0}, Real{1});
    const Real bow = static_cast<Real>(conversion.inl) * (Real{4} * t * (Real{1} - t));
    x = x * static_cast<Real>(gain) + static_cast<Real>(offset) + bow;
  }
  // Clamping first gives the same code, since both limits are integers, and keeps the result in range.
  const Real limited = std::clamp(x, static_cast<Real>(conversion.code_min), static_cast<Real>(conversion.code_max));
  return static_cast<std::int32_t>(std::nearbyint(limited));
}

template <class Real>
std::int32_t pass(std::int32_t sum, float noise) {
  return static_cast<std::int32_t>(std::nearbyint(static_cast<Real>(sum) + static_cast<Real>(noise)));
}

}  // namespace

void input_digits(std::span<const std::uint8_t> codes, int phase, int dac_bits, std::uint8_t* digits) {
  const int mask = (1 << dac_bits) - 1;
  for (std::size_t row = 0; row < codes.size(); ++row)
    digits[row] = static_cast<std::uint8_t>((codes[row] >> (phase * dac_bits)) & mask);
}

void column_sums(const mapping::Block& block, const mapping::ProgrammedBlock& cells, const std::uint8_t* digits,
                 std::int32_t* sums) {
  std::fill(sums, sums + block.columns, 0);
  for (int row = 0; row < block.rows; ++row) {
    const std::int32_t digit = digits[row];
    if (digit == 0) continue;
    const std::int16_t* codes = &cells.codes[std::size_t(row) * block.columns];
    for (int column = 0; column < block.columns; ++column) sums[column] += digit * codes[column];
  }
}

void read_noise(const mapping::ChipInstance& chip, const mapping::Block& block, const mapping::ProgrammedBlock& cells,
                const mapping::WeightEncoding& encoding, int layer_outputs, const std::uint8_t* digits,
                ReadAddress address, int phases, float* noise) {
  std::fill(noise, noise + block.columns, 0.0f);
  if (!has_read_noise(cells)) return;

  const bool proportional = !cells.read_variance.empty();
  std::vector<std::uint64_t> variance(block.columns, 0);
  for (int row = 0; row < block.rows; ++row) {
    const std::uint64_t square = std::uint64_t{digits[row]} * digits[row];
    if (square == 0) continue;
    const std::uint16_t* cell = proportional ? &cells.read_variance[std::size_t(row) * block.columns] : nullptr;
    for (int column = 0; column < block.columns; ++column) variance[column] += cell ? square * cell[column] : square;
  }

  const DrawStream stream(chip.seed, Purpose::read_noise, chip.instance, static_cast<std::uint32_t>(block.node),
                          static_cast<std::uint32_t>(block.copy));
  const std::uint32_t use = address.position * static_cast<std::uint32_t>(phases) + address.phase;
  const float* quantiles = normal_quantiles();
  const float unit = variance_unit(cells);
  std::uint32_t loaded = ~std::uint32_t{0};
  DrawStream::Block bits{};
  for (int column = 0; column < block.columns; ++column) {
    const std::uint32_t at = block.draw_column(column, encoding, layer_outputs);
    if (at / 8 != loaded) {
      loaded = at / 8;
      bits = stream.block(static_cast<std::uint32_t>(block.row_block), loaded, use, address.sample);
    }
    const std::uint32_t word = (bits[(at % 8) / 2] >> (16 * (at % 2))) & 0xffff;
    noise[column] = quantiles[word] * std::sqrt(static_cast<float>(variance[column]) * unit);
  }
}

void convert_columns(const LayerConversion& conversion, const mapping::ColumnConverters& converters,
                     const std::int32_t* sums, const float* noise, int columns, std::int32_t* codes) {
  for (int column = 0; column < columns; ++column) {
    const float deviation = noise ? noise[column] : 0.0f;
    if (conversion.ideal) {
      codes[column] = !noise            ? sums[column]
                      : conversion.wide ? pass<double>(sums[column], deviation)
                                        : pass<float>(sums[column], deviation);
      continue;
    }
    const float gain = conversion.has_errors ? converters.gain[column] : 1.0f;
    const float offset = conversion.has_errors ? converters.offset[column] : 0.0f;
    codes[column] = conversion.wide ? convert<double>(conversion, gain, offset, sums[column], deviation)
                                    : convert<float>(conversion, gain, offset, sums[column], deviation);
  }
}

void shift_add(const std::int32_t* codes, int columns, int phase, int dac_bits, std::int64_t* registers) {
  const std::int64_t weight = std::int64_t{1} << (phase * dac_bits);
  for (int column = 0; column < columns; ++column) registers[column] += codes[column] * weight;
}

void combine_planes(const mapping::WeightEncoding& encoding, const std::int64_t* registers, int outputs,
                    std::int64_t* sums) {
  const int planes = encoding.planes();
  const std::int64_t offset = encoding.has_offset_column() ? encoding.offset_factor * registers[outputs * planes] : 0;
  for (int output = 0; output < outputs; ++output) {
    sums[output] = offset;
    for (int plane = 0; plane < planes; ++plane)
      sums[output] += encoding.factor[plane] * registers[output * planes + plane];
  }
}

std::uint64_t row_conductance(const mapping::ChipInstance& chip, const mapping::Block& block,
                              const mapping::ProgrammedBlock& cells, int row) {
  std::uint64_t sum = 0;
  for (int column = 0; column < block.columns; ++column)
    sum += static_cast<std::uint64_t>(
        std::abs(int{cells.codes[std::size_t(row) * block.columns + column]} + chip.pedestal));
  return sum;
}

MvmActivity mvm_activity(const mapping::ChipInstance& chip, const mapping::Block& block,
                         const mapping::ProgrammedBlock& cells, std::span<const std::uint8_t> codes, int dac_bits) {
  const int mask = (1 << dac_bits) - 1;
  MvmActivity activity;
  for (int row = 0; row < block.rows; ++row) {
    std::uint64_t drives = 0, squares = 0;
    for (int rest = codes[row]; rest != 0; rest >>= dac_bits) {
      const int digit = rest & mask;
      drives += digit != 0;
      squares += static_cast<std::uint64_t>(digit * digit);
    }
    activity.row_drives += drives;
    if (squares != 0) activity.cell_conduction += squares * row_conductance(chip, block, cells, row);
  }
  return activity;
}

}  // namespace nvcim::sim
