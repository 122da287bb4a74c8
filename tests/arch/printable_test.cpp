// SPDX-License-Identifier: Apache-2.0
#include "arch/printable.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "arch/input_error.h"

namespace nvcim {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(Printable, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(printable("plain µ … 電 😀 text"), "plain µ … 電 😀 text");
  EXPECT_EQ(printable("a\x1b[31mred\n\r\t\x7f"), "a\\u001b[31mred\\u000a\\u000d\\u0009\\u007f");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\u009b31m");
  EXPECT_EQ(printable("\xe2\x80\xaegnp"), "\\u202egnp");  // right-to-left override
  EXPECT_EQ(printable("\xe2\x80\xa8"), "\\u2028");
  EXPECT_EQ(printable("a\nb\tc", "\n\t"), "a\nb\tc");
  EXPECT_EQ(printable(std::string("\0", 1)), "\\u0000");
}

// RFC 3629: cut off, alone, overlong, a surrogate, past U+10FFFF.
TEST(Printable, ShowsBytesThatAreNoUtf8) {
  for (const auto& [bytes, shown] : {std::pair{"\xff", "\\xff"},
                                     {"\xe2\x80", "\\xe2\\x80"},
                                     {"\x80", "\\x80"},
                                     {"\xc0\xaf", "\\xc0\\xaf"},
                                     {"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},
                                     {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
                                     {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
                                     {"\xc3(", "\\xc3("}})
    EXPECT_EQ(printable(bytes), shown);
}

TEST(Printable, LeavesJsonWhatItIs) {
  nlohmann::json value = {{"name", "tab\t del\x7f next\xc2\x85 line"}};
  EXPECT_EQ(nlohmann::json::parse(printable(value.dump(2), "\n\t")), value);
}

TEST(Printable, CutsBetweenCharacters) {
  EXPECT_EQ(shortened("µµµ", 6), "µµµ");
  EXPECT_EQ(shortened("µµµ", 3), "µ… (4 more bytes)");
  EXPECT_EQ(shortened(std::string(5000, 'x'), 1), "x… (4,999 more bytes)");
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1000), "1,000");
  EXPECT_EQ(with_commas(59980), "59,980");
  EXPECT_EQ(with_commas(1234567), "1,234,567");
}

TEST(InputIssues, CannotForgeALineOfTheirOwn) {
  const InputIssue issue{"a\nerror: b", "/\x1b]0;owned\x07", "m\xff"};
  EXPECT_EQ(issue.text(), "a\\u000aerror: b:/\\u001b]0;owned\\u0007: m\\xff");
}

TEST(InputIssues, AreBoundedWithACount) {
  std::vector<InputIssue> issues(60000, InputIssue{"f", "/x", "is unknown"});
  const std::vector<std::string> lines = issue_lines(issues, "error: ");
  ASSERT_THAT(lines, SizeIs(kShownIssues + 1));
  EXPECT_EQ(lines.front(), "error: f:/x: is unknown");
  EXPECT_EQ(lines.back(), "and 59,960 more");
  EXPECT_LT(std::string(InputError(issues).what()).size(), 2000u);
  issues.resize(kShownIssues);
  EXPECT_EQ(issue_lines(issues).back(), "f:/x: is unknown");
  EXPECT_THAT(issue_lines({{"", std::string(100000, 'p'), "m"}}),
              ElementsAre(std::string(4096, 'p') + "… (95,904 more bytes): m"));
  EXPECT_LT(InputIssue({"", "", std::string(100000, 'p')}).text().size(), 4200u);
}

}  // namespace
}  // namespace nvcim
