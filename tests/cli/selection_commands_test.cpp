// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/support/result_rows.h"

namespace nvcim::test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SelectionCommands : public ProgramTest {
 protected:
  /// Files of a folder but the manifest, which says when and where.
  std::map<std::string, std::string> result(const std::string& folder) const {
    auto files = tree(folder);
    files.erase("manifest.json");
    return files;
  }
  std::vector<std::string> names(const std::string& folder) const {
    std::vector<std::string> found;
    for (const auto& [name, text] : tree(folder)) found.push_back(name);
    return found;
  }
};

const std::string kNetwork = "mlp_fashion_mnist_8b";
const std::string kMeasure = "sensitivity " + kNetwork + " --samples 100 --out sens";
const std::string kSelect =
    "select rram_1t1r_128 --workload " + kNetwork + " --sensitivity-file sens/sensitivity.txt --out chosen";

TEST_F(SelectionCommands, LeadFromSensitivityOverSelectionToAProgrammedChip) {
  const Outcome measured = nvcim(kMeasure + " --compare");
  ASSERT_EQ(measured.exit_code, 0) << measured.err;
  EXPECT_THAT(names("sens"),
              ElementsAre("manifest.json", "report.html", "result.csv", "result.json", "sensitivity.txt"));
  EXPECT_THAT(measured.out, AllOf(HasSubstr("Spearman"), HasSubstr("top 10 % shared"), HasSubstr("fc1")));
  const json sensitivity = json::parse(read("sens/result.json"));
  EXPECT_EQ(result_rows(sensitivity, "convergence").back()["samples"], 100);
  EXPECT_EQ(result_rows(sensitivity, "convergence").back()["top_10_overlap"], 1);
  EXPECT_EQ(result_rows(sensitivity, "layers").back()["share_in_top_10_percent"].get<double>(),
            10163.0 / 101632);  // 784 x 128 + 128 x 10 weights, a tenth rounded down

  const Outcome selected = nvcim(kSelect + " --budget 0.05");
  ASSERT_EQ(selected.exit_code, 0) << selected.err;
  EXPECT_THAT(names("chosen"), ElementsAre("architecture.json", "manifest.json", "plan.txt", "report.html",
                                           "result.csv", "result.json"));
  EXPECT_THAT(selected.out, HasSubstr("verified per touched row"));
  const json chosen = json::parse(read("chosen/result.json"));
  EXPECT_LE(result_metric(chosen, "nwc.expected"), 0.05);
  EXPECT_GT(result_metric(chosen, "nwc.expected"), 0.0499);

  const Outcome programmed =
      nvcim("program rram_1t1r_128 --workload " + kNetwork + " --plan chosen/plan.txt --engine functional --out chip");
  ASSERT_EQ(programmed.exit_code, 0) << programmed.err;
  const json chip = json::parse(read("chip/result.json"));
  EXPECT_NEAR(chip["metrics"]["nwc"]["value"].get<double>(), 0.05, 0.01);  // as expected, on another instance
}

TEST_F(SelectionCommands, GiveTheSameBytesWhateverTheThreadsAndFromTheirOwnFolder) {
  ASSERT_EQ(nvcim(kMeasure + " --threads 1").exit_code, 0);
  ASSERT_EQ(nvcim("sensitivity " + kNetwork + " --samples 100 --out again --threads 3").exit_code, 0);
  EXPECT_TRUE(result("sens") == result("again"));

  ASSERT_EQ(nvcim(kSelect + " --granularity row --order per_time --set /adc/bits=6").exit_code, 0);
  const std::string repeat = json::parse(read("chosen/manifest.json"))["repeat"];
  ASSERT_THAT(repeat, ::testing::StartsWith("nvcim select architecture.json "));
  ASSERT_EQ(nvcim(repeat.substr(6) + " --out ../two", "cd chosen &&").exit_code, 0);
  EXPECT_TRUE(result("chosen") == result("two"));
}

TEST_F(SelectionCommands, TakeScoresOfTheUsersOwn) {
  std::string scores = "# the first output of the second layer alone\n";
  for (int output = 0; output < 128; ++output) {
    for (int i = 0; i < 784; ++i) scores += "0 ";
    scores += '\n';
  }
  for (int output = 0; output < 10; ++output) {
    for (int i = 0; i < 128; ++i) scores += output == 0 ? "1," : "0,";
    scores += '\n';
  }
  write("scores.txt", scores);
  // 128 of 101,632 weights.
  ASSERT_EQ(nvcim("select swim_paper --workload " + kNetwork +
                  " --method file:scores.txt --budget 0.0012594458438287153 --out chosen")
                .exit_code,
            0);
  const json layers = result_rows(json::parse(read("chosen/result.json")), "layers");
  EXPECT_EQ(layers[0]["verified"], 0);
  EXPECT_EQ(layers[1]["verified"], 128);
  EXPECT_EQ(layers[1]["rows_touched"], 128);
  write("scores.txt", "1 2 3\n");
  const Outcome outcome = nvcim("select swim_paper --workload " + kNetwork + " --method file:scores.txt");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("line 1: 3 numbers; output 0 of layer fc1 has 784 matrix rows"));
}

