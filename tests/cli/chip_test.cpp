// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

/// A chip that is programmed once and run later.
namespace nvcim::test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Chip : public ProgramTest {
 protected:
  void program(const std::string& arguments = "") {
    const Outcome outcome = nvcim("program --engine functional --quiet --out chip " + arguments);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  json result(const std::string& folder) const { return json::parse(read(folder + "/result.json")); }
  double metric(const std::string& folder, const std::string& name) const {
    return result(folder)["metrics"].at(name)["value"].get<double>();
  }
  /// What a run says about inference, whatever it says about how its chip was programmed.
  json inference(const std::string& folder) const {
    json all = result(folder);
    all.erase("command");
    all["facts"].erase("programming");
    for (const char* metric : {"cells", "cells.unwritten", "cells.written_once", "cells.verified", "cells.unconverged",
                               "cells.unfinished", "latency.programming", "energy.programming"})
      all["metrics"].erase(metric);
    return all;
  }
};

const std::string kShort = "--samples 20 --cycle-samples 1 ";

TEST_F(Chip, SavedUnverifiedIsTheOneThatRunProgramsItself) {
  for (const std::string draws : {"--seed 4 --instance 7", "--seed 4 --instance 8"}) {
    program("--plan none --force " + draws);
    ASSERT_EQ(nvcim("run --force --out itself " + kShort + draws).exit_code, 0);
    const Outcome outcome = nvcim("run --force --out from_file --chip chip/chip.h5 " + kShort);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(inference("itself"), inference("from_file"));
  }
  ASSERT_EQ(nvcim("run --out other --seed 4 --instance 7 " + kShort).exit_code, 0);
  EXPECT_NE(metric("other", "count.cell_conduction"), metric("itself", "count.cell_conduction"));
}

TEST_F(Chip, TheReportNamesItAndItsState) {
  program();
  const Outcome outcome = nvcim("run --out out --chip chip/chip.h5 " + kShort);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("100.00 %  of 847,344 cells verified, 0 unconverged, 0 unwritten"),
                                 HasSubstr("chip.h5 "), Not(HasSubstr("unverified pass"))));
  EXPECT_EQ(metric("out", "cells.verified"), 847344);
  EXPECT_THAT(result("out")["facts"]["programming"]["value"].get<std::string>(),
              AllOf(HasSubstr("chip.h5"), HasSubstr("847344 cells (100 %) verified")));
  const json manifest = json::parse(read("out/manifest.json"));
  EXPECT_EQ(manifest["chip"]["file"], "../chip/chip.h5");
  EXPECT_THAT(result("out")["facts"]["programming"]["value"].get<std::string>(),
              HasSubstr(manifest["chip"]["fingerprint"].get<std::string>()));
}

TEST_F(Chip, ABudgetLeavesCellsThatTheReportCounts) {
  program("--budget-pulses 500000");
  ASSERT_EQ(nvcim("run --engine functional --out out --chip chip/chip.h5 " + kShort.substr(0, 13)).exit_code, 0);
  EXPECT_EQ(metric("out", "cells.unwritten"), metric("chip", "cells.unwritten"));
  EXPECT_GT(metric("out", "cells.unwritten"), 300'000);
  EXPECT_EQ(metric("out", "cells"), 847344);
}

TEST_F(Chip, ARunOfItCanBeRepeatedFromItsOwnFolder) {
  program("--seed 9");
  ASSERT_EQ(nvcim("run --chip chip/chip.h5 --age 1h --set /adc/bits=7 --out one " + kShort).exit_code, 0);
  const std::string repeat = json::parse(read("one/manifest.json"))["repeat"];
  ASSERT_EQ(nvcim(repeat.substr(6) + " --out ../two", "cd one &&").exit_code, 0) << repeat;
  auto one = tree("one"), two = tree("two");
  EXPECT_EQ(json::parse(one["manifest.json"])["seed"], 9);
  one.erase("manifest.json");
  two.erase("manifest.json");
  EXPECT_TRUE(one == two);
}

TEST_F(Chip, IsReadByTheArchitectureAndNetworkThatItWasProgrammedFor) {
  program();
  const std::string run = "run --out out --quiet --chip chip/chip.h5 " + kShort;
  EXPECT_EQ(nvcim(run + "rram_1t1r_128 --workload lenet_fashion_mnist_8b").exit_code, 0);
  Outcome outcome = nvcim(run + "--force tiny_2x2 --workload mlp_fashion_mnist_8b");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("chip/chip.h5:/crossbar/rows: the chip was programmed with 128, the "
                                           "architecture has 2"),
                                 HasSubstr("the chip holds lenet_fashion_mnist_8b")));
  outcome = nvcim(run + "--force --set /device/g_max='\"39 uS\"'");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, HasSubstr("/device/g_max: the chip was programmed with \"40 uS\""));
}

