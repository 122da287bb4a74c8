// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/cli/input_files.h"
#include "tests/onnx/model_file.h"

namespace nvcim::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// Files that somebody made to do harm, or that have become damaged: tests/cli/inputs holds those that did some once.
/// q.onnx is a quantised network of two small layers, t.onnx the same in floating point, d44 its data.
class Hostile : public InputFilesTest {
 protected:
  void SetUp() override {
    InputFilesTest::SetUp();
    ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  }
  void refuses(const std::string& arguments, const std::string& says) const {
    const Outcome outcome = nvcim(arguments, "timeout 60");
    EXPECT_EQ(outcome.exit_code, 3) << arguments << "\n" << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, HasSubstr(says)) << arguments;
    EXPECT_THAT(outcome.err, Not(HasSubstr("bug"))) << arguments;
  }

  const std::string on_q_ = " --workload q.onnx --data d44 --engine functional ";
};

TEST_F(Hostile, EveryInputIsARegularFile) {
  const std::string no_file = "fifo: is not a regular file";
  refuses("run fifo" + on_q_, no_file);
  fs::create_symlink("fifo", path("a.json"));
  refuses("run a.json" + on_q_, "a.json: is not a regular file");
  refuses("run --chip fifo" + on_q_, no_file);
  refuses("run --chip /dev/zero" + on_q_, "/dev/zero: is not a regular file");
  refuses("run --workload fifo --data d44", no_file);
  refuses("run --workload /dev/zero --data d44", "/dev/zero: is not a regular file");
  refuses("run --perturbation fifo" + on_q_, no_file);
  refuses("program --plan fifo --workload q.onnx", no_file);
  refuses("select swim_paper --method file:fifo --budget 0.3 --workload q.onnx --data d44", no_file);
  refuses("select swim_paper --sensitivity-file fifo --budget 0.3 --workload q.onnx --data d44", no_file);
  const std::string table = "check --set /write_controller/process=measured --set /device/table=";
  refuses(table + "/dev/zero", "/device/table: \"/dev/zero\" is neither a file that can be read nor one of");
  refuses(table + "/dev/zero", "is not a regular file");
  refuses(table + "fifo", "is not a regular file");
  refuses(table + ".", "is a folder");
  fs::remove(path("d44/t10k-labels-idx1-ubyte"));
  fs::create_symlink("../fifo", path("d44/t10k-labels-idx1-ubyte"));
  refuses("run" + on_q_, "d44/t10k-labels-idx1-ubyte: is not a regular file");
}

TEST_F(Hostile, AJournalAndACheckpointAreRegularFiles) {
  fs::rename(path("fifo"), path("m.journal"));
  refuses("mc --instances 2 --out m --workload q.onnx --data d44", "m.journal: is not a regular file");
  fs::rename(path("m.journal"), path("m.checkpoint"));
  refuses("train q.onnx --data d44 --quantised-epochs 1 --out m", "m.checkpoint: is not a regular file");
}

TEST_F(Hostile, AChipThatCrashesHdf5IsRefused) {
  refuses("run --chip chip-segv.h5 --samples 2 --out o" + on_q_, "error: chip-segv.h5:");
  EXPECT_FALSE(fs::exists(path("o")));
}

TEST_F(Hostile, AManifestOfSomebodyElseIsNone) {
  write("number/manifest.json", "{\"program\": 1}");
  refuses("run --out number" + on_q_, "number: is not empty and not a result of nvcim");
  write("arch/architecture.json", R"({"extends": "swim_paper"})");
  for (const char* manifest : {R"({"program": "nvcim", "architecture": 5})", R"({"program": 5})", "{", "\xff"}) {
    write("arch/manifest.json", manifest);
    const Outcome outcome = nvcim("run arch/architecture.json --quiet --force --samples 2 --out o" + on_q_);
    EXPECT_EQ(outcome.exit_code, 0) << manifest << outcome.err;
    EXPECT_EQ(json::parse(read("o/manifest.json"))["architecture"], "architecture");
  }
}