TEST_F(SelectionCommands, StopWhenTheTargetHolds) {
  const Outcome met = nvcim(
      "select swim_paper --workload lenet_fashion_mnist_4b --method magnitude --until-accuracy 1% --group 0.5 "
      "--validation 100 --json --out met");
  ASSERT_EQ(met.exit_code, 0) << met.err;
  const json at_once = json::parse(met.out);
  EXPECT_EQ(at_once["facts"]["accuracy.target.met"]["value"], "yes");
  EXPECT_EQ(result_rows(at_once, "steps").size(), 1u);
  const Outcome never = nvcim(
      "select swim_paper --workload lenet_fashion_mnist_4b --method magnitude --until-accuracy 100% --group 0.5 "
      "--validation 1000 --json --out never");
  ASSERT_EQ(never.exit_code, 0) << never.err;
  const json spent = json::parse(never.out);
  EXPECT_EQ(spent["facts"]["accuracy.target.met"]["value"], "no");
  EXPECT_EQ(result_rows(spent, "steps").size(), 3u);  // nothing, half, everything
  EXPECT_THAT(nvcim("select --until-drop 1 --out no").err,
              HasSubstr("--until-drop: 1 is not a share from 0 and below 1"));
}

TEST_F(SelectionCommands, NameEveryMistake) {
  ASSERT_EQ(nvcim(kMeasure).exit_code, 0);
  ASSERT_EQ(nvcim(kSelect).exit_code, 0);
  const auto error = [&](int exit_code, const std::string& command) {
    const Outcome outcome = nvcim(command);
    EXPECT_EQ(outcome.exit_code, exit_code) << command;
    EXPECT_EQ(outcome.out, "") << command;
    return outcome.err;
  };
  EXPECT_THAT(error(2, "sweep --methods swim,best/row"),
              HasSubstr("best/row is not a method; allowed: swim, magnitude, random, layer_order, each with /weight"));
  EXPECT_THAT(error(2, "select --method best"), HasSubstr("best is not a method; allowed: swim, magnitude, random"));
  EXPECT_THAT(error(2, "select --sensitivity recursion --sensitivity-file x"), HasSubstr("excludes"));
  EXPECT_THAT(error(2, "sensitivity --set /adc/bits=6"), HasSubstr("not to an architecture"));
  EXPECT_THAT(error(2, "sensitivity --sensitivity hessian"), HasSubstr("hessian"));
  EXPECT_THAT(error(2, kSelect + "2 --budget 1.5"), HasSubstr("--budget: 1.5 is not a share from 0 to 1"));
  EXPECT_THAT(error(3, "select --method random --order per_time"),
              HasSubstr("random has no value to divide by a time"));
  EXPECT_THAT(error(3, "select --workload lenet_mnist_4b --sensitivity-file sens/sensitivity.txt"),
              HasSubstr("is for the network mlp_fashion_mnist_8b"));
  // All at once: the architecture and the file.
  EXPECT_THAT(error(3, "select rram_1t1r_128 --set /adc/bits=99 --workload " + kNetwork + " --sensitivity-file none"),
              AllOf(HasSubstr("/adc/bits: 99"), HasSubstr("none: no such file")));

  const std::string program = "program rram_1t1r_128 --workload " + kNetwork + " --engine functional --plan ";
  const std::string plan = read("chosen/plan.txt");
  write("cut.txt", plan.substr(0, plan.size() / 2));
  EXPECT_THAT(error(3, program + "cut.txt"), HasSubstr("cut.txt:byte"));
  std::string damaged = plan;
  damaged[plan.size() / 2] ^= 1;
  write("damaged.txt", damaged);
  EXPECT_THAT(error(3, program + "damaged.txt"), HasSubstr("is damaged"));
  EXPECT_THAT(error(3, program + "chosen/plan.txt --set /crossbar/columns=64"),
              HasSubstr("is for another placement (made for the architecture rram_1t1r_128)"));
}

}  // namespace
}  // namespace nvcim::test
