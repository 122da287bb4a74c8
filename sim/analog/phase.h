// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapping/chip_instance.h"
#include "sim/analog/converters.h"
#include "sim/analog/normal_quantile.h"

/// One block, one vector, one phase at a time: what the SystemC modules call. The batched kernel (bit_serial.h) is
/// built from the same inline arithmetic and gives the same bits.
namespace nvcim::sim {

/// Digits of one phase: bits [phase*dac_bits, (phase+1)*dac_bits) of every code. Phase 0 holds the lowest bits.
void input_digits(std::span<const std::uint8_t> codes, int phase, int dac_bits, std::uint8_t* digits);

/// sums[column] = sum over rows of digit * code, exact. @param sums [block.columns]
void column_sums(const mapping::Block& block, const mapping::ProgrammedBlock& cells, const std::uint8_t* digits,
                 std::int32_t* sums);

/// Where a read stands, for its addressed noise.
struct ReadAddress {
  std::uint32_t position = 0;  ///< output position of the MVM
  std::uint32_t phase = 0;
  std::uint32_t sample = 0;
};

/// Column read noise of one phase in grid steps: N(0, sum over driven cells of digit^2 * variance of the cell).
/// All zero when the chip has none. Normal deviates are a 2^16-point quantile table (normal_quantile.h) indexed by
/// addressed bits, one deviate per column and phase: column c of the layer's cell matrix takes 16-bit word c % 8 of
/// draw (row block, c / 8, position * phases + phase, sample).
/// @param layer_outputs  outputs of the whole layer, the address of offset columns   @param noise [block.columns]
void read_noise(const mapping::ChipInstance& chip, const mapping::Block& block, const mapping::ProgrammedBlock& cells,
                const mapping::WeightEncoding& encoding, int layer_outputs, const std::uint8_t* digits,
                ReadAddress address, int phases, float* noise);

/// Whether reads of this block are noisy.
inline bool has_read_noise(const mapping::ProgrammedBlock& cells) {
  return cells.cell_read_variance != 0 || !cells.read_variance.empty();
}

/// Grid steps squared per unit of the integer variance sum: what read_noise multiplies with, in float.
inline float variance_unit(const mapping::ProgrammedBlock& cells) {
  return static_cast<float>(cells.read_variance.empty() ? cells.cell_read_variance : 1 / cells.variance_scale);
}

/// Converts every column. @param noise [columns] or null   @param codes [columns]
void convert_columns(const LayerConversion& conversion, const mapping::ColumnConverters& converters,
                     const std::int32_t* sums, const float* noise, int columns, std::int32_t* codes);

/// registers[column] += code << (phase * dac_bits)
void shift_add(const std::int32_t* codes, int columns, int phase, int dac_bits, std::int64_t* registers);

/// Joins the planes of every output: sums[o] = sum over planes of factor * register (+ offset column).
/// @param sums [outputs], overwritten
void combine_planes(const mapping::WeightEncoding& encoding, const std::int64_t* registers, int outputs,
                    std::int64_t* sums);

/// Data-dependent event counts of one MVM of a block.
struct MvmActivity {
  std::uint64_t row_drives = 0;       ///< Event::row_drive
  std::uint64_t cell_conduction = 0;  ///< Event::cell_conduction
};
/// Conductance of every row of a block, in grid steps, pedestal included (magnitudes for ideal_signed).
/// @return [block.rows]
std::vector<std::uint64_t> row_conductances(const mapping::ChipInstance& chip, const mapping::Block& block,
                                            const mapping::ProgrammedBlock& cells);
/// Counts all phases at once. @param conductances  row_conductances   @param codes [block.rows] input codes
MvmActivity mvm_activity(std::span<const std::uint64_t> conductances, std::span<const std::uint8_t> codes,
                         int dac_bits);

}  // namespace nvcim::sim
