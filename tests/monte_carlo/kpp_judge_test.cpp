// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/kpp_judge.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "arch/input_error.h"
#include "tests/monte_carlo/small_study.h"

namespace nvcim::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

KppJudge judge_of(const MonteCarloRequest& study) {
  KppJudge judge;
  judge.architecture = study.architecture;
  judge.data = study.data;
  judge.share = 0.5;
  judge.instances = 12;
  return judge;
}

TEST(KppJudge, SaysOneOfAChipThatIsAlwaysRight) {
  MonteCarloRequest study = small_study();
  study.architecture.device.sigma = 0;
  EXPECT_EQ(judge_of(study)(study.network, 1), 1);
}

TEST(KppJudge, SaysLessOfAChipThatSpreadsMore) {
  MonteCarloRequest study = small_study();
  const double wide = judge_of(study)(study.network, 1);
  study.architecture.device.sigma = 0.1;
  EXPECT_GT(judge_of(study)(study.network, 1), wide + 0.1);
}

TEST(KppJudge, DrawsTheSameChipsWithinAnEpochAndOthersInEveryOne) {
  const MonteCarloRequest study = small_study();
  KppJudge judge = judge_of(study);
  std::vector<double> first, again;
  for (int epoch = 1; epoch <= 4; ++epoch) {
    first.push_back(judge(study.network, epoch));
    again.push_back(judge(study.network, epoch));
  }
  EXPECT_EQ(first, again);
  EXPECT_FALSE(std::equal(first.begin() + 1, first.end(), first.begin()));
  judge.threads = 3;
  EXPECT_EQ(judge(study.network, 4), first.back());
}

TEST(KppJudge, IsIdentifiedByEverythingThatDecidesWhatItSays) {
  const MonteCarloRequest study = small_study();
  const KppJudge judge = judge_of(study);
  const auto changed = [&](auto change) {
    KppJudge other = judge;
    change(other);
    return other.identity();
  };
  EXPECT_NE(changed([](KppJudge& j) { j.architecture.device.sigma = 0.5; }), judge.identity());
  EXPECT_NE(changed([](KppJudge& j) { j.share = 0.4; }), judge.identity());
  EXPECT_NE(changed([](KppJudge& j) { j.instances = 13; }), judge.identity());
  EXPECT_NE(changed([](KppJudge& j) { j.seed = 2; }), judge.identity());
  EXPECT_NE(changed([](KppJudge& j) { j.data.labels.pop_back(); }), judge.identity());
  EXPECT_EQ(changed([](KppJudge& j) { j.threads = 5; }), judge.identity());
}

std::vector<std::string> mistakes(const KppJudge& judge) {
  std::vector<std::string> texts;
  try {
    check(judge);
  } catch (const InputError& error) {
    for (const InputIssue& issue : error.issues()) texts.push_back(issue.text());
  }
  return texts;
}

// 1 - 0.95^n > 0.975 of a sample below the quantile: n > ln 0.025 / ln 0.95 = 71.9.
TEST(KppJudge, NeedsInstancesThatResolveItsQuantile) {
  KppJudge judge = judge_of(small_study());
  judge.share = 0.05;
  judge.instances = 72;
  EXPECT_THAT(mistakes(judge), ElementsAre());
  judge.instances = 71;
  EXPECT_THAT(mistakes(judge),
              ElementsAre(HasSubstr("--kpp-instances: 71 cannot resolve the 5 % KPP: it needs 72 or more")));
  judge.share = 1;
  judge.data.labels.clear();
  EXPECT_THAT(mistakes(judge),
              ElementsAre(HasSubstr("holds no sample"), HasSubstr("--kpp: 100 is not between 0 and 100")));
}

TEST(HoldOut, TakesTheLastSamples) {
  workloads::Dataset data = small_study().data;
  const workloads::Dataset all = data;
  const workloads::Dataset held = hold_out(data, 15, "--validation");
  EXPECT_EQ(data.samples(), 25);
  EXPECT_EQ(held.samples(), 15);
  EXPECT_EQ(held.classes, all.classes);
  auto joined = data.pixels;
  joined.insert(joined.end(), held.pixels.begin(), held.pixels.end());
  EXPECT_EQ(joined, all.pixels);
  auto labels = data.labels;
  labels.insert(labels.end(), held.labels.begin(), held.labels.end());
  EXPECT_EQ(labels, all.labels);
}

TEST(HoldOut, LeavesSomethingToTrainOn) {
  workloads::Dataset data = small_study().data;
  try {
    hold_out(data, 40, "--validation");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.issues()[0].text(), "--validation: 40 of 40 samples leaves none to train on");
  }
  EXPECT_EQ(hold_out(data, 39, "--validation").samples(), 39);
}

}  // namespace
}  // namespace nvcim::sim
