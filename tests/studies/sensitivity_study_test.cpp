// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/sensitivity.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "arch/input_error.h"
#include "tests/support/browser.h"
#include "tests/support/random_network.h"
#include "tests/support/result_rows.h"
#include "workloads/sensitivity_statistics.h"

namespace nvcim::sim {
namespace {

SensitivityRequest small_request() {
  SensitivityRequest request;
  request.network = testing::NetworkBuilder({1, 6, 6}, 8, 4).linear(12, 4).logits(5, 4);
  request.data.name = "random";
  request.data.shape = request.network.input;
  request.data.classes = 5;
  request.data.pixels = testing::random_images(request.network, 400, 2);
  request.data.labels.assign(400, 0);
  for (workloads::Node& node : request.network.nodes) node.mvm.weight_scale = 1e-3;
  return request;
}

TEST(SensitivityStudy, RowsSumToTheWholeAndCompareTheMethods) {
  SensitivityRequest request = small_request();
  request.compare = true;
  const SensitivityStudy study = run_sensitivity(request);
  const std::vector<SensitivityRow> rows = sensitivity_rows(request, study);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].weights, 36 * 12);
  EXPECT_EQ(rows[1].weights, 12 * 5);
  EXPECT_EQ(rows[2].weights, 36 * 12 + 12 * 5);
  EXPECT_NEAR(rows[0].picked_share * 432 + rows[1].picked_share * 60, 49, 1e-9);  // the largest tenth of 492
  EXPECT_NEAR((rows[0].mean * 432 + rows[1].mean * 60) / 492, rows[2].mean, 1e-12 * rows[2].mean);
  EXPECT_EQ(rows[2].largest, std::max(rows[0].largest, rows[1].largest));
  EXPECT_NEAR(*rows[1].spearman, 1, 1e-9);  // exact in the last layer
  EXPECT_NEAR(*rows[1].median_ratio, 1, 1e-5);
  EXPECT_EQ(*rows[2].spearman, workloads::spearman(study.measured.all(), study.other->all()));
  // The other way round the comparison is the same: recursion against Gauss-Newton.
  request.method = workloads::SensitivityMethod::gauss_newton;
  const std::vector<SensitivityRow> swapped = sensitivity_rows(request, run_sensitivity(request));
  EXPECT_EQ(*swapped[0].median_ratio, *rows[0].median_ratio);
}

TEST(SensitivityStudy, ConvergesOverGrowingPrefixes) {
  const SensitivityRequest request = small_request();
  const auto json = nlohmann::json::parse(result_json(result_of(request, run_sensitivity(request))));
  const auto convergence = test::result_rows(json, "convergence");
  int samples = 0;
  for (const auto& at : convergence) {
    EXPECT_GT(at["samples"], samples);
    samples = at["samples"];
  }
  EXPECT_EQ(samples, 400);
  EXPECT_EQ(convergence.back()["top_10_overlap"], 1);
  EXPECT_LT(convergence.front()["top_10_overlap"], 1);
}

TEST(SensitivityStudy, RefusesDataOfAnotherShape) {
  SensitivityRequest request = small_request();
  request.data.shape = {1, 3, 12};
  EXPECT_THROW(run_sensitivity(request), InputError);
}

TEST(SensitivityStudy, PageOpensWithEveryChartDrawn) {
  SensitivityRequest request = small_request();
  request.compare = true;
  const auto opened =
      testing::open_page(sensitivity_page(request, run_sensitivity(request), {"1", "nvcim sensitivity", ""}));
  if (!opened) GTEST_SKIP() << "needs Chromium";
  EXPECT_THAT(opened->errors, ::testing::IsEmpty());
  EXPECT_THAT(opened->requests, ::testing::IsEmpty());
  EXPECT_THAT(opened->blank, ::testing::IsEmpty());
  EXPECT_EQ(opened->drawn.size(), 2u);
}

}  // namespace
}  // namespace nvcim::sim