TEST_F(Hostile, NumbersThatCannotBeQuantisedAreNamed) {
  refuses("workload t.onnx --data d44 --normalize 1e300/1e-300", "--normalize");
  refuses("workload t.onnx --data d44 --normalize 0/1e-300", "up to 1e+30 can be quantised");
  refuses("workload t.onnx --data d44 --normalize -1e40/1", "up to 1e+30 can be quantised");
  EXPECT_EQ(nvcim("workload t.onnx --data d44 --normalize 1e3/1e-3").exit_code, 0);
}

TEST_F(Hostile, ATextFileWithABadByteIsShownWithIt) {
  // The file says of which command it is; one byte of that is 0xff, and its check sum is right.
  const Outcome outcome = nvcim(
      "select swim_paper --workload q.onnx --data d44 --sensitivity-file sensitivity-badutf8.txt --budget 0.3 --out o");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(read("o/result.json"), HasSubstr("\\\\xff"));
}

/// x (1, 4, 4) → Conv to 2 maps, named `name` → Concat of that alone → Flatten → Gemm to ten logits.
std::string model_with(const std::string& name) {
  testing::ModelMaker maker({1, 1, 4, 4});
  maker.constant("w", {2, 1, 3, 3}, 0.1f).constant("v", {10, 8}, 0.2f);
  maker.node("Conv", name, {"x", "w"});
  testing::set(maker.node("Concat", "joined", {name}), "axis", std::int64_t{1});
  maker.node("Flatten", "flat", {"joined"});
  testing::set(maker.node("Gemm", "y", {"flat", "v"}), "transB", std::int64_t{1});
  maker.output("y");
  return maker.proto.SerializeAsString();
}

TEST_F(Hostile, NamesThatTheSystemRefusesAreMistakes) {
  const std::string name(300, 'n');
  refuses("run " + name + on_q_, "is neither a preset nor a file");
  refuses("run ./" + name + on_q_, "cannot be read: File name too long");
  refuses("run --chip " + name + on_q_, name + ": cannot be read: File name too long");
  refuses("run --workload " + name + " --data d44", "is neither a file nor a network that ships");
  refuses("run --out " + name + on_q_, "File name too long");
  refuses("train " + name + " --data d44 --quantised-epochs 1", name + ": File name too long");
}

