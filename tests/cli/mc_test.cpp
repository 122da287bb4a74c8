// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/support/result_rows.h"

namespace nvcim::test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using MonteCarlo = ProgramTest;

const std::string kShort = "mc swim_paper --workload lenet_fashion_mnist_4b --samples 20 ";

TEST_F(MonteCarlo, WritesAResultFolderAndPrintsTheFigures) {
  const Outcome outcome = nvcim(kShort + "--instances 40 --target 50%,90% --out out");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  std::vector<std::string> names;
  for (const auto& [name, text] : tree()) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("out", "out/architecture.json", "out/manifest.json", "out/report.html",
                                 "out/result.csv", "out/result.json"));
  for (const char* text : {"40 instances", "mean", "10 % KPP", "1 % KPP", "needs 368 instances or more",
                           "yield at 50 %", "yield at 90 %", "images·instances/s", "Result: out"})
    EXPECT_THAT(outcome.out, HasSubstr(text));
  const json result = json::parse(read("out/result.json"));
  EXPECT_EQ(result_metric(result, "instances"), 40);
  EXPECT_EQ(result_rows(result, "instances").size(), 40u);
  for (const auto& [name, entry] : result["metrics"].items()) EXPECT_EQ(nvcim("explain " + name).exit_code, 0) << name;
}

TEST_F(MonteCarlo, CanBeRepeatedFromItsOwnFolder) {
  ASSERT_EQ(nvcim(kShort + "--set /device/sigma=0.2 --instances 200 --precision 40% --quantiles 1%,10% --target 97.5% "
                           "--verify 0.25 --method magnitude --granularity row --seed 3 --out first")
                .exit_code,
            0);
  const std::string repeat = json::parse(read("first/manifest.json"))["repeat"];
  ASSERT_THAT(repeat, ::testing::StartsWith("nvcim mc architecture.json "));
  const Outcome again = nvcim(repeat.substr(6) + " --out ../again", "cd first &&");
  ASSERT_EQ(again.exit_code, 0) << again.err;
  auto first = tree("first"), second = tree("again");
  first.erase("manifest.json");
  second.erase("manifest.json");
  EXPECT_TRUE(first == second);
}

TEST_F(MonteCarlo, VerifiesTheCellsOfAPlanAsItsOwnChoiceOfThem) {
  const std::string workload = "--workload lenet_fashion_mnist_4b ";
  ASSERT_EQ(nvcim("select swim_paper " + workload + "--method magnitude --budget 0.3 --out chosen --quiet").exit_code,
            0);
  ASSERT_EQ(nvcim(kShort + "--instances 4 --verify 0.3 --method magnitude --out own --quiet").exit_code, 0);
  const Outcome planned = nvcim(kShort + "--instances 4 --plan chosen/plan.txt --out planned --quiet");
  ASSERT_EQ(planned.exit_code, 0) << planned.err;
  const auto instances = [this](const std::string& folder) {
    const json result = json::parse(read(folder + "/result.json"));
    for (const json& table : result["tables"])
      if (table["name"] == "instances") return table["rows"];
    return json();
  };
  EXPECT_EQ(instances("planned"), instances("own"));
  EXPECT_EQ(instances("planned").size(), 4u);
  const json manifest = json::parse(read("planned/manifest.json"));
  EXPECT_EQ(manifest["request"]["plan"], "../chosen/plan.txt");
  EXPECT_EQ(manifest["request"]["instances"], 4);
  EXPECT_EQ(manifest["request"]["ARCH"], "architecture.json");
  EXPECT_FALSE(manifest["request"].contains("quiet"));
  const std::string repeat = manifest["repeat"];
  EXPECT_THAT(repeat, HasSubstr(" --plan ../chosen/plan.txt"));
  ASSERT_EQ(nvcim(repeat.substr(6) + " --out ../again", "cd planned &&").exit_code, 0);
  EXPECT_EQ(instances("again"), instances("own"));
  const Outcome both = nvcim(kShort + "--plan all --verify 0.3 --method magnitude");
  EXPECT_EQ(both.exit_code, 3);
  EXPECT_THAT(both.err, HasSubstr("--plan: says what is verified; so does --verify"));
}

TEST_F(MonteCarlo, NamesMistakesOfTheCommandLine) {
  for (const auto& [arguments, text] :
       {std::pair{"mc --precision 1", "1 is not a share above 0 and below 1; write 1% or 0.01"},
        {"mc --precision 0%", "0% is not a share"},
        {"mc --target 101%", "101% is not a share above 0 and up to 1"},
        {"mc --quantiles 1%,100%", "100% is not a share above 0 and below 1"},
        {"mc --verify 1.5", "1.5 is not a share from 0 to 1; write 1.5% or 0.015"},
        {"mc --instances 0", "0 is not a whole number"},
        {"mc --method swim", "give their share of the write cycles with --verify"}}) {
    const Outcome outcome = nvcim(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << arguments;
    EXPECT_THAT(outcome.err, HasSubstr(text)) << arguments;
  }
  EXPECT_TRUE(tree().empty());
}

TEST_F(MonteCarlo, ThatFailsLeavesNothing) {
  const std::string too_small = "--set /chip/mesh_rows=1 --set /chip/mesh_columns=1 --set /tile/crossbars=1 ";
  EXPECT_EQ(nvcim(kShort + too_small).exit_code, 3);
  EXPECT_TRUE(tree().empty());
}

}  // namespace
}  // namespace nvcim::test
