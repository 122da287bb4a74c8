// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

namespace nvcim::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const std::string kNvcim = std::string("'") + NVCIM_PROGRAM + "' ";
const std::string kMc = "mc swim_paper --workload lenet_fashion_mnist_4b --data fashion_mnist --threads 1 --out out ";

const std::string kSmallChip = "--set /chip/mesh_rows=1 --set /chip/mesh_columns=5 ";

/// One short run of every command that writes files.
const std::string kWriting[] = {
    "run --samples 2 --cycle-samples 1 --out out",
    "run --samples 2 --cycle-samples 1 --out out --json",
    "run --samples 2 --engine both --cycle-samples 1 " + kSmallChip + "--time-multiplex --out out",
    "program --workload mlp_fashion_mnist_8b --plan none --engine functional --out out",
    "sensitivity mlp_fashion_mnist_8b --samples 4 --out out",
    "calibrate --samples 2 --out out",
    "select rram_1t1r_128 --workload mlp_fashion_mnist_8b --method magnitude --out out",
    kMc + "--samples 2 --instances 2",
    "sweep swim_paper --workload lenet_fashion_mnist_4b --data fashion_mnist --samples 2 --budgets 0 --methods random "
    "--instances 1 --out swept",
    "worst-case swim_paper --workload lenet_fashion_mnist_4b --samples 2 --search-samples 2 --method sign --out worst",
    "check --out out",
    "workload lenet_fashion_mnist_8b --out out",
    "train mlp --bits 4 --samples 64 --float-epochs 1 --quantised-epochs 1 --threads 1 --out trained"};

class Output : public ProgramTest {
 protected:
  /// By bash, which tells how the first of a pipe ended.
  Outcome bash(const std::string& script) const {
    write("script", script);
    return run("bash -o pipefail script");
  }
  /// Files that are left, journals aside: those are finished work that the same command goes on from.
  std::vector<std::string> left() const {
    std::vector<std::string> names;
    for (const auto& [name, text] : tree())
      if (!name.ends_with(".journal") && !name.ends_with(".draws") && !name.ends_with(".checkpoint"))
        names.push_back(name);
    return names;
  }
};

TEST_F(Output, ThatCannotBePrintedLeavesNoResult) {
  for (const std::string& command : kWriting) {
    const Outcome outcome = nvcim(command + " > /dev/full");
    EXPECT_EQ(outcome.exit_code, 3) << command << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("standard output: cannot be written: No space left on device")) << command;
    EXPECT_THAT(left(), ::testing::IsEmpty()) << command;
  }
}

TEST_F(Output, ToAPipeThatIsClosedIsNoError) {
  for (const std::string arguments : {"schema", "schema --reference", "explain", "presets isaac_isca_2016",
                                      "run --help", "check --json", "presets --json"}) {
    const Outcome outcome = bash(kNvcim + arguments + " | true");
    EXPECT_EQ(outcome.exit_code, 0) << arguments;
    EXPECT_EQ(outcome.err, "") << arguments;
  }
  const Outcome head = bash(kNvcim + "schema | head -1");
  EXPECT_EQ(head.exit_code, 0);
  EXPECT_EQ(head.out, "{\n");
  EXPECT_EQ(head.err, "");
}

TEST_F(Output, ToAPipeThatIsClosedKeepsTheResult) {
  const Outcome outcome = bash(kNvcim + "run --samples 2 --engine functional --out out | true");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_TRUE(json::parse(read("out/result.json")).contains("metrics"));
}

TEST_F(Output, MistakesAreNoBugWhereNobodyReadsThem) {
  EXPECT_EQ(nvcim("run --sample 3 2> /dev/full").exit_code, 2);
  EXPECT_EQ(nvcim("run no_such_chip 2> /dev/full").exit_code, 3);
}

TEST_F(Output, AStudyThatIsEndedSaysWhatIsKeptAndGoesOn) {
  // The program is ended when three instances are on disk (and the first line of the journal).
  const std::string study = kMc + "--instances 60 --samples 1000";
  const Outcome ended = bash(kNvcim + study +
                             " & pid=$!\n"
                             "until [ \"$(cat out.journal 2>/dev/null | wc -l)\" -ge 4 ]; do sleep 0.01; done\n"
                             "kill -TERM $pid; wait $pid");
  ASSERT_EQ(ended.exit_code, 128 + 15) << ended.err;
  EXPECT_THAT(ended.err, ::testing::ContainsRegex("nvcim: ended by SIGTERM; [0-9]+ of 60 instances are kept in "
                                                  "out.journal; the same command goes on from there"));
  EXPECT_FALSE(std::filesystem::exists(path("out")));
  const Outcome again = nvcim(study);
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_LE(json::parse(read("out/manifest.json"))["instances_computed"], 57);
  EXPECT_FALSE(std::filesystem::exists(path("out.journal")));
}

TEST_F(Output, ALogGetsALineWithTheTimeLeft) {
  // Minutes of work, of which the first line is waited for; how lines are paced is tested without a clock.
  bash(kNvcim + kMc +
       "--instances 20000 --samples 500 2> log & pid=$!\n"
       "while kill -0 $pid && ! grep -q ETA log; do sleep 0.05; done 2> /dev/null\n"
       "kill $pid");
  EXPECT_THAT(read("log"),
              ::testing::ContainsRegex("^instances  [0-9]+/20000  [0-9]+ %  after [0-9:]+  ETA [0-9:]+\n"));
}

