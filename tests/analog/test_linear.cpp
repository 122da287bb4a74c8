// SPDX-License-Identifier: Apache-2.0
#include "sim/analog/linear.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <random>

#include "sim/analog/phase.h"
#include "tests/analog/random_block.h"

namespace nvcim::sim {
namespace {

TEST(Linear, EqualsPassedSumsPhaseByPhaseOnEveryInstructionSet) {
  std::mt19937 generator(4);
  const auto draw = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(generator); };
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    BlockRequest request;
    request.encoding =
        std::array{Encoding::differential_pair, Encoding::offset_column, Encoding::ideal_signed}[seed % 3];
    request.weight_bits = draw(2, 9);
    request.cell_bits = draw(1, 4);
    request.grid_bits = draw(8, 14);
    request.rows = draw(1, 500);
    request.outputs = draw(1, 20);
    request.high_codes = draw(0, 1) == 0;
    const RandomBlock made = random_block(request, seed);
    const int vectors = draw(1, 80);
    const std::vector<std::uint8_t> inputs = random_inputs(vectors, request.rows, seed);
    const int planes = made.encoding.planes();

    LinearLayer layer(request.rows, request.outputs);
    mapping::Block whole = made.block;
    whole.output_begin = 0;
    layer.add_block(whole, made.cells(), made.encoding);
    layer.pack();
    for (std::int64_t rest = hwy::SupportedTargets(); rest != 0; rest &= rest - 1) {
      hwy::SetSupportedTargetsForTest(rest & -rest);
      hwy::GetChosenTarget().Update(hwy::SupportedTargets());
      std::vector<double> sums(std::size_t(request.outputs) * vectors, -1.0);
      AlignedBuffer<std::int32_t> scratch;
      layer.multiply(inputs.data(), static_cast<std::size_t>(vectors), vectors, sums.data(),
                     static_cast<std::size_t>(vectors), scratch);
      for (int output = 0; output < request.outputs; ++output)
        for (int vector = 0; vector < vectors; ++vector) {
          std::int64_t expected = 0;
          for (int row = 0; row < request.rows; ++row) {
            const std::int16_t* codes = &made.cells().codes[std::size_t(row) * made.block.columns];
            std::int64_t weight = made.encoding.offset_factor * codes[made.block.columns - 1];
            for (int plane = 0; plane < planes; ++plane)
              weight += made.encoding.factor[plane] * codes[output * planes + plane];
            expected += weight * inputs[std::size_t(row) * vectors + vector];
          }
          ASSERT_EQ(sums[std::size_t(output) * vectors + vector], static_cast<double>(expected)) << seed;
        }
      hwy::SetSupportedTargetsForTest(0);
      hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    }
  }
}

}  // namespace
}  // namespace nvcim::sim
