// SPDX-License-Identifier: Apache-2.0
#include "arch/issue_groups.h"

#include <gmock/gmock.h>

namespace nvcim {
namespace {

using testing::ElementsAre;

std::vector<std::string> texts(const IssueGroups& groups) {
  std::vector<std::string> all;
  for (const InputIssue& issue : groups.issues("mine.csv")) all.push_back(issue.text());
  return all;
}

TEST(IssueGroups, OneKindIsOneIssueWithItsCountAndFirstLines) {
  IssueGroups groups;
  EXPECT_TRUE(groups.empty());
  for (int line = 5; line < 107; ++line) groups.add("counting", line, "pulses of line " + std::to_string(line));
  groups.add("fields", 7, "has 7 fields");
  EXPECT_FALSE(groups.empty());
  EXPECT_THAT(texts(groups), ElementsAre("mine.csv:lines 5, 6, 7 and 99 more (102): pulses of line 5",
                                         "mine.csv:line 7: has 7 fields"));
}

TEST(IssueGroups, ThreeLinesAreNamedWithoutACount) {
  IssueGroups groups;
  for (const int line : {1, 2, 3}) groups.add("kind", line, "first");
  EXPECT_THAT(texts(groups), ElementsAre("mine.csv:lines 1, 2, 3: first"));
}

}  // namespace
}  // namespace nvcim