TEST_F(Hostile, AConcatenationOfOneMapIsThatMap) {
  write("one.onnx", model_with("conv"));
  const Outcome outcome = nvcim("run --workload one.onnx --data d44 --normalize none --samples 3 --cycle-samples 1");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

TEST_F(Hostile, NamesFromFilesAreShownAndNotObeyed) {
  write("evil.onnx", model_with("=1+1\x1b[31m\nerror: forged"));
  const std::string on_it = " --workload evil.onnx --data d44 --normalize none --out o --force ";
  const std::string shown = "=1+1?[31m?error: forged";  // the reader of ONNX files allows printable ASCII
  for (const std::string command : {"run --engine functional", "select swim_paper --method magnitude --budget 0.3"}) {
    const Outcome outcome = nvcim(command + on_it);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_THAT(outcome.out + outcome.err, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\nerror: forged"))));
    EXPECT_THAT(read("o/result.json"), HasSubstr(shown)) << command;
    for (const char* file : {"o/result.csv", "o/result.json", "o/report.html"})
      EXPECT_THAT(read(file), Not(HasSubstr("\x1b"))) << command << file;
  }
  EXPECT_THAT(read("o/result.csv"), HasSubstr(",'" + shown + ",text\n")) << "no formula for a spreadsheet";
  write("evil.json", "{\"adc\": {\"\\u001b[2J\\nerror: forged\": 1}}");
  refuses("check evil.json", "evil.json:/adc/\\u001b[2J\\u000aerror: forged: unknown key");
  EXPECT_THAT(nvcim("check evil.json").err, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\nerror: forged"))));
}

TEST_F(Hostile, ThousandsOfMistakesAreCounted) {
  std::string text = "{\"adc\": {\"bits\": 6";
  for (int i = 0; i < 60000; ++i) text += fmt::format(",\"k{}\":1", i);
  write("many.json", text + "}}");
  const Outcome outcome = nvcim("check many.json");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.err, StartsWith("nvcim: 60,000 problems\nerror: many.json:/adc/k0: unknown key"));
  EXPECT_THAT(outcome.err, ::testing::EndsWith("\nand 59,960 more\n"));
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 42);
  EXPECT_LT(outcome.err.size(), 40'000u);
  write("long.json", "{\"" + std::string(500'000, 'k') + "\": 1}");
  EXPECT_LT(nvcim("check long.json").err.size(), 10'000u);
}

TEST_F(Hostile, AnEditedJournalIsRefusedWithTheRemedy) {
  const std::string mc = "mc --out m --seed 3 --workload q.onnx --data d44 --quiet --instances ";
  // A result that cannot be written leaves the journal: it is what is to be gone on from.
  fs::create_directory(path("m"));
  write("m/precious", "mine");
  refuses(mc + "4", "m: is not empty and not a result of nvcim");
  fs::remove_all(path("m"));
  // Killed when three instances are finished.
  ASSERT_EQ(
      run(fmt::format(
              "true; '{}' {}2000000 & "
              "for i in $(seq 1200); do [ \"$(cat m.journal 2>/dev/null | wc -l)\" -ge 4 ] && break; sleep 0.05; done; "
              "kill -KILL $!; "
              "wait $! 2>/dev/null; true",
              NVCIM_PROGRAM, mc))
          .exit_code,
      0);
  const std::string journal = read("m.journal");
  const std::size_t begin = journal.find('\n') + 1, end = journal.find('\n', begin);
  ASSERT_NE(end, std::string::npos);
  std::string edited = journal;
  edited[end - 1] = edited[end - 1] == '1' ? '2' : '1';
  write("m.journal", edited);
  refuses(mc + "2000000",
          "m.journal:line 2: does not have the check that it was written with: it was changed since. Remove this line "
          "and its work is done again, or remove the file to begin anew");
  write("m.journal", "nvcim journal of" + journal.substr(std::string("nvcim journal 2 of").size()));
  refuses(mc + "4", "was written by an earlier version, whose lines carry no check; remove it to begin anew");
}

TEST_F(Hostile, ClosedDescriptorsAreNotTakenForOthers) {
  const std::string mc =
      fmt::format("'{}' mc --instances 3 --workload q.onnx --data d44 --force --out ", NVCIM_PROGRAM);
  ASSERT_EQ(run(mc + "open").exit_code, 0);
  // Standard output and error would be the journal and the result's files.
  const Outcome outcome = run("( exec 0<&- 1>&- 2>&-; " + mc + "closed )");
  EXPECT_EQ(outcome.exit_code, 0);
  for (const char* file : {"result.json", "result.csv"})
    EXPECT_EQ(read(std::string("closed/") + file), read(std::string("open/") + file)) << file;
  EXPECT_FALSE(fs::exists(path("closed.journal")));
  // What would have been said goes nowhere, and a mistake keeps its exit code.
  EXPECT_EQ(run(fmt::format("( exec 0<&- 1>&- 2>&-; '{}' check none.json )", NVCIM_PROGRAM)).exit_code, 3);
}

// OpenBLAS used to be loaded with the program and to wait for memory that never comes.
TEST_F(Hostile, UnderALimitOfMemoryEverythingEnds) {
  for (const int limit : {60'000, 100'000, 150'000, 200'000, 400'000})
    for (const char* command :
         {"--version", "check", "run --quiet --samples 2 --workload q.onnx --data d44 --threads 4 --out o --force",
          "sensitivity q.onnx --quiet --samples 20 --data d44 --threads 4 --out s --force"}) {
      const Outcome outcome = run(fmt::format("ulimit -v {}; timeout -k 1 50 '{}' {}", limit, NVCIM_PROGRAM, command));
      EXPECT_NE(outcome.exit_code, 124) << limit << " kB, " << command << ": never ends";
      EXPECT_NE(outcome.exit_code, 1) << limit << " kB, " << command << ": " << outcome.err;
      EXPECT_TRUE(outcome.exit_code == 0 || !outcome.err.empty()) << limit << " kB, " << command;
    }
  EXPECT_THAT(run(fmt::format("ulimit -v 200000; timeout 50 '{}' --version", NVCIM_PROGRAM)).out, StartsWith("nvcim "));
}

}  // namespace
}  // namespace nvcim::test
