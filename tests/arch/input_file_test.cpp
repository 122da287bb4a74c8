// SPDX-License-Identifier: Apache-2.0
#include "arch/input_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "arch/input_error.h"

namespace nvcim {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;

class InputFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) /
              (std::string("nvcim_input_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  static std::string refusal(const fs::path& path, std::uintmax_t limit = 100) {
    try {
      read_input_file(path, limit);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }
  fs::path folder_;
};

TEST_F(InputFiles, AreReadWhole) {
  const std::string bytes("a\0b\n\xff", 5);
  std::ofstream(folder_ / "file", std::ios::binary) << bytes;
  EXPECT_EQ(read_input_file(folder_ / "file", 5), bytes);
  std::ofstream(folder_ / "empty");
  EXPECT_EQ(read_input_file(folder_ / "empty", 0), "");
  fs::create_symlink("file", folder_ / "link");
  EXPECT_EQ(read_input_file(folder_ / "link", 5), bytes);
  char part[2];
  InputFile(folder_ / "file", 5).read(2, part, 2);
  EXPECT_EQ(std::string(part, 2), "b\n");
}

// None of these is opened in a way that waits or that has no end.
TEST_F(InputFiles, AreRegularFilesOfALimitedSize) {
  std::ofstream(folder_ / "file") << "12345";
  EXPECT_EQ(refusal(folder_ / "file", 4), (folder_ / "file").string() + ": has 5 bytes, more than the 4 allowed");
  EXPECT_EQ(refusal(folder_ / "none"), (folder_ / "none").string() + ": no such file");
  EXPECT_EQ(refusal(folder_), folder_.string() + ": is a folder; a file is needed");
  ASSERT_EQ(::mkfifo((folder_ / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(refusal(folder_ / "fifo"), (folder_ / "fifo").string() + ": is not a regular file");
  for (const char* device : {"/dev/zero", "/dev/null", "/dev/tty"})
    EXPECT_EQ(refusal(device), std::string(device) + ": is not a regular file");
  EXPECT_THAT(refusal(folder_ / "file" / "below"), EndsWith("cannot be read: Not a directory"));
  EXPECT_THAT(refusal(std::string("fi\0le", 5)), EndsWith("no such file"));
  EXPECT_THAT(refusal(folder_ / std::string(300, 'n')), EndsWith("cannot be read: File name too long"));
}

TEST_F(InputFiles, ThatShrinkAreNoticed) {
  std::ofstream(folder_ / "file") << "12345";
  const InputFile file(folder_ / "file", 5);
  fs::resize_file(folder_ / "file", 3);
  char bytes[5];
  try {
    file.read(0, bytes, 5);
    FAIL() << "read past the end";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), EndsWith("became shorter while it was read"));
  }
}

TEST_F(InputFiles, MayBeMadeWhereTheyAreWritten) {
  const int descriptor = open_regular_file(folder_ / "new", O_RDWR | O_CREAT);
  EXPECT_EQ(::write(descriptor, "x", 1), 1);
  EXPECT_NE(::fcntl(descriptor, F_GETFD) & FD_CLOEXEC, 0);
  ::close(descriptor);
  EXPECT_EQ(read_input_file(folder_ / "new", 1), "x");
  try {
    open_regular_file("/dev/zero", O_RDWR | O_CREAT);
    FAIL() << "a device";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "/dev/zero: is not a regular file");
  }
}

}  // namespace
}  // namespace nvcim
