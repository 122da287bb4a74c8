// SPDX-License-Identifier: Apache-2.0
#include "sim/parallel/journal.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "arch/input_error.h"

namespace nvcim::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

const std::string kTitle = "nvcim journal 2 of job\n";

std::string line(int unit, const std::string& outcome) {
  return journal_line("job", unit, outcome) + "\n";
}

class JournalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    file_ = fs::path(::testing::TempDir()) /
            (std::string("nvcim_journal_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove(file_);
  }
  void TearDown() override { fs::remove(file_); }
  std::string text() const {
    std::ifstream in(file_, std::ios::binary);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
  }
  void write(const std::string& text) const { std::ofstream(file_, std::ios::binary) << text; }
  std::string refusal(const std::string& identity) const {
    try {
      const Journal journal(file_, identity);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }
  fs::path file_;
};

TEST_F(JournalTest, HoldsEveryOutcomeAtOnce) {
  Journal journal(file_, "job");
  journal.add(4, "seventeen 2");
  EXPECT_EQ(text(), kTitle + line(4, "seventeen 2"));
  journal.add(0, "1");
  EXPECT_EQ(text(), kTitle + line(4, "seventeen 2") + line(0, "1"));
}

TEST_F(JournalTest, GoesOnAfterALineCutShort) {
  write(kTitle + line(4, "seventeen 2") + line(5, "five").substr(0, 20));
  {
    Journal journal(file_, "job");
    EXPECT_THAT(journal.found(), ElementsAre(Pair(4, "seventeen 2")));
    journal.add(5, "five");
  }
  EXPECT_EQ(text(), kTitle + line(4, "seventeen 2") + line(5, "five"));
}

TEST_F(JournalTest, StartsAnewWhenTheFirstLineIsCutShort) {
  write("nvcim jour");
  Journal journal(file_, "job");
  EXPECT_TRUE(journal.found().empty());
  EXPECT_EQ(text(), kTitle);
}

TEST_F(JournalTest, OfAFailedCommandIsGone) {
  { const Journal journal(file_, "job"); }
  EXPECT_FALSE(fs::exists(file_));
  const fs::path folder = file_;
  file_ = folder / "deep" / "journal";
  {
    const Journal journal(file_, "job");
    EXPECT_TRUE(fs::exists(file_));
  }
  EXPECT_FALSE(fs::exists(folder));
  file_ = folder;
}

TEST_F(JournalTest, OfAnotherJobIsRefusedAndKept) {
  const std::string other = "nvcim journal 2 of another job\n1 2\n";
  write(other);
  EXPECT_THAT(refusal("job"), HasSubstr("belongs to another job"));
  EXPECT_EQ(text(), other);
  write("my letters\n");
  EXPECT_THAT(refusal("job"), HasSubstr("is not a journal of nvcim"));
  EXPECT_EQ(text(), "my letters\n");
  write("no line end");
  EXPECT_THAT(refusal("job"), HasSubstr("is not a journal of nvcim"));
  EXPECT_EQ(text(), "no line end");
}

TEST_F(JournalTest, OfAnEarlierFormatIsRefusedWithTheRemedy) {
  write("nvcim journal of job\n1 2\n");
  EXPECT_THAT(refusal("job"), HasSubstr("was written by an earlier version, whose lines carry no check; remove it to "
                                        "begin anew, or name another result folder"));
}

TEST_F(JournalTest, NamesALineThatIsNone) {
  const std::string good = line(3, "4");
  for (const std::string& bad : {std::string("x 1\n"), std::string("3\n"), std::string("3 \n"), std::string("3 4\n"),
                                 "-" + good, std::string("\n"), good.substr(0, 18) + "\n", good.substr(0, 19) + "\n"}) {
    write(kTitle + line(1, "2") + bad + line(5, "6"));
    EXPECT_THAT(refusal("job"), HasSubstr("line 3: does not have the check that it was written with")) << bad;
  }
}

// The check is the fingerprint of "IDENTITY\nUNIT OUTCOME" (arch/fingerprint.h), worked out here from its definition.
TEST_F(JournalTest, ALineCarriesACheckOfJobUnitAndOutcome) {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (const char c : std::string("job\n4 seventeen 2")) hash = (hash ^ std::uint64_t(c)) * 0x100000001b3ull;
  EXPECT_EQ(line(4, "seventeen 2"), fmt::format("4 {:016x} seventeen 2\n", hash));
}

TEST_F(JournalTest, AnEditedLineIsRefusedWithTheRemedy) {
  const std::string before = kTitle + line(1, "97 of 100"), good = line(3, "98 of 100");
  std::string outcome = good, unit = good, check = good;
  outcome[good.size() - 9] = '1';
  unit[0] = '7';  // past any unit of the job, too
  check[5] = check[5] == '0' ? '1' : '0';
  for (const std::string& edited : {outcome, unit, check, journal_line("another job", 3, "98 of 100") + "\n"}) {
    ASSERT_NE(edited, good);
    write(before + edited);
    EXPECT_THAT(refusal("job"),
                HasSubstr("line 3: does not have the check that it was written with: it was changed since. Remove this "
                          "line and its work is done again, or remove the file to begin anew"));
    EXPECT_EQ(text(), before + edited);
  }
  write(before + good + good);
  EXPECT_THAT(refusal("job"), HasSubstr("line 4: unit 3 is there twice; remove this line"));
}

TEST_F(JournalTest, IsARegularFile) {
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_THAT(refusal("job"), HasSubstr("is not a regular file"));
  fs::remove(file_);
  fs::create_directory(file_);
  EXPECT_THAT(refusal("job"), HasSubstr("is a folder"));
  fs::remove(file_);
  file_ = "/dev/null";
  EXPECT_THAT(refusal("job"), HasSubstr("/dev/null: is not a regular file"));
  file_ = fs::path(::testing::TempDir()) / "nvcim_journal_none";
}

TEST_F(JournalTest, IsWrittenByOneProcessAtATime) {
  Journal journal(file_, "job");
  EXPECT_THAT(refusal("job"), HasSubstr("is being written by another process"));
  journal.add(1, "2");
  EXPECT_EQ(text(), kTitle + line(1, "2"));
}

TEST_F(JournalTest, SaysThatItCannotBeWritten) {
  write("a file, no folder");
  const fs::path file = file_;
  file_ /= "journal";
  EXPECT_THAT(refusal("job"), HasSubstr("cannot be written: Not a directory"));
  file_ = file;
}

}  // namespace
}  // namespace nvcim::sim
