// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "arch/parameters.h"
#include "mapping/chip_instance.h"
#include "mapping/plan.h"

namespace nvcim::sim {

/// What a test wants of a block; columns follow from the encoding.
struct BlockRequest {
  Encoding encoding = Encoding::differential_pair;
  int weight_bits = 8;
  int cell_bits = 2;
  int grid_bits = 10;
  int dac_bits = 1;
  int rows = 16;
  int outputs = 3;
  int output_begin = 0;
  int row_block = 0;
  int column_block = 0;
  double read_noise = 0;
  ReadNoiseModel read_noise_model = ReadNoiseModel::constant;
  bool adc_errors = false;  ///< gain and offset of every column drawn
  AdcParameters adc;
  bool high_codes = false;  ///< codes anywhere up to twice the highest level instead of around 0…highest level
};

/// A block with random cells, everything about it drawn from the seed.
struct RandomBlock {
  Architecture architecture;
  mapping::WeightEncoding encoding;
  mapping::Block block;
  mapping::ChipInstance chip;  ///< holds the one programmed block
  int layer_outputs = 0;
  int phases = 8;
  const mapping::ProgrammedBlock& cells() const { return chip.blocks[0]; }
};
RandomBlock random_block(const BlockRequest& request, std::uint32_t seed);

/// @return [vectors][rows] 8-bit codes; `density` is the share of codes that are not 0.
std::vector<std::uint8_t> random_inputs(int vectors, int rows, std::uint32_t seed, double density = 1);

}  // namespace nvcim::sim