TEST_F(Output, RepeatsNameFilesFromTheResultFolder) {
  write_idx("images", 6, 28, 28);
  ASSERT_EQ(nvcim("run --workload lenet_fashion_mnist_8b --data images --engine functional --quiet --out results/one")
                .exit_code,
            0);
  const json manifest = json::parse(read("results/one/manifest.json"));
  const std::string repeat = manifest["repeat"];
  EXPECT_THAT(repeat, HasSubstr("--data ../../images"));
  EXPECT_THAT(read("results/one/report.html"), ::testing::Not(HasSubstr(folder_.string())));
  const Outcome again = run("cd results/one && " + kNvcim + repeat.substr(6) + " --out ../two");
  ASSERT_EQ(again.exit_code, 0) << again.err;
  auto first = tree("results/one"), second = tree("results/two");
  first.erase("manifest.json");
  second.erase("manifest.json");
  EXPECT_TRUE(first == second);

  // A project that was moved as a whole still repeats.
  ASSERT_EQ(run("mkdir elsewhere && mv images results elsewhere").exit_code, 0);
  EXPECT_EQ(run("cd elsewhere/results/one && " + kNvcim + repeat.substr(6) + " --out ../three").exit_code, 0);
}

TEST_F(Output, AChipFindsItsNetworkAfterAMove) {
  const std::string network = std::string(NVCIM_SOURCE_DIR) + "/workloads/zoo/mlp_fashion_mnist_8b.onnx";
  std::filesystem::copy_file(network, path("mine.onnx"));
  ASSERT_EQ(nvcim("program --workload mine.onnx --plan none --engine functional --quiet --out chip").exit_code, 0);
  ASSERT_EQ(run("mkdir elsewhere && mv mine.onnx chip elsewhere").exit_code, 0);
  const Outcome outcome =
      nvcim("run --chip elsewhere/chip/chip.h5 --data fashion_mnist --samples 2 --engine functional");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

TEST_F(Output, FiguresHaveReadableUnits) {
  const Outcome programmed = nvcim(
      "program --workload mlp_fashion_mnist_8b --plan none --engine functional --set "
      "/device/endurance=1000000 --out out");
  ASSERT_EQ(programmed.exit_code, 0) << programmed.err;
  EXPECT_THAT(programmed.out, ::testing::ContainsRegex("endurance used +1 ppm"));
  EXPECT_THAT(read("out/report.html"), ::testing::Not(HasSubstr("ratio<")));
  const Outcome check = nvcim("check --set /chip/mesh_rows=64 --set /chip/mesh_columns=64");
  EXPECT_THAT(check.out, ::testing::ContainsRegex("area [0-9]+(\\.[0-9]+)? mm\\^2"));
  EXPECT_THAT(check.out, ::testing::Not(::testing::ContainsRegex(" 0\\.0[0-9]+ m\\^2")));
}

TEST_F(Output, CommentsOfAnArchitectureAreInTheResult) {
  write("my.json",
        R"({"extends": "rram_1t1r_128", "comment": "first try", "adc": {"comment": "as in the 2024 tape-out"}})");
  ASSERT_EQ(nvcim("run my.json --samples 1 --engine functional --quiet --out out").exit_code, 0);
  const json resolved = json::parse(read("out/architecture.json"));
  EXPECT_EQ(resolved["comment"], "first try");
  EXPECT_EQ(resolved["adc"]["comment"], "as in the 2024 tape-out");
  EXPECT_EQ(nvcim("check out/architecture.json").exit_code, 0);
  // A remark is no other chip: a study goes on with it.
  write("other.json", R"({"extends": "rram_1t1r_128", "comment": "second thought"})");
  ASSERT_EQ(nvcim("program my.json --workload mlp_fashion_mnist_8b --plan none --engine functional --quiet --out chip")
                .exit_code,
            0);
  EXPECT_EQ(nvcim("run other.json --chip chip/chip.h5 --samples 1 --engine functional --quiet --out on").exit_code, 0);
}

TEST_F(Output, FetchDataReadsTheOfficialArchives) {
  const std::string tests = std::string(NVCIM_SOURCE_DIR) + "/tests/cli",
                    fetch = std::string(NVCIM_SOURCE_DIR) + "/scripts/fetch_data.sh";
  ASSERT_EQ(run("python3 '" + tests + "/cifar10_archives.py' .").exit_code, 0);
  for (const std::string kind : {"binary", "python"}) {
    const Outcome outcome = run(fmt::format("'{}' cifar10 --from {}.tar.gz --to {}", fetch, kind, kind));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("cifar10: written to " + kind));
    const std::string batch = read(kind + "/data_batch_3.bin");
    ASSERT_EQ(batch.size(), 30730000u);
    const std::string record = batch.substr(3073 * 17, 3073);
    EXPECT_EQ(record[0], 7);
    EXPECT_EQ(record.substr(1, 1024), std::string(1024, 17)) << "red";
    EXPECT_EQ(record.substr(1025, 1024), std::string(1024, 3)) << "green";
    EXPECT_EQ(record.substr(2049), std::string(1024, 7)) << "blue";
    EXPECT_EQ(tree(kind).size(), 6u);
  }
  EXPECT_THAT(run("'" + fetch + "' cifar10 --from binary.tar.gz --to binary").out, HasSubstr("already in binary"));
  for (const auto& [archive, text] : {std::pair{"evil.tar.gz", "it holds os.system, which no batch of CIFAR-10 does"},
                                      {"other.tar.gz", "is neither cifar-10-binary.tar.gz nor cifar-10-python.tar.gz"},
                                      {"missing.tar.gz", "no such file"}}) {
    const Outcome outcome = run("'" + fetch + "' cifar10 --from " + archive + " --to none");
    EXPECT_EQ(outcome.exit_code, 1) << archive;
    EXPECT_THAT(outcome.err, HasSubstr(text)) << archive;
    EXPECT_FALSE(std::filesystem::exists(path("none"))) << archive;
  }
  EXPECT_FALSE(std::filesystem::exists(path("ran")));
}

}  // namespace
}  // namespace nvcim::test
