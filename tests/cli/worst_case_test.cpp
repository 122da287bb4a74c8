// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

namespace nvcim::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

using WorstCase = ProgramTest;

const std::string kNetwork = "swim_paper --workload lenet_fashion_mnist_4b ";
const std::string kShort = "worst-case " + kNetwork + "--method sign --search-samples 200 --samples 100 ";

TEST_F(WorstCase, WritesACertificateThatRunVerifiesAndRepeats) {
  const Outcome outcome = nvcim(kShort + "--bound 0.03 --draws 2 --out out");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  for (const char* text : {"searched on 200 train samples", "Draws within the same bounds", "extreme", "Result: out"})
    EXPECT_THAT(outcome.out, HasSubstr(text));
  const json result = json::parse(read("out/result.json"));
  for (const auto& [name, entry] : result["metrics"].items()) EXPECT_EQ(nvcim("explain " + name).exit_code, 0) << name;
  const double accuracy = result["metrics"]["accuracy.worst_case"]["value"];
  EXPECT_LT(accuracy, 0.5);
  ASSERT_EQ(nvcim("run out/architecture.json --workload lenet_fashion_mnist_4b --samples 100 --cycle-samples 1 "
                  "--perturbation out/perturbation.txt --out run")
                .exit_code,
            0);
  const json run = json::parse(read("run/result.json"));
  EXPECT_EQ(run["metrics"]["accuracy"]["value"], accuracy);
  EXPECT_EQ(run["metrics"]["perturbation.bound"]["value"], 0.03);
  EXPECT_LE(run["metrics"]["perturbation.largest"]["value"].get<double>(), 0.03);
  EXPECT_THAT(run["facts"]["programming"]["value"].get<std::string>(), HasSubstr("checked cell by cell"));
  const std::string repeat = json::parse(read("run/manifest.json"))["repeat"];
  ASSERT_EQ(nvcim(repeat.substr(6) + " --out ../again", "cd run &&").exit_code, 0);
  EXPECT_EQ(read("again/result.json"), read("run/result.json"));
}

TEST_F(WorstCase, CanBeRepeatedFromItsOwnFolder) {
  ASSERT_EQ(nvcim(kShort + "--bound 0.02,0.04 --verify 0.2,1 --loose-bound 0.1 --selection magnitude "
                           "--granularity row --seed 3 --out first")
                .exit_code,
            0);
  const std::string repeat = json::parse(read("first/manifest.json"))["repeat"];
  ASSERT_THAT(repeat, ::testing::StartsWith("nvcim worst-case architecture.json "));
  const Outcome again = nvcim(repeat.substr(6) + " --out ../again", "cd first &&");
  ASSERT_EQ(again.exit_code, 0) << again.err;
  auto first = tree("first"), second = tree("again");
  first.erase("manifest.json");
  second.erase("manifest.json");
  EXPECT_EQ(first.size(), 8u);  // four perturbations
  EXPECT_TRUE(first == second);
}

TEST_F(WorstCase, NamesMistakes) {
  for (const auto& [arguments, text] :
       {std::pair{"worst-case --method guess", "--method: guess is unknown; allowed: "},
        {"worst-case --search-on both", "--search-on: both is unknown; allowed: train, test"},
        {"worst-case --bound 1.5", "--bound: 1.5 is not a share from 0 to 1"},
        {"worst-case --verify 0.1", "say how far they may be off with --loose-bound"},
        {"run --chip a.h5 --perturbation b.txt", "--chip and --perturbation both say"},
        {"run --perturbation b.txt --age 1h", "--age and --temperature move cells"}}) {
    const Outcome outcome = nvcim(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << arguments;
    EXPECT_THAT(outcome.err, HasSubstr(text)) << arguments;
  }
  for (const auto& [arguments, text] :
       {std::pair{kShort + "--verify 0.5 --loose-bound 0.01 --selection random", "is tighter than 0.03"},
        {"run " + kNetwork + "--perturbation missing.txt", "missing.txt"}}) {
    const Outcome outcome = nvcim(arguments);
    EXPECT_EQ(outcome.exit_code, 3) << arguments;
    EXPECT_THAT(outcome.err, HasSubstr(text)) << arguments;
  }
  EXPECT_TRUE(tree().empty());
}

}  // namespace
}  // namespace nvcim::test
