// SPDX-License-Identifier: Apache-2.0
#include "sim/functional/requantise_row.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <random>
#include <vector>

#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

TEST(RequantiseRow, IsRequantiseBitForBitOnEveryInstructionSet) {
  std::mt19937 generator(1);
  for (int trial = 0; trial < 200; ++trial) {
    LayerConversion conversion;
    conversion.value_per_code = trial % 3 == 0 ? 1.0 : trial % 3 == 1 ? 1.0 / 256 : 1.505882352941;
    workloads::Requantisation parameters;
    parameters.multiplier = trial % 2 ? 1.0 / 1024 : 0.000713 * (trial + 1);
    parameters.zero_point = static_cast<int>(generator() % 200);
    parameters.code_min = trial % 4 ? parameters.zero_point : 0;
    parameters.code_max = trial % 5 ? 255 : 230;
    const std::int64_t share = static_cast<int>(generator() % 20001) - 10000;
    const std::int64_t bias = static_cast<int>(generator() % 200001) - 100000;
    std::vector<double> sums(static_cast<std::size_t>(1 + generator() % 300));
    for (double& sum : sums) sum = static_cast<int>(generator() % 2000001) - 1000000;
    std::int64_t remaining = hwy::SupportedTargets();
    for (; remaining != 0; remaining &= remaining - 1) {
      hwy::SetSupportedTargetsForTest(remaining & -remaining);
      hwy::GetChosenTarget().Update(hwy::SupportedTargets());
      std::vector<std::uint8_t> codes(sums.size());
      requantise_row(conversion, sums.data(), static_cast<int>(sums.size()), share, bias, parameters, codes.data());
      for (std::size_t i = 0; i < sums.size(); ++i)
        ASSERT_EQ(codes[i], workloads::requantise(layer_value(conversion, static_cast<std::int64_t>(sums[i]), share),
                                                  bias, parameters));
      hwy::SetSupportedTargetsForTest(0);
      hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    }
  }
}

}  // namespace
}  // namespace nvcim::sim
