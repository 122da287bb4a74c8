// SPDX-License-Identifier: Apache-2.0
#include "sim/analog/phase.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "sim/analog/phase_sums.h"
#include "tests/analog/random_block.h"

namespace nvcim::sim {
namespace {

TEST(Phase, DigitsRebuildTheCode) {
  const std::vector<std::uint8_t> codes = random_inputs(1, 100, 1);
  for (int dac_bits : {1, 2, 3, 4, 5, 8}) {
    std::vector<int> rebuilt(codes.size(), 0);
    std::vector<std::uint8_t> digits(codes.size());
    for (int phase = 0; phase * dac_bits < 8; ++phase) {
      input_digits(codes, phase, dac_bits, digits.data());
      for (std::size_t i = 0; i < codes.size(); ++i) {
        EXPECT_LT(digits[i], 1 << dac_bits);
        rebuilt[i] += digits[i] << (phase * dac_bits);
      }
    }
    for (std::size_t i = 0; i < codes.size(); ++i) EXPECT_EQ(rebuilt[i], codes[i]);
  }
}

TEST(Phase, PhasesOfPassedSumsAddUpToTheWholeProduct) {
  for (Encoding kind : {Encoding::differential_pair, Encoding::offset_column, Encoding::ideal_signed}) {
    BlockRequest request;
    request.encoding = kind;
    request.dac_bits = 3;
    const RandomBlock made = random_block(request, 5);
    const std::vector<std::uint8_t> codes = random_inputs(1, request.rows, 6);

    std::vector<std::uint8_t> digits(codes.size());
    std::vector<std::int32_t> sums(made.block.columns);
    std::vector<std::int64_t> registers(made.block.columns, 0), outputs(made.block.outputs);
    for (int phase = 0; phase < made.phases; ++phase) {
      input_digits(codes, phase, request.dac_bits, digits.data());
      column_sums(made.block, made.cells(), digits.data(), sums.data());
      shift_add(sums.data(), made.block.columns, phase, request.dac_bits, registers.data());
    }
    combine_planes(made.encoding, registers.data(), made.block.outputs, outputs.data());

    const int planes = made.encoding.planes();
    for (int output = 0; output < made.block.outputs; ++output) {
      std::int64_t expected = 0;
      for (int row = 0; row < request.rows; ++row) {
        const std::int16_t* cells = &made.cells().codes[std::size_t(row) * made.block.columns];
        std::int64_t weight = made.encoding.offset_factor * cells[made.block.columns - 1];
        for (int plane = 0; plane < planes; ++plane)
          weight += made.encoding.factor[plane] * cells[output * planes + plane];
        expected += weight * codes[row];
      }
      EXPECT_EQ(outputs[output], expected);
    }
  }
}

TEST(PhaseSums, AreTheColumnSumsOfEveryPhase) {
  for (int outputs : {1, 5, 9, 40})
    for (int dac_bits : {1, 2, 3, 8}) {
      BlockRequest request;
      request.dac_bits = dac_bits;
      request.outputs = outputs;
      const RandomBlock made = random_block(request, 8);
      for (double zeros : {0.0, 0.6, 0.99}) {
        const std::vector<std::uint8_t> codes = random_inputs(1, request.rows, 7, zeros);
        std::vector<std::int32_t> sums(std::size_t(made.phases) * made.block.columns, -1), expected(made.block.columns);
        PhaseSums().run(made.block, made.cells(), codes, dac_bits, made.phases, sums.data());
        std::vector<std::uint8_t> digits(codes.size());
        for (int phase = 0; phase < made.phases; ++phase) {
          input_digits(codes, phase, dac_bits, digits.data());
          column_sums(made.block, made.cells(), digits.data(), expected.data());
          EXPECT_TRUE(std::equal(expected.begin(), expected.end(), &sums[std::size_t(phase) * made.block.columns]))
              << outputs << " outputs, " << dac_bits << " bits, phase " << phase;
        }
      }
    }
}

TEST(Phase, ActivityIsTheSumOverPhases) {
  for (Encoding kind : {Encoding::differential_pair, Encoding::ideal_signed}) {
    for (int dac_bits : {1, 2, 3, 8}) {
      BlockRequest request;
      request.encoding = kind;
      request.dac_bits = dac_bits;
      const RandomBlock made = random_block(request, 8);
      const std::vector<std::uint8_t> codes = random_inputs(1, request.rows, 7, 0.6);
      std::uint64_t drives = 0, conduction = 0;
      std::vector<std::uint8_t> digits(codes.size());
      for (int phase = 0; phase < made.phases; ++phase) {
        input_digits(codes, phase, dac_bits, digits.data());
        for (int row = 0; row < request.rows; ++row) {
          drives += digits[row] != 0;
          for (int column = 0; column < made.block.columns; ++column)
            conduction += static_cast<std::uint64_t>(
                digits[row] * digits[row] *
                std::abs(made.cells().codes[row * made.block.columns + column] + made.chip.pedestal));
        }
      }
      const MvmActivity activity = mvm_activity(row_conductances(made.chip, made.block, made.cells()), codes, dac_bits);
      EXPECT_EQ(activity.row_drives, drives);
      EXPECT_EQ(activity.cell_conduction, conduction);
    }
  }
}

}  // namespace
}  // namespace nvcim::sim
