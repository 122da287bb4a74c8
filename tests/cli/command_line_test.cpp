// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_line.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sim/cli/command_words.h"
#include "sim/cli/help_text.h"
#include "sim/cli/inputs.h"
#include "sim/cli/interruption.h"
#include "sim/cli/progress.h"

namespace nvcim::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

TEST(Numbers, AreDecimalAndNothingElse) {
  EXPECT_EQ(parse_number("0.05"), 0.05);
  EXPECT_EQ(parse_number("-3"), -3.0);
  EXPECT_EQ(parse_number("1e-3"), 0.001);
  EXPECT_EQ(parse_number("2E+2"), 200.0);
  for (const char* text : {"", " ", "+5", "0x10", "nan", "inf", "-inf", "1e999", "1,5", "5%", "1.2.3", " 5", "5 ",
                           "--5", "infinity", "1e", "e5", "."})
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
}

TEST(Shares, AreTheSameDoubleInBothSpellings) {
  EXPECT_EQ(parse_share("5%"), 0.05);
  EXPECT_EQ(parse_share("5 %"), 0.05);
  EXPECT_EQ(parse_share("0.05"), 0.05);
  EXPECT_EQ(parse_share("0.1%"), 0.001);
  EXPECT_EQ(parse_share("2e-1%"), 0.002);
  EXPECT_EQ(parse_share("100%"), 1.0);
  // 0.7 / 100 is not 0.007 in doubles.
  for (int tenth = 1; tenth <= 1000; ++tenth) {
    const std::string percent = fmt::format("{}.{}", tenth / 10, tenth % 10);
    EXPECT_EQ(parse_share(percent + "%"), std::stod(percent + "e-2")) << percent;
    EXPECT_EQ(percent_of(std::stod(percent + "e-2")), std::stod(percent)) << percent;
  }
  for (const char* text : {"", "%", "+5%", "5%%", "nan%", "0x5%", "5 percent", "inf%", "5  %", "e%"})
    EXPECT_EQ(parse_share(text), std::nullopt) << text;
}

TEST(CommandFirst, MovesTheOptionsOfEveryCommandBehindIt) {
  EXPECT_THAT(with_command_first({"nvcim", "--quiet", "--set", "/adc/bits=6", "--seed=3", "run", "tiny_2x2"}),
              ElementsAre("nvcim", "run", "--quiet", "--set", "/adc/bits=6", "--seed=3", "tiny_2x2"));
  EXPECT_THAT(with_command_first({"nvcim", "run", "--quiet"}), ElementsAre("nvcim", "run", "--quiet"));
  EXPECT_THAT(with_command_first({"nvcim", "--quite", "run"}), ElementsAre("nvcim", "--quite", "run"));
  EXPECT_THAT(with_command_first({"nvcim", "--json", "--version"}), ElementsAre("nvcim", "--version"));
  EXPECT_THAT(with_command_first({"nvcim", "--out"}), ElementsAre("nvcim")) << "no command";
  EXPECT_THAT(with_command_first({"nvcim"}), ElementsAre("nvcim"));
}

TEST(Wrapped, BreaksAtBlanksWithinTheWidth) {
  EXPECT_EQ(wrapped("one two three", 7, 2, 0), "one two\n  three");
  EXPECT_EQ(wrapped("one two three", 8, 2, 4), "one\n  two\n  three");
  EXPECT_EQ(wrapped("a word-that-is-longer b", 6, 0, 0), "a\nword-that-is-longer\nb");
  EXPECT_EQ(wrapped("µµµ µµµ", 7, 0, 0), "µµµ µµµ") << "characters, not bytes";
}

TEST(LogPace, GivesALinePerTenthAndPerMinuteAfterTenSeconds) {
  LogPace pace;
  EXPECT_FALSE(pace.wants_line(50, 100, 9.9)) << "short work leaves the log alone";
  EXPECT_TRUE(pace.wants_line(51, 100, 10.0));
  EXPECT_FALSE(pace.wants_line(59, 100, 30));
  EXPECT_TRUE(pace.wants_line(60, 100, 31));
  EXPECT_FALSE(pace.wants_line(61, 100, 90.9));
  EXPECT_TRUE(pace.wants_line(61, 100, 91.0)) << "a minute without one";
  EXPECT_TRUE(pace.wants_line(100, 100, 92));
  int lines = 0;
  LogPace steady;
  for (int done = 1; done <= 1000; ++done) lines += steady.wants_line(done, 1000, 0.1 * done);
  EXPECT_EQ(lines, 10) << "10 % to 100 %";
}

