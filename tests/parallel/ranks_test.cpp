// SPDX-License-Identifier: Apache-2.0
#include "sim/parallel/ranks.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

namespace nvcim::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::Optional;

UnitJob squares(int units, int threads) {
  UnitJob job;
  job.units = units;
  job.threads = threads;
  job.identity = "squares";
  job.compute = [](int unit) { return std::to_string(unit * unit); };
  return job;
}

TEST(OneProcess, GivesEveryOutcomeForAnyThreads) {
  for (int threads : {1, 2, 7}) {
    const Outcomes outcomes = OneProcess().run(squares(20, threads));
    ASSERT_EQ(outcomes.size(), 20u);
    for (int unit = 0; unit < 20; ++unit) EXPECT_THAT(outcomes[unit], Optional(std::to_string(unit * unit)));
  }
  EXPECT_TRUE(OneProcess().run(squares(0, 2)).empty());
}

TEST(OneProcess, StartsNoUnitOnceThereAreEnough) {
  for (int threads : {1, 3}) {
    UnitJob job = squares(1000, threads);
    std::atomic<bool> enough = false;
    job.compute = [&](int unit) {
      while (unit > 10 && !enough) std::this_thread::yield();
      return std::to_string(unit * unit);
    };
    job.finished = [&](int unit, const std::string&, bool) {
      if (unit == 10) enough = true;
      return unit == 10;
    };
    const Outcomes outcomes = OneProcess().run(job);
    const auto computed =
        std::count_if(outcomes.begin(), outcomes.end(), [](const auto& one) { return one.has_value(); });
    for (int unit = 0; unit <= 10; ++unit) EXPECT_TRUE(outcomes[unit].has_value()) << unit;
    EXPECT_LE(computed, 11 + threads - 1) << "those under way";
  }
}

TEST(OneProcess, PassesOnAFailureAndKeepsWhatIsFinished) {
  const fs::path file = fs::path(::testing::TempDir()) / "nvcim_ranks_failure";
  fs::remove(file);
  UnitJob job = squares(10, 1);
  job.journal = file;
  job.compute = [](int unit) {
    if (unit == 3) throw std::runtime_error("three");
    return std::to_string(unit * unit);
  };
  EXPECT_THROW(OneProcess().run(job), std::runtime_error);
  // The next attempt computes the others alone.
  std::set<int> computed;
  job.compute = [&](int unit) {
    computed.insert(unit);
    return std::to_string(unit * unit);
  };
  std::vector<int> told;
  job.finished = [&](int unit, const std::string& outcome, bool from_journal) {
    EXPECT_EQ(from_journal, unit < 3);
    EXPECT_EQ(outcome, std::to_string(unit * unit));
    told.push_back(unit);
    return false;
  };
  const Outcomes outcomes = OneProcess().run(job);
  EXPECT_THAT(computed, ElementsAre(3, 4, 5, 6, 7, 8, 9));
  EXPECT_THAT(told, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  for (int unit = 0; unit < 10; ++unit) EXPECT_THAT(outcomes[unit], Optional(std::to_string(unit * unit)));
  // A job that asks for less takes what it needs of the same file.
  job = squares(2, 1);
  job.journal = file;
  job.compute = [](int) -> std::string { throw std::runtime_error("computed again"); };
  EXPECT_THAT(OneProcess().run(job), ElementsAre(Optional(std::string("0")), Optional(std::string("1"))));
  fs::remove(file);
}

TEST(OneProcess, IsTheOnlyOne) {
  OneProcess ranks;
  EXPECT_TRUE(ranks.leads());
  EXPECT_EQ(ranks.count(), 1);
  EXPECT_EQ(ranks.from_lead([] { return std::string("word"); }), "word");
  EXPECT_THROW(ranks.together([] { throw std::runtime_error("step"); }), std::runtime_error);
}

}  // namespace
}  // namespace nvcim::sim
