// SPDX-License-Identifier: Apache-2.0
#include "sim/analog/bit_serial.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cstring>
#include <random>

#include "tests/analog/random_block.h"

namespace nvcim::sim {
namespace {

struct Reads {
  std::vector<std::uint32_t> positions, samples;
};
Reads random_reads(int vectors, std::uint32_t seed) {
  std::mt19937 generator(seed);
  Reads reads;
  for (int i = 0; i < vectors; ++i) {
    reads.positions.push_back(generator() % 900);
    reads.samples.push_back(generator());
  }
  return reads;
}

/// [outputs][vectors] by the functions of phase.h, one vector and one phase at a time.
std::vector<double> reference(const RandomBlock& made, const LayerConversion& conversion, int dac_bits,
                              const std::vector<std::uint8_t>& inputs, int vectors, const Reads& reads) {
  const mapping::Block& block = made.block;
  std::vector<double> result(std::size_t(block.outputs) * vectors);
  std::vector<std::uint8_t> codes(block.rows), digits(block.rows);
  std::vector<std::int32_t> sums(block.columns), converted(block.columns);
  std::vector<float> noise(block.columns);
  for (int vector = 0; vector < vectors; ++vector) {
    for (int row = 0; row < block.rows; ++row) codes[row] = inputs[std::size_t(row) * vectors + vector];
    std::vector<std::int64_t> registers(block.columns, 0), outputs(block.outputs);
    for (int phase = 0; phase < made.phases; ++phase) {
      input_digits(codes, phase, dac_bits, digits.data());
      column_sums(block, made.cells(), digits.data(), sums.data());
      read_noise(made.chip, block, made.cells(), made.encoding, made.layer_outputs, digits.data(),
                 {reads.positions[vector], static_cast<std::uint32_t>(phase), reads.samples[vector]}, made.phases,
                 noise.data());
      convert_columns(conversion, made.cells().converters, sums.data(), noise.data(), block.columns, converted.data());
      shift_add(converted.data(), block.columns, phase, dac_bits, registers.data());
    }
    combine_planes(made.encoding, registers.data(), block.outputs, outputs.data());
    for (int output = 0; output < block.outputs; ++output)
      result[std::size_t(output) * vectors + vector] = static_cast<double>(outputs[output]);
  }
  return result;
}

std::vector<std::int64_t> dispatch_targets() {
  std::vector<std::int64_t> targets;
  for (std::int64_t bits = hwy::SupportedTargets(); bits != 0; bits &= bits - 1) targets.push_back(bits & -bits);
  return targets;
}

class TargetGuard {
 public:
  explicit TargetGuard(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  ~TargetGuard() {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

BlockRequest random_request(std::mt19937& generator) {
  const auto draw = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(generator); };
  BlockRequest request;
  request.encoding = std::array{Encoding::differential_pair, Encoding::differential_pair, Encoding::offset_column,
                                Encoding::ideal_signed}[draw(0, 3)];
  request.weight_bits = draw(2, 9);
  request.cell_bits = std::array{1, 2, 4, 3}[draw(0, 3)];
  request.grid_bits = draw(8, 11);
  request.dac_bits = std::array{1, 1, 1, 2, 4, 8, 3}[draw(0, 6)];
  request.rows = draw(0, 2) == 0 ? draw(1, 12) : draw(1, 300);
  request.outputs = draw(1, 40);
  request.output_begin = draw(0, 3) * draw(0, 13);
  request.row_block = draw(0, 5);
  request.column_block = draw(0, 5);
  if (draw(0, 2) == 0) {
    request.read_noise = 0.02;
    request.read_noise_model = draw(0, 1) ? ReadNoiseModel::constant : ReadNoiseModel::proportional;
  }
  request.adc_errors = draw(0, 3) == 0;
  request.adc.bits = std::array{8, 8, 1, 5, 10, 14}[draw(0, 5)];
  request.adc.inl = draw(0, 4) == 0 ? 1.5 : 0;
  request.adc.range =
      std::array{AdcRange::unit_lsb, AdcRange::unit_lsb, AdcRange::worst_case, AdcRange::full_scale_levels}[draw(0, 3)];
  request.adc.full_scale_levels = 100;
  if (draw(0, 9) == 0) request.adc.model = AdcModel::ideal;
  request.high_codes = draw(0, 2) == 0;
  return request;
}

void expect_reference_bits(const BlockRequest& request, int vectors, std::uint32_t seed,
                           std::initializer_list<BitSerialBlock::Path> paths = {}) {
  const RandomBlock made = random_block(request, seed);
  const LayerConversion conversion = make_conversion(made.architecture, made.encoding, "layer");
  const std::vector<std::uint8_t> inputs = random_inputs(vectors, request.rows, seed, 0.7);
  const Reads reads = random_reads(vectors, seed);
  const std::vector<double> expected = reference(made, conversion, request.dac_bits, inputs, vectors, reads);
  const BitSerialBlock packed(made.chip, made.block, made.cells(), made.encoding, made.layer_outputs, conversion,
                              request.dac_bits, 8);
  for (BitSerialBlock::Path path : paths) EXPECT_EQ(packed.path(), path);
  for (std::int64_t target : dispatch_targets()) {
    const TargetGuard guard(target);
    BitSerialWorkspace workspace;
    std::vector<double> sums(expected.size(), 0.0);
    packed.multiply(inputs.data(), static_cast<std::size_t>(vectors), vectors,
                    {reads.positions.data(), reads.samples.data()}, sums.data(), static_cast<std::size_t>(vectors),
                    workspace);
    int different = 0;
    for (std::size_t i = 0; i < sums.size(); ++i) different += sums[i] != expected[i];
    EXPECT_EQ(std::memcmp(sums.data(), expected.data(), sums.size() * sizeof(double)), 0)
        << hwy::TargetName(target) << ": " << different << " of " << sums.size() << " sums differ; rows "
        << request.rows << ", outputs " << request.outputs << ", dac bits " << request.dac_bits << ", adc bits "
        << request.adc.bits << ", encoding " << static_cast<int>(request.encoding) << ", noise " << request.read_noise
        << " path " << static_cast<int>(packed.path()) << ", wide " << conversion.wide << ", errors "
        << conversion.has_errors;
  }
}

TEST(BitSerial, EqualsPhaseByPhaseBitForBitOnEveryInstructionSet) {
  std::mt19937 generator(20);
  for (std::uint32_t seed = 0; seed < 150; ++seed)
    expect_reference_bits(random_request(generator), std::uniform_int_distribution<int>(1, 70)(generator), seed);
}

TEST(BitSerial, EqualsPhaseByPhaseOnTheCommonPaths) {
  using Path = BitSerialBlock::Path;
  BlockRequest request;
  request.rows = 9;
  request.outputs = 6;
  expect_reference_bits(request, 700, 1, {Path::tabulated});
  request.rows = 54;
  request.outputs = 16;
  expect_reference_bits(request, 700, 2, {Path::look_up});
  request.rows = 128;
  expect_reference_bits(request, 330, 3, {Path::look_up});
  request.read_noise = 0.03;
  expect_reference_bits(request, 330, 4, {Path::look_up});
  request.read_noise_model = ReadNoiseModel::proportional;
  expect_reference_bits(request, 30, 5, {Path::look_up});
  request.dac_bits = 2;
  expect_reference_bits(request, 10, 6, {Path::one_by_one});
  request.read_noise = 0;
  request.dac_bits = 8;
  request.adc.bits = 14;
  expect_reference_bits(request, 40, 7, {Path::look_up});
}

// Output sums are 32-bit lanes: a code times all factors of a weight must stay below 2^31.
TEST(BitSerial, LeavesItsLanesOnlyWhereASumCanPassThem) {
  BlockRequest request;
  request.cell_bits = 4;  // factors 1, -1, 16, -16
  request.dac_bits = 8;   // one phase of weight 1
  request.rows = 20;
  const RandomBlock made = random_block(request, 1);
  LayerConversion conversion = make_conversion(made.architecture, made.encoding, "layer");
  const auto path = [&](int code_min, int code_max) {
    conversion.code_min = code_min;
    conversion.code_max = code_max;
    return BitSerialBlock(made.chip, made.block, made.cells(), made.encoding, made.layer_outputs, conversion,
                          request.dac_bits, 8)
        .path();
  };
  constexpr int kLargest = 63161283;  // x 34 is 26 below 2^31
  EXPECT_EQ(path(0, kLargest), BitSerialBlock::Path::look_up);
  EXPECT_EQ(path(0, kLargest + 1), BitSerialBlock::Path::one_by_one);
  EXPECT_EQ(path(-kLargest, 100), BitSerialBlock::Path::look_up);
  EXPECT_EQ(path(-kLargest - 1, 100), BitSerialBlock::Path::one_by_one);
}

TEST(BitSerial, TabulatesUpToTenRows) {
  for (const auto& [rows, path] :
       {std::pair(10, BitSerialBlock::Path::tabulated), {11, BitSerialBlock::Path::look_up}}) {
    BlockRequest request;
    request.rows = rows;
    expect_reference_bits(request, 40, 3, {path});
  }
}

// Registers of 16 bits hold 255 x 257 = 65535: the last code whose sums take the narrow path, and the first past it.
TEST(BitSerial, RegistersOfSixteenBitsDoNotOverflow) {
  for (const int bits : {8, 9, 10, 14}) {
    BlockRequest request;
    request.rows = 400;
    request.adc.bits = bits;
    request.high_codes = true;
    expect_reference_bits(request, 60, static_cast<std::uint32_t>(bits), {BitSerialBlock::Path::look_up});
  }
}

TEST(BitSerial, AddsToWhatIsThere) {
  const BlockRequest request;
  const RandomBlock made = random_block(request, 1);
  const LayerConversion conversion = make_conversion(made.architecture, made.encoding, "layer");
  const BitSerialBlock packed(made.chip, made.block, made.cells(), made.encoding, made.layer_outputs, conversion, 1, 8);
  const std::vector<std::uint8_t> inputs = random_inputs(5, request.rows, 1);
  BitSerialWorkspace workspace;
  std::vector<double> once(15, 0.0), twice(15, 0.0);
  packed.multiply(inputs.data(), 5, 5, {}, once.data(), 5, workspace);
  packed.multiply(inputs.data(), 5, 5, {}, twice.data(), 5, workspace);
  packed.multiply(inputs.data(), 5, 5, {}, twice.data(), 5, workspace);
  for (std::size_t i = 0; i < once.size(); ++i) EXPECT_EQ(twice[i], 2 * once[i]);
}

}  // namespace
}  // namespace nvcim::sim
