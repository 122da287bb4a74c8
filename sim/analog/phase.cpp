// SPDX-License-Identifier: Apache-2.0
#include "sim/analog/phase.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <type_traits>
#include <vector>

#include "arch/random.h"

namespace nvcim::sim {
namespace {

/// Every column in the number type that holds the sums exactly. Written so that the compiler can vectorise it.
template <class Real, bool has_errors>
void convert(const LayerConversion& conversion, const mapping::ColumnConverters& converters, const std::int32_t* sums,
             const float* noise, int columns, std::int32_t* codes) {
  // Adding and taking away 1.5·2^(digits-1) rounds to the nearest integer, ties to even; codes are far below its range.
  constexpr Real kRounder = std::is_same_v<Real, float> ? Real{12582912} : Real{6755399441055744};
  const Real inverse_lsb = static_cast<Real>(conversion.inverse_lsb);
  const Real full_scale = static_cast<Real>(std::max(conversion.code_max, 1));
  const Real inl = static_cast<Real>(conversion.inl);
  const Real low = static_cast<Real>(conversion.code_min), high = static_cast<Real>(conversion.code_max);
  for (int column = 0; column < columns; ++column) {
    Real x = (static_cast<Real>(sums[column]) + static_cast<Real>(noise ? noise[column] : 0.0f)) * inverse_lsb;
    if constexpr (has_errors) {
      const Real t = std::min(std::max(x / full_scale, Real{0}), Real{1});
      const Real bow = inl * (Real{4} * t * (Real{1} - t));
      x = x * static_cast<Real>(converters.gain[column]) + static_cast<Real>(converters.offset[column]) + bow;
    }
    // Clamping first gives the same code, since both limits are integers, and keeps the result in range.
    const Real limited = std::min(std::max(x, low), high);
    codes[column] = static_cast<std::int32_t>((limited + kRounder) - kRounder);
  }
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

  const DrawStream stream(chip.seed, Purpose::read_noise, chip.instance,
                          chip.first_node + static_cast<std::uint32_t>(block.node),
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
  if (conversion.ideal) {
    for (int column = 0; column < columns; ++column)
      codes[column] = !noise            ? sums[column]
                      : conversion.wide ? pass<double>(sums[column], noise[column])
                                        : pass<float>(sums[column], noise[column]);
    return;
  }
  const auto all = conversion.wide ? (conversion.has_errors ? convert<double, true> : convert<double, false>)
                                   : (conversion.has_errors ? convert<float, true> : convert<float, false>);
  all(conversion, converters, sums, noise, columns, codes);
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

std::vector<std::uint64_t> row_conductances(const mapping::ChipInstance& chip, const mapping::Block& block,
                                            const mapping::ProgrammedBlock& cells) {
  std::vector<std::uint64_t> sums(block.rows, 0);
  const std::int16_t* code = cells.codes.data();
  for (std::uint64_t& sum : sums)
    for (int column = 0; column < block.columns; ++column)
      sum += static_cast<std::uint64_t>(std::abs(int{*code++} + chip.pedestal));
  return sums;
}

MvmActivity mvm_activity(std::span<const std::uint64_t> conductances, std::span<const std::uint8_t> codes,
                         int dac_bits) {
  // Of every code: digits that are not 0, and the sum of their squares.
  static const std::array<std::array<std::array<std::uint32_t, 2>, 256>, 8> tables = [] {
    std::array<std::array<std::array<std::uint32_t, 2>, 256>, 8> all{};
    for (int bits = 1; bits <= 8; ++bits)
      for (std::uint32_t code = 0; code < 256; ++code)
        for (std::uint32_t rest = code; rest != 0; rest >>= bits) {
          const std::uint32_t digit = rest & ((1u << bits) - 1);
          all[bits - 1][code][0] += digit != 0;
          all[bits - 1][code][1] += digit * digit;
        }
    return all;
  }();
  const auto& table = tables[dac_bits - 1];
  MvmActivity activity;
  for (std::size_t row = 0; row < conductances.size(); ++row) {
    activity.row_drives += table[codes[row]][0];
    activity.cell_conduction += table[codes[row]][1] * conductances[row];
  }
  return activity;
}

}  // namespace nvcim::sim
