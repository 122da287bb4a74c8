// SPDX-License-Identifier: Apache-2.0
#include "sim/parallel/journal.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "arch/input_error.h"

namespace nvcim::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

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
  EXPECT_EQ(text(), "nvcim journal of job\n4 seventeen 2\n");
  journal.add(0, "1");
  EXPECT_EQ(text(), "nvcim journal of job\n4 seventeen 2\n0 1\n");
}

TEST_F(JournalTest, GoesOnAfterALineCutShort) {
  write("nvcim journal of job\n4 seventeen 2\n5 fi");
  {
    Journal journal(file_, "job");
    EXPECT_THAT(journal.found(), ElementsAre(Pair(4, "seventeen 2")));
    journal.add(5, "five");
  }
  EXPECT_EQ(text(), "nvcim journal of job\n4 seventeen 2\n5 five\n");
}

TEST_F(JournalTest, StartsAnewWhenTheFirstLineIsCutShort) {
  write("nvcim jour");
  Journal journal(file_, "job");
  EXPECT_TRUE(journal.found().empty());
  EXPECT_EQ(text(), "nvcim journal of job\n");
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
  const std::string other = "nvcim journal of another job\n1 2\n";
  write(other);
  EXPECT_THAT(refusal("job"), HasSubstr("belongs to another job"));
  EXPECT_EQ(text(), other);
  write("my letters\n");
  EXPECT_THAT(refusal("job"), HasSubstr("is not a journal of nvcim"));
  EXPECT_EQ(text(), "my letters\n");
}

TEST_F(JournalTest, NamesALineThatIsNone) {
  for (const char* line : {"x 1", "3", "3 ", "-1 4", ""}) {
    write(std::string("nvcim journal of job\n1 2\n") + line + "\n");
    EXPECT_THAT(refusal("job"), HasSubstr("byte 25: is not a line of a journal")) << line;
  }
}

TEST_F(JournalTest, IsWrittenByOneProcessAtATime) {
  Journal journal(file_, "job");
  EXPECT_THAT(refusal("job"), HasSubstr("is being written by another process"));
  journal.add(1, "2");
  EXPECT_EQ(text(), "nvcim journal of job\n1 2\n");
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
