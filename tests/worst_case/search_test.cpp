// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/worst_case_search.h"

#include <gmock/gmock.h>

#include <numeric>

#include "tests/support/random_network.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

using workloads::GradientEngine;
using workloads::WeightMatrix;

/// A random network, images, and its own answers as labels.
struct Problem {
  workloads::Network network;
  std::vector<std::uint8_t> pixels, labels;
  mapping::WeightReach reach;

  Problem(workloads::Network of, int samples, float bound) : network(std::move(of)) {
    for (workloads::Node& node : network.nodes) node.mvm.bias.assign(node.mvm.bias.size(), 0);
    pixels = testing::random_images(network, samples, 2);
    const std::size_t classes = network.classes();
    const std::vector<std::int64_t> logits = workloads::reference_logits(network, pixels, samples);
    for (int s = 0; s < samples; ++s)
      labels.push_back(
          static_cast<std::uint8_t>(workloads::predicted_class(std::span(logits).subspan(s * classes, classes))));
    // Logits of a few units: cross entropy has no slope where one class takes all.
    double scale = network.nodes.front().input_scale, largest = 1;
    for (const workloads::Node& node : network.nodes)
      if (node.kind == workloads::Node::Kind::mvm && !node.mvm.raw_output)
        scale *= node.mvm.weight_scale / node.mvm.requantisation.multiplier;
    for (const std::int64_t logit : logits) largest = std::max(largest, std::abs(double(logit)));
    network.nodes.back().mvm.weight_scale = 3 / (largest * scale);
    reach.low = reach.high = workloads::zero_weights(network);
    for (auto& of_node : reach.low) std::fill(of_node.begin(), of_node.end(), -bound);
    for (auto& of_node : reach.high) std::fill(of_node.begin(), of_node.end(), bound);
  }
  SearchOutcome search(SearchMethod method, int threads = 1, double enough = 0) const {
    return search_worst_case({.network = network,
                              .pixels = pixels,
                              .labels = labels,
                              .reach = reach,
                              .method = method,
                              .enough = enough,
                              .threads = threads});
  }
  int correct(const WeightMatrix& deviation) const {
    std::vector<int> all(labels.size());
    std::iota(all.begin(), all.end(), 0);
    return GradientEngine(network).run(deviation, pixels, labels, all, {}, false).correct;
  }
};

Problem small(float bound) {
  return Problem(testing::NetworkBuilder({1, 6, 6}, 8, 4).linear(12, 4).logits(5, 4), 200, bound);
}

class Search : public ::testing::TestWithParam<SearchMethod> {};

TEST_P(Search, StaysWithinTheReachAndCountsWhatItFound) {
  const Problem problem = small(0.1f);
  const SearchOutcome found = problem.search(GetParam());
  for (std::size_t n = 0; n < found.deviation.size(); ++n)
    for (std::size_t i = 0; i < found.deviation[n].size(); ++i) {
      ASSERT_GE(found.deviation[n][i], problem.reach.low[n][i]);
      ASSERT_LE(found.deviation[n][i], problem.reach.high[n][i]);
    }
  EXPECT_EQ(problem.correct(found.deviation), found.correct);
  EXPECT_LT(found.correct, 150);
  EXPECT_GT(found.iterations, 0);
}

TEST_P(Search, LeavesWhatCannotMove) {
  Problem problem = small(0.1f);
  std::fill(problem.reach.low[0].begin(), problem.reach.low[0].end(), 0.0f);
  std::fill(problem.reach.high[1].begin(), problem.reach.high[1].end(), 0.0f);
  const SearchOutcome found = problem.search(GetParam());
  for (const float value : found.deviation[0]) EXPECT_GE(value, 0);
  for (const float value : found.deviation[1]) EXPECT_LE(value, 0);
}

TEST_P(Search, IsTheSameBitsForAnyThreads) {
  const Problem problem = small(0.05f);
  const SearchOutcome one = problem.search(GetParam()), three = problem.search(GetParam(), 3);
  EXPECT_EQ(one.deviation, three.deviation);
  EXPECT_EQ(one.correct, three.correct);
}

INSTANTIATE_TEST_SUITE_P(Methods, Search,
                         ::testing::Values(SearchMethod::pgd, SearchMethod::lagrangian, SearchMethod::sign));

TEST(SearchWorstCase, BeatsItsBaseline) {
  const Problem problem = small(0.06f);
  const int sign = problem.search(SearchMethod::sign).correct;
  EXPECT_LT(problem.search(SearchMethod::pgd).correct, sign);
}

TEST(SearchWorstCase, EndsWhereSoFewAreRightAsIsEnough) {
  const Problem problem = small(0.05f);
  for (SearchMethod method : {SearchMethod::pgd, SearchMethod::lagrangian}) {
    const SearchOutcome whole = problem.search(method);
    ASSERT_GT(whole.correct, 0);
    const double enough = (whole.correct + 40) / 200.0;  // of 200 samples
    const SearchOutcome sooner = problem.search(method, 1, enough);
    EXPECT_LE(sooner.correct, whole.correct + 40);
    EXPECT_LT(sooner.iterations, whole.iterations);
  }
}

/// One layer, two classes, one sample: the margin is linear in the weights, and the worst deviations are known.
class OneSample : public ::testing::TestWithParam<SearchMethod> {
 protected:
  Problem problem(double share) const {
    Problem result(testing::NetworkBuilder({1, 4, 4}, 8, 7).logits(2, 4), 1, 0);
    const workloads::Node& node = result.network.nodes[0];
    std::vector<std::uint8_t> codes(16);
    workloads::encode_image(result.network, result.pixels.data(), codes.data());
    double margin = 0, sum = 0;
    const int label = result.labels[0];
    for (int i = 0; i < 16; ++i) {
      margin += codes[i] * (node.mvm.weights[label * 16 + i] - node.mvm.weights[(1 - label) * 16 + i]) / 7.0;
      sum += codes[i];
    }
    const auto bound = static_cast<float>(share * margin / (2 * sum));  // the label's weights down, the other's up
    for (auto* side : {&result.reach.low, &result.reach.high})
      for (float& value : (*side)[0]) value = side == &result.reach.low ? -bound : bound;
    return result;
  }
};

TEST_P(OneSample, FallsJustPastTheBoundThatItsMarginAllowsAndNotBefore) {
  EXPECT_EQ(problem(0.97).search(GetParam()).correct, 1);
  EXPECT_EQ(problem(1.03).search(GetParam()).correct, 0);
}

INSTANTIATE_TEST_SUITE_P(Methods, OneSample, ::testing::Values(SearchMethod::pgd, SearchMethod::lagrangian));

}  // namespace
}  // namespace nvcim::sim
