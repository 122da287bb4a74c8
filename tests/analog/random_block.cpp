// SPDX-License-Identifier: Apache-2.0
#include "tests/analog/random_block.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace nvcim::sim {

RandomBlock random_block(const BlockRequest& request, std::uint32_t seed) {
  std::mt19937 generator(seed);
  const auto draw = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(generator); };

  RandomBlock made;
  Architecture& architecture = made.architecture;
  architecture.crossbar.encoding = request.encoding;
  architecture.crossbar.cell_bits = request.cell_bits;
  architecture.crossbar.rows = request.rows;
  architecture.device.grid_bits = request.grid_bits;
  architecture.dac.bits = request.dac_bits;
  architecture.adc = request.adc;
  if (request.adc_errors) {
    architecture.adc.offset_sigma = 0.7;
    architecture.adc.gain_sigma = 0.05;
  }
  made.encoding = mapping::make_encoding(architecture, request.weight_bits);
  made.phases = (8 + request.dac_bits - 1) / request.dac_bits;
  made.layer_outputs = request.output_begin + request.outputs + 5;

  mapping::Block& block = made.block;
  block.node = 3;
  block.copy = 1;
  block.row_block = request.row_block;
  block.column_block = request.column_block;
  block.rows = request.rows;
  block.output_begin = request.output_begin;
  block.outputs = request.outputs;
  block.columns = request.outputs * made.encoding.planes() + (made.encoding.has_offset_column() ? 1 : 0);
  architecture.crossbar.columns = block.columns;

  made.chip.seed = 0x1234567890abcdefULL + seed;
  made.chip.instance = 9;
  const bool bipolar = request.encoding == Encoding::ideal_signed;
  made.chip.pedestal = bipolar ? 0 : 20;
  mapping::ProgrammedBlock cells;
  const int span = made.encoding.max_level * made.encoding.grid_per_level;
  const int highest = std::min(2 * span, 32767);
  const int lowest = bipolar ? -highest : -made.chip.pedestal;
  for (int i = 0; i < block.rows * block.columns; ++i) {
    const int top = request.high_codes ? highest : span + span / 8;
    cells.codes.push_back(
        static_cast<std::int16_t>(draw(std::max(lowest, bipolar ? -top : lowest), std::min(top, highest))));
  }
  if (request.read_noise > 0) {
    if (request.read_noise_model == ReadNoiseModel::constant) {
      cells.cell_read_variance = std::pow(request.read_noise * span, 2);
    } else {
      cells.variance_scale = 65535.0 / std::pow(request.read_noise * (highest + made.chip.pedestal), 2);
      for (std::int16_t code : cells.codes)
        cells.read_variance.push_back(static_cast<std::uint16_t>(
            std::nearbyint(std::pow(request.read_noise * (code + made.chip.pedestal), 2) * cells.variance_scale)));
    }
  }
  cells.converters.gain.assign(block.columns, 1.0f);
  cells.converters.offset.assign(block.columns, 0.0f);
  if (request.adc_errors) {
    std::normal_distribution<float> normal;
    for (float& gain : cells.converters.gain) gain += 0.05f * normal(generator);
    for (float& offset : cells.converters.offset) offset = 0.7f * normal(generator);
  }
  made.chip.blocks.push_back(std::move(cells));
  return made;
}

std::vector<std::uint8_t> random_inputs(int vectors, int rows, std::uint32_t seed, double density) {
  std::mt19937 generator(seed);
  std::vector<std::uint8_t> codes(std::size_t(vectors) * rows);
  for (std::uint8_t& code : codes)
    if (std::uniform_real_distribution<>(0, 1)(generator) < density)
      code = static_cast<std::uint8_t>(generator() >> 24);
  return codes;
}

}  // namespace nvcim::sim
