// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <sstream>

#include "tests/cli/program.h"

namespace nvcim::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kCommands[] = {"run",    "program", "sensitivity", "calibrate", "select",
                                     "mc",     "sweep",   "worst-case",  "workload",  "check",
                                     "schema", "presets", "explain",     "train"};

using HelpWidth = ProgramTest;

std::size_t widest(const std::string& text) {
  std::size_t most = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::size_t characters = 0;
    for (const char c : line) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    most = std::max(most, characters);
  }
  return most;
}

std::string squeezed(const std::string& text) {
  std::istringstream words(text);
  std::string all;
  for (std::string word; words >> word;)
    if (word != "\\" && word != "#") all += word + " ";
  return all;
}

TEST_F(HelpWidth, IsThatOfTheTerminalAndEightyWithoutOne) {
  EXPECT_LE(widest(nvcim("--help").out), 80u);
  for (const std::string command : kCommands) {
    const std::string help = nvcim(command + " --help").out;
    EXPECT_LE(widest(help), 80u) << help;
    EXPECT_LE(widest(nvcim(command + " --help", "COLUMNS=60").out), 60u) << command;
    const std::string wide = nvcim(command + " --help", "COLUMNS=200").out;
    EXPECT_EQ(squeezed(help), squeezed(wide)) << "the same words";
  }
  EXPECT_GT(widest(nvcim("run --help", "COLUMNS=200").out), 100u);
  EXPECT_LE(widest(nvcim("run --help", "COLUMNS=none").out), 80u);
}

TEST_F(HelpWidth, IsReadFromTheTerminal) {
  // script(1) runs the command on a terminal of its own, whose size stty sets.
  if (run("command -v script && command -v stty").exit_code != 0) GTEST_SKIP() << "no script(1) to make a terminal";
  const std::string command = std::string("stty cols 100; ") + NVCIM_PROGRAM + " run --help";
  const Outcome outcome = run("(env -u COLUMNS script -qec '" + command + "' /dev/null | tr -d '\\r')");
  EXPECT_GT(widest(outcome.out), 80u) << outcome.out;
  EXPECT_LE(widest(outcome.out), 100u);
}

TEST_F(HelpWidth, BreaksAnExampleSoThatAShellStillTakesIt) {
  const std::string help = nvcim("train --help").out;
  EXPECT_THAT(help, HasSubstr(" \\\n      "));
  EXPECT_THAT(nvcim("run --help").out, HasSubstr("\n      # a network larger than the chip\n"));
}

}  // namespace
}  // namespace nvcim::test
