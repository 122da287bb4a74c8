// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

namespace nvcim::test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ProgramCommand : public ProgramTest {
 protected:
  static double metric(const json& result, const std::string& name) {
    return result.at("metrics").at(name).at("value").get<double>();
  }
  json program(const std::string& options) const {
    const Outcome outcome = nvcim("program swim_paper --workload lenet_mnist_4b --json --force --out out " + options);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.exit_code == 0 ? json::parse(outcome.out) : json{};
  }
  static double cells_in_states(const json& result) {
    double sum = 0;
    for (const char* state : {"unwritten", "written_once", "verified", "unconverged", "unfinished"})
      sum += metric(result, std::string("cells.") + state);
    return sum;
  }
};

TEST_F(ProgramCommand, WritesTheChipAndTheResultTwiceTheSame) {
  const std::string command = "program swim_paper --workload lenet_mnist_4b ";
  const Outcome outcome = nvcim(command + "--out out");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  for (const char* text : {"latency", "energy", "NWC", "attempts, row", "both engines agree", "nvcim run --chip"})
    EXPECT_THAT(outcome.out, HasSubstr(text));
  std::vector<std::string> names;
  for (const auto& [name, text] : tree("out")) names.push_back(name);
  EXPECT_THAT(names,
              ::testing::IsSupersetOf({"architecture.json", "chip.h5", "manifest.json", "result.csv", "result.json"}));
  ASSERT_EQ(nvcim(command + "--quiet --threads 1 --out again").exit_code, 0);
  for (const auto& [name, text] : tree("out")) {
    if (name == "manifest.json") continue;
    EXPECT_EQ(read("again/" + name), text) << name;
  }
}

// The paper's figures for write-verify at tolerance 0.06: ten attempts per weight, residual 0.03; here times the
// preset's factor 0.57735 on every deviation.
TEST_F(ProgramCommand, VerifyingEverythingTakesTenAttemptsPerCell) {
  const json result = program("");
  EXPECT_DOUBLE_EQ(metric(result, "nwc"), 1);
  EXPECT_NEAR(metric(result, "attempts.cell.mean"), 10, 0.5);
  EXPECT_NEAR(metric(result, "residual.verified"), 0.030 * 0.57735, 0.002 * 0.57735);
  EXPECT_LE(metric(result, "residual.verified.max"), 0.06 * 0.57735);
  EXPECT_EQ(metric(result, "cells.verified"), 105918);
  EXPECT_EQ(cells_in_states(result), 105918);
  // Every attempt is one pulse and one verify; every cell is read once before.
  EXPECT_EQ(metric(result, "count.programming.read_bits"),
            metric(result, "count.programming.set_bits") + metric(result, "count.programming.reset_bits") + 105918);
  double parts = 0;
  for (const auto& [name, entry] : result["metrics"].items())
    if (name.starts_with("energy.programming.")) parts += entry["value"].get<double>();
  EXPECT_NEAR(parts, metric(result, "energy.programming"), 1e-9 * parts);
}

TEST_F(ProgramCommand, VerifyingNothingTakesTheFirstWriteAlone) {
  const json result = program("--plan none");
  EXPECT_EQ(metric(result, "nwc"), 0);
  EXPECT_EQ(metric(result, "cells.written_once"), 105918);
  EXPECT_EQ(metric(result, "latency.programming"), metric(result, "latency.programming.first_write"));
  EXPECT_EQ(metric(result, "count.programming.read_operations"), 0);
}

TEST_F(ProgramCommand, BudgetsEndItAndSayWhatIsLeft) {
  const json time = program("--budget-time 1ms");
  EXPECT_LE(metric(time, "latency.programming"), 1e-3);
  EXPECT_GT(metric(time, "latency.programming"), 0.99e-3);
  EXPECT_EQ(cells_in_states(time), 105918);
  EXPECT_GT(metric(time, "cells.written_once"), 0);
  EXPECT_LT(metric(time, "nwc"), 0.2);
  const json pulses = program("--budget-pulses 200000");
  EXPECT_LE(metric(pulses, "count.programming.set_bits") + metric(pulses, "count.programming.reset_bits"),
            200000 - 105918);
  const json energy = program("--budget-energy 2uJ");
  EXPECT_NEAR(metric(energy, "energy.programming"), 2e-6, 0.02e-6);
  EXPECT_EQ(energy["facts"]["budget.spent"]["value"], "yes: programming ended early");
}

TEST_F(ProgramCommand, TwoInstancesDiffer) {
  program("--instance 0");
  const std::string first = read("out/chip.h5");
  program("--instance 1");
  EXPECT_NE(read("out/chip.h5"), first);
}

TEST_F(ProgramCommand, MistakesAreNamedTogether) {
  const Outcome outcome = nvcim("program --budget-time 5 --budget-energy 1W --set /adc/bits=99 --out out");
  EXPECT_EQ(outcome.exit_code, 3);
  for (const char* text :
       {"--budget-time: 5 has no unit", "--budget-energy: 1W has unit W where J is needed", "/adc/bits: 99 is outside"})
    EXPECT_THAT(outcome.err, HasSubstr(text));
  EXPECT_THAT(nvcim("program --plan nowhere.txt --out out").err, HasSubstr("nowhere.txt: no such file"));
  EXPECT_EQ(nvcim("program --engine none").exit_code, 2);
  EXPECT_TRUE(tree().empty()) << "a failed command writes nothing";
}

}  // namespace
}  // namespace nvcim::test
