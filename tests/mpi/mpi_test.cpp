// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/mpi/mpi_program.h"

namespace nvcim::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Mpi : public ProgramTest {
 protected:
  Outcome on_ranks(int ranks, const std::string& arguments) const { return nvcim(arguments, mpirun(ranks)); }
  std::map<std::string, std::string> result(const std::string& folder) const {
    auto files = tree(folder);
    files.erase("manifest.json");
    return files;
  }
  std::string scenario(int ranks, const std::string& name) const {
    const Outcome outcome = run(fmt::format("{} '{}' {} '{}'", mpirun(ranks), NVCIM_SCENARIOS, name, folder_.string()));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.out;
  }
};

const std::string kMc = "mc swim_paper --workload lenet_fashion_mnist_4b --samples 30 --quiet ";

TEST_F(Mpi, GivesTheSameBytesForAnyRanksAndThreads) {
  const std::string study = kMc +
                            "--instances 100 --precision 20% --quantiles 10% --target 80% --verify 0.2 "
                            "--method random --granularity row ";
  ASSERT_EQ(nvcim(study + "--threads 1 --out alone").exit_code, 0);
  ASSERT_FALSE(result("alone").empty());
  for (int ranks : {1, 2, 3, 4}) {
    const std::string out = fmt::format("on{}", ranks);
    const Outcome outcome = on_ranks(ranks, study + fmt::format("--threads {} --out {}", 1 + ranks % 2, out));
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_TRUE(result(out) == result("alone")) << ranks;
    EXPECT_THAT(read(out + "/manifest.json"), HasSubstr(fmt::format("\"processes\": {}", ranks)));
    EXPECT_FALSE(std::filesystem::exists(path(out + ".journal")));
  }
}

TEST_F(Mpi, SweepsWithTheSameBytes) {
  const std::string study =
      "sweep swim_paper --workload lenet_fashion_mnist_4b --samples 30 --budgets 0,0.1,1 --methods swim,random "
      "--sensitivity-samples 64 --instances 3 --quiet ";
  ASSERT_EQ(nvcim(study + "--out alone").exit_code, 0);
  const Outcome outcome = on_ranks(3, study + "--out ranks");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(result("ranks") == result("alone"));
}

TEST_F(Mpi, OneRankSpeaks) {
  Outcome outcome = on_ranks(2, "mc --data nowhere");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_EQ(outcome.err.find("error: nowhere"), outcome.err.rfind("error: nowhere"));
  EXPECT_THAT(outcome.err, HasSubstr("error: nowhere"));
  outcome = on_ranks(2, "run");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("run works in one process: start it without mpirun"));
  EXPECT_TRUE(tree().empty());
}

TEST_F(Mpi, UnevenUnitsAreBalanced) {
  EXPECT_EQ(scenario(3, "uneven"), "3 ranks: 0 1 4 9 16 25 36 49 64 81 100 121 \n");
}

TEST_F(Mpi, EveryRankHasAllOutcomes) {
  EXPECT_EQ(scenario(3, "everywhere"), "3 ranks: lead says, 0 1 4 9 16 0 0 1 4 9 16 1 0 1 \n");
}

TEST_F(Mpi, AFailureEndsAllRanksAndOneTells) {
  for (const auto& [name, text] :
       {std::pair{"unit_fails", "rank 0: unit: seven\n"}, {"step_fails", "rank 0: data: missing (rank 1)\n"}}) {
    const std::string out = scenario(2, name);
    EXPECT_THAT(out, HasSubstr(text));
    EXPECT_THAT(out, HasSubstr("rank 1 too\n"));
  }
  EXPECT_THAT(scenario(2, "lead_fails"), HasSubstr("rank 0: lead: missing\n"));
  EXPECT_THAT(scenario(2, "journal_fails"), HasSubstr("cannot be written"));
}

}  // namespace
}  // namespace nvcim::test
