// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/adc_calibration.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "arch/input_error.h"
#include "arch/load.h"
#include "mapping/plan.h"
#include "sim/engine.h"
#include "tests/support/browser.h"
#include "tests/support/random_network.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

using ::testing::HasSubstr;
using workloads::RangeMethod;

TEST(ColumnSums, MaximumIsTheLargestButNeverFinerThanALevel) {
  ColumnSums sums(1000);
  sums.add(0, 5);
  sums.add(3, 300);
  EXPECT_EQ(sums.full_scale(RangeMethod::maximum, 255), 300);
  EXPECT_EQ(sums.full_scale(RangeMethod::maximum, 300), 300);
  for (RangeMethod method : {RangeMethod::maximum, RangeMethod::percentile, RangeMethod::squared_error})
    EXPECT_EQ(sums.full_scale(method, 511), 511);
  EXPECT_EQ(sums.conversions(), 2u);
  EXPECT_EQ(sums.largest(), 300);
  EXPECT_EQ(sums.share_above(299), 0.5);
  EXPECT_EQ(sums.share_above(300), 0);
}

TEST(ColumnSums, PercentileLeavesOneInTenThousand) {
  ColumnSums sums(1000);
  for (int i = 0; i < 9998; ++i) sums.add(i % 4, 70);
  sums.add(0, 100);
  sums.add(0, 300);
  EXPECT_EQ(sums.full_scale(RangeMethod::percentile, 63), 100);
  sums.add(0, 300);  // 2 of 10,001 are too many
  EXPECT_EQ(sums.full_scale(RangeMethod::percentile, 63), 300);
}

TEST(ColumnSums, SquaredErrorIsLeastAmongAllFullScales) {
  struct Sum {
    int significance, sum, count;
  };
  // One large sum among many small ones, which count as much as it or 64 times as much; and three lists by hand.
  std::vector<std::vector<Sum>> cases = {{{0, 126, 1}},
                                         {{0, 126, 1}},
                                         {{0, 63, 1000}, {0, 126, 1}},
                                         {{0, 64, 10}, {0, 126, 10}},
                                         {{0, 17, 50}, {2, 90, 7}, {5, 200, 1}}};
  for (int sum = 1; sum <= 63; ++sum) {
    cases[0].push_back({0, sum, 100});
    cases[1].push_back({3, sum, 100});
  }
  constexpr int kCodeMax = 63;
  std::vector<int> chosen;
  for (const std::vector<Sum>& list : cases) {
    ColumnSums sums(500);
    int top = 0;
    for (const Sum& one : list) {
      for (int i = 0; i < one.count; ++i) sums.add(one.significance, one.sum);
      top = std::max(top, one.sum);
    }
    int best = 0;
    double least = 1e300;
    for (int full_scale = kCodeMax; full_scale <= top; ++full_scale) {
      const double step = double(full_scale) / kCodeMax;
      double error = 0;
      for (const Sum& one : list) {
        const double lost = one.sum - step * std::min(std::nearbyint(one.sum / step), double(kCodeMax));
        error += one.count * std::pow(4.0, one.significance) * lost * lost;
      }
      if (error < least) {
        least = error;
        best = full_scale;
      }
    }
    EXPECT_EQ(sums.full_scale(RangeMethod::squared_error, kCodeMax), best);
    chosen.push_back(best);
  }
  EXPECT_LT(chosen[1], chosen[0]) << "what counts more is resolved better";
}

AdcCalibrationRequest small_request(Encoding encoding, int dac_bits) {
  AdcCalibrationRequest request;
  request.architecture = load_architecture("rram_1t1r_128");
  request.architecture.crossbar.encoding = encoding;
  request.architecture.dac.bits = dac_bits;
  request.architecture.adc.bits = 4;
  request.network = testing::NetworkBuilder({2, 6, 6}, 8, 4)
                        .convolution(5, {3, 3, 1, 1, 1, 1, 1, 1}, 8)
                        .pool(workloads::PoolKind::maximum, {2, 2, 2, 2})
                        .logits(4, 8);
  request.data.name = "random";
  request.data.shape = request.network.input;
  request.data.classes = 4;
  request.data.pixels = testing::random_images(request.network, 20, 3);
  request.data.labels.assign(20, 0);
  return request;
}

class AdcCalibrationOf : public ::testing::TestWithParam<std::tuple<Encoding, int>> {};

