// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "tests/cli/program.h"

namespace nvcim::test {
namespace {

using ::testing::HasSubstr;

using Help = ProgramTest;

constexpr const char* kCommands[] = {"run",   "mc",     "sweep",   "worst-case", "workload",
                                     "check", "schema", "presets", "explain",    "train"};

TEST_F(Help, OfTheProgramListsEveryCommandAndTheExitCodes) {
  const Outcome outcome = nvcim("--help");
  EXPECT_EQ(outcome.exit_code, 0);
  for (const char* command : kCommands) EXPECT_THAT(outcome.out, HasSubstr(std::string("\n  ") + command));
  EXPECT_THAT(outcome.out, HasSubstr("Example"));
  EXPECT_THAT(outcome.out, HasSubstr("2 bad command line, 3 bad input"));
}

TEST_F(Help, OfEveryCommandHasAnExampleAndTheCommonOptions) {
  for (const char* command : kCommands) {
    const Outcome outcome = nvcim(std::string(command) + " --help");
    EXPECT_EQ(outcome.exit_code, 0) << command << outcome.err;
    EXPECT_EQ(outcome.err, "") << command;
    EXPECT_THAT(outcome.out, HasSubstr("Example:\n  nvcim " + std::string(command))) << command;
    for (const char* option : {"--out", "--seed", "--threads", "--set", "--quiet", "--json"})
      EXPECT_THAT(outcome.out, HasSubstr(option)) << command;
    EXPECT_THAT(outcome.out, HasSubstr("nvcim " + std::string(command) + " ")) << "usage line";
  }
}

TEST_F(Help, VersionNamesVersionAndCommit) {
  const Outcome outcome = nvcim("--version");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out,
              ::testing::MatchesRegex("nvcim [0-9]+\\.[0-9]+\\.[0-9]+ \\([0-9a-f]+\\)\n|nvcim .*unknown.*\n"));
}

TEST_F(Help, WritesNothing) {
  for (const char* command : kCommands) nvcim(std::string(command) + " --help");
  EXPECT_TRUE(tree().empty());
}

}  // namespace
}  // namespace nvcim::test