TEST(LogPace, KeepsItsPaceWhenTheTotalGrows) {
  LogPace pace;
  EXPECT_TRUE(pace.wants_line(90, 100, 20));
  EXPECT_FALSE(pace.wants_line(91, 1000, 21)) << "a new total is no new tenth";
  EXPECT_TRUE(pace.wants_line(100, 1000, 22));
}

TEST(Forecast, LeavesOutWhatAJournalHeld) {
  Forecast forecast;
  EXPECT_EQ(forecast.seconds_left(400, 1000, 0.1), std::nullopt) << "found on disk at once";
  EXPECT_EQ(forecast.seconds_left(400, 1000, 5), std::nullopt);
  // 100 of them in 10 s: the other 500 take 50 s. Counted from the start it would be 10.
  EXPECT_DOUBLE_EQ(*forecast.seconds_left(500, 1000, 10.1), 50);
}

using InterruptionDeathTest = ::testing::Test;

/// A file in a folder of its own.
fs::path scratch_file(const std::string& name) {
  std::string pattern = (fs::temp_directory_path() / "nvcim-line-XXXXXX").string();
  return fs::path(::mkdtemp(pattern.data())) / name;
}

TEST(InterruptionDeathTest, SaysHowMuchIsKeptAndEndsAsTheSignalEnds) {
  const fs::path journal = scratch_file("out.journal");
  std::ofstream(journal) << "x";
  for (const int signal : {SIGINT, SIGTERM}) {
    const auto interrupted = [&] {
      Interruption interruption(journal, "instances");
      interruption.finished(37, 1000);
      std::raise(signal);
    };
    EXPECT_EXIT(interrupted(), ::testing::KilledBySignal(signal),
                "37 of 1000 instances are kept in .*out.journal; the same command goes on from there");
  }
  fs::remove_all(journal.parent_path());
}

TEST(InterruptionDeathTest, SaysThatNothingIsLeftWhereNothingWasWritten) {
  const fs::path journal = scratch_file("out.journal");
  const auto interrupted = [&] {
    Interruption interruption(journal, "instances");
    std::raise(SIGTERM);
  };
  EXPECT_EXIT(interrupted(), ::testing::KilledBySignal(SIGTERM), "nothing was finished yet, and nothing is left");
  fs::remove_all(journal.parent_path());
}

TEST(InterruptionDeathTest, LeavesSignalsAloneWhenItIsOver) {
  const auto interrupted = [] {
    { Interruption interruption("out.journal", "instances"); }
    std::raise(SIGTERM);
  };
  EXPECT_EXIT(interrupted(), ::testing::KilledBySignal(SIGTERM), "^$");
}

/// Works in a folder of its own and goes back.
class Lasting : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::canonical(scratch_file("x").parent_path());
    fs::create_directories(folder_ / "project/results");
    fs::current_path(folder_ / "project");
  }
  void TearDown() override {
    fs::current_path(before_);
    fs::remove_all(folder_);
  }
  fs::path before_ = fs::current_path(), folder_;
};

TEST_F(Lasting, IsRelativeToTheOtherFolderAsItWasToTheCurrentOne) {
  EXPECT_EQ(lasting("net.onnx", false, "results/run"), "../../net.onnx");
  EXPECT_EQ(lasting("./models/../net.onnx", false, "results/run"), "../../net.onnx");
  EXPECT_EQ(lasting("net.onnx", false, "out/"), "../net.onnx");
  EXPECT_EQ(lasting("../net.onnx", false, "out"), "../../net.onnx");
  EXPECT_EQ(lasting("out/chip.h5", false, "out"), "./chip.h5") << "a plain word could be a name";
  EXPECT_EQ(lasting("mnist", true, "out"), "mnist");
}

TEST_F(Lasting, IsTheWholePathWhereItWasGivenSoOrTheFolderIsFarAway) {
  const std::string inside = (folder_ / "project/net.onnx").string();
  EXPECT_EQ(lasting(inside, false, "results/run"), inside);
  EXPECT_EQ(lasting("net.onnx", false, "/nowhere/else"), inside);
  EXPECT_EQ(lasting("net.onnx", false), inside);
}

TEST_F(Lasting, GoesThroughALinkToTheResultFolder) {
  fs::create_directories(folder_ / "scratch/deep");
  fs::create_directory_symlink(folder_ / "scratch/deep", "linked");
  EXPECT_EQ(lasting("net.onnx", false, "linked/run"), "../../../project/net.onnx");
}

}  // namespace
}  // namespace nvcim::cli