TEST_P(AdcCalibrationOf, TheFirstLayerFollowsFromItsWeightsAndPixels) {
  const auto [encoding_name, dac_bits] = GetParam();
  AdcCalibrationRequest request = small_request(encoding_name, dac_bits);
  request.method = RangeMethod::maximum;
  const AdcCalibration calibration = calibrate_adc(request);
  ASSERT_EQ(calibration.layers.size(), 2u);

  // The sum of every column and phase, from the definition of encoding and digits.
  const workloads::Node& node = request.network.nodes[0];
  const mapping::WeightEncoding encoding = mapping::make_encoding(request.architecture, 8);
  const int planes = encoding.planes(), rows = node.matrix_rows(), phases = (8 + dac_bits - 1) / dac_bits;
  std::vector<int> levels(planes);
  std::int64_t largest = 0;
  for (int sample = 0; sample < request.data.samples(); ++sample) {
    std::vector<std::uint8_t> codes(request.network.input.size()), window(rows);
    workloads::encode_image(request.network, request.data.image(sample), codes.data());
    for (int position = 0; position < node.positions(); ++position) {
      workloads::gather_window(node, codes.data(), position, window.data());
      for (int phase = 0; phase < phases; ++phase) {
        std::int64_t digits = 0;
        for (int output = 0; output < node.outputs(); ++output) {
          std::vector<std::int64_t> sums(planes);
          digits = 0;
          for (int row = 0; row < rows; ++row) {
            const int digit = window[row] >> (phase * dac_bits) & ((1 << dac_bits) - 1);
            encoding.encode(node.mvm.weights[output * rows + row], levels.data());
            for (int plane = 0; plane < planes; ++plane) sums[plane] += digit * levels[plane];
            digits += digit;
          }
          for (const std::int64_t sum : sums) largest = std::max<std::int64_t>(largest, std::abs(sum));
        }
        if (encoding.has_offset_column()) largest = std::max(largest, digits * encoding.offset_level);
      }
    }
  }
  const int code_max = encoding_name == Encoding::ideal_signed ? 7 : 15;
  EXPECT_EQ(calibration.layers[0].largest, largest);
  EXPECT_EQ(calibration.layers[0].full_scale, std::max<std::int64_t>(largest, code_max));
  EXPECT_EQ(calibration.layers[0].clipped, 0);
  EXPECT_EQ(calibration.architecture.adc.layer_full_scale.at(node.name), calibration.layers[0].full_scale);
}

INSTANTIATE_TEST_SUITE_P(Encodings, AdcCalibrationOf,
                         ::testing::Combine(::testing::Values(Encoding::differential_pair, Encoding::offset_column,
                                                              Encoding::ideal_signed),
                                            ::testing::Values(1, 3)));

TEST(AdcCalibration, GivesAChipThatBothEnginesRunAlikeAndThatIsNearerToTheNetwork) {
  AdcCalibrationRequest request = small_request(Encoding::differential_pair, 4);
  request.architecture.device.model = DeviceModel("ideal");
  request.threads = 2;
  const AdcCalibration calibration = calibrate_adc(request);
  request.threads = 1;
  EXPECT_EQ(calibrate_adc(request).architecture, calibration.architecture) << "threads";
  const std::vector<std::uint8_t> pixels = testing::random_images(request.network, 8, 9);  // others than it has seen
  const std::vector<std::int64_t> exact = workloads::reference_logits(request.network, pixels, 8);
  const auto error = [&](const Architecture& architecture) {
    const mapping::Plan plan = mapping::make_plan(architecture, request.network);
    const mapping::ChipInstance chip = mapping::program_once(architecture, request.network, plan, 1, 0);
    const ChipRun run{architecture, request.network, plan, chip};
    const std::vector<double> logits = run_functional(run, pixels, 8, {}).logits;
    EXPECT_EQ(logits, run_systemc(run, pixels, 8, {}).inference.logits);
    double sum = 0;
    for (std::size_t i = 0; i < exact.size(); ++i) sum += std::pow(logits[i] - double(exact[i]), 2);
    return sum;
  };
  Architecture worst_case = request.architecture, unit_lsb = request.architecture;
  worst_case.adc.range = AdcRange::worst_case;
  unit_lsb.adc.range = AdcRange::unit_lsb;
  EXPECT_LT(error(calibration.architecture), 0.5 * error(worst_case));
  EXPECT_LT(error(calibration.architecture), 0.5 * error(unit_lsb));
}

TEST(AdcCalibration, IdealConvertersHaveNoRange) {
  AdcCalibrationRequest request = small_request(Encoding::differential_pair, 1);
  request.architecture.adc.model = AdcModel::ideal;
  try {
    calibrate_adc(request);
    ADD_FAILURE() << "accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("rram_1t1r_128:/adc/model: ideal converters have no range to calibrate"));
  }
}

TEST(AdcCalibration, PageOpensWithItsChartDrawn) {
  const AdcCalibrationRequest request = small_request(Encoding::differential_pair, 1);
  const auto opened =
      testing::open_page(adc_calibration_page(request, calibrate_adc(request), {"test", "nvcim calibrate", "{}"}));
  if (!opened) GTEST_SKIP() << "no Chromium";
  EXPECT_THAT(opened->errors, ::testing::IsEmpty());
  EXPECT_THAT(opened->requests, ::testing::IsEmpty());
  EXPECT_THAT(opened->blank, ::testing::IsEmpty());
  EXPECT_EQ(opened->drawn.size(), 1u);
}

}  // namespace
}  // namespace nvcim::sim