TEST_F(Chip, MistakesWithItAreNamedAndLeaveNothingBehind) {
  program();
  std::string bytes = read("chip/chip.h5");
  write("cut.h5", bytes.substr(0, bytes.size() / 2));
  bytes[bytes.size() / 2] ^= 4;
  write("damaged.h5", bytes);
  write("text.h5", "no chip");
  const auto before = tree();
  const auto expect = [&](const std::string& arguments, int exit_code, const std::string& says) {
    const Outcome outcome = nvcim("run " + arguments);
    EXPECT_EQ(outcome.exit_code, exit_code) << arguments;
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr(says));
  };
  expect("--chip cut.h5", 3, "cut.h5: is cut short: it has");
  expect("--chip damaged.h5", 3, "damaged.h5: is damaged");
  expect("--chip text.h5", 3, "text.h5: is not a chip that nvcim saved");
  expect("--chip missing.h5", 3, "missing.h5: no such file");
  expect("--chip chip", 3, "chip: is a folder");
  expect("--chip text.h5 --set /adc/bits=99 rram_1t1r_128", 3, "/adc/bits: 99");
  expect("--chip chip/chip.h5 --set /adc/bits=99", 3, "/adc/bits: 99");
  expect("--chip chip/chip.h5 --seed 1", 2, "--seed has no effect with --chip");
  expect("--chip chip/chip.h5 --instance 1", 2, "--instance has no effect with --chip");
  EXPECT_TRUE(tree() == before) << "something was written";
}

TEST_F(Chip, AgesByTheDriftLawOfItsModel) {
  program();
  const std::string run = "run --engine functional --samples 20 --chip chip/chip.h5 --out ";
  ASSERT_EQ(nvcim(run + "fresh").exit_code, 0);
  ASSERT_EQ(nvcim(run + "zero --age 0s").exit_code, 0);
  const Outcome outcome = nvcim(run + "hour --age 1h");
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("1 h: drift law of rram_wan_nature_2022"),
                                 HasSubstr("--age switched /device/drift to model")));
  EXPECT_EQ(metric("zero", "count.cell_conduction"), metric("fresh", "count.cell_conduction"));
  EXPECT_NE(metric("hour", "count.cell_conduction"), metric("fresh", "count.cell_conduction"));
  const json architecture = json::parse(read("hour/architecture.json"));
  EXPECT_EQ(architecture["device"]["drift"], "model");
  EXPECT_EQ(architecture["device"]["age"], "3.6 ks");
  // The same through --set, and without a file.
  ASSERT_EQ(nvcim(run + "set --set /device/drift=model --set '/device/age=1 h'").exit_code, 0);
  EXPECT_EQ(read("set/result.json"), read("hour/result.json"));
}

TEST_F(Chip, RelaxesAtATemperature) {
  program("--set /device/model=gaussian --set /device/relaxation=technology_b");
  const std::string run = "run --engine functional --samples 20 --chip chip/chip.h5 --out ";
  ASSERT_EQ(nvcim(run + "cool --age '2 h'").exit_code, 0);
  const Outcome outcome = nvcim(run + "hot --age 2h --temperature 125C");
  EXPECT_THAT(outcome.out, HasSubstr("2 h at 125 C: relaxation of technology_b"));
  EXPECT_NE(metric("hot", "count.cell_conduction"), metric("cool", "count.cell_conduction"));
}

TEST_F(Chip, AnAgeThatMovesNothingSaysWhatToSet) {
  const auto expect = [&](const std::string& arguments, int exit_code, const std::string& says) {
    const Outcome outcome = nvcim("run --samples 1 --engine functional --out out " + arguments);
    EXPECT_EQ(outcome.exit_code, exit_code) << arguments;
    EXPECT_THAT(outcome.err, HasSubstr(says));
  };
  expect("--age 1h --set /device/model=gaussian", 3,
         "--age: 1h moves no cell: gaussian has no drift law, and /device/relaxation is none; set the latter to a "
         "technology, e.g. --set /device/relaxation=technology_c");
  expect("--age 1h --set /device/drift=none", 3, "--age: 1h moves no cell: /device/drift is none");
  expect("--age 1h --temperature 85C", 3, "--temperature: 85C has no effect");
  expect("--temperature 125C --set /device/model=gaussian --set /device/relaxation=technology_b", 3,
         "right after programming; give --age");
  expect(
      "--age 2h --temperature 85C --set /device/model=gaussian --set /device/relaxation=technology_b", 3,
      "--temperature: temperature 85 C was not measured: technology_b is known at 25 C from 10 ms to 10 ks and after "
      "bakes of 1.2 h to 2 h at 100 to 260 C");
  expect("--age 1h --set /device/relaxation=technology_c", 3,
         "rram_wan_nature_2022 is the spread 1 s after writing, so what technology_c moves until then would count "
         "twice");
  expect("--age 3 --temperature hot", 3, "--age: 3 has no unit");
  expect("--age 3 --temperature hot", 3, "--temperature: hot");
  expect("--age 3d", 3, "--age: age 259.2 ks is above 172.8 ks, up to which rram_wan_nature_2022 was measured");
  expect("--age 1e10s", 3, "--age: \"10 Gs\" is outside");
  expect("--age 1h --set '/device/age=1 h'", 2, "--age and --set /device/age are both given");
}

}  // namespace
}  // namespace nvcim::test
