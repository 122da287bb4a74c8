// SPDX-License-Identifier: Apache-2.0
#include "sim/report/result_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "arch/input_error.h"
#include "arch/output_file.h"
#include "tests/support/ordinary_user.h"

namespace nvcim::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ResultFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "nvcim-folder-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(root_); }

  std::string message(const fs::path& target, bool replace = false, const std::vector<OutputFile>& files = kFiles) {
    try {
      write_result_folder(target, files, replace);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }
  static std::string read(const fs::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(root_), fs::directory_iterator()));
  }

  inline static const std::vector<OutputFile> kFiles = {{"manifest.json", "{\"program\": \"nvcim\"}"},
                                                        {"a.txt", "first"}};
  fs::path root_;
};

TEST_F(ResultFolder, AppearsWithAllFilesAndNothingBeside) {
  EXPECT_EQ(message(root_ / "x/y/out/"), "");
  EXPECT_EQ(read(root_ / "x/y/out/a.txt"), "first");
  EXPECT_EQ(std::distance(fs::directory_iterator(root_ / "x/y"), fs::directory_iterator()), 1);
}

TEST_F(ResultFolder, MayBeEmptyBefore) {
  fs::create_directory(root_ / "out");
  EXPECT_EQ(message(root_ / "out"), "");
}

TEST_F(ResultFolder, IsNotThereWhenTheLastStepFails) {
  const auto failing = [&] {
    EXPECT_EQ(std::distance(fs::directory_iterator(root_), fs::directory_iterator()), 1)
        << "written, under no name yet";
    EXPECT_FALSE(fs::exists(root_ / "out"));
    throw InputError("standard output", "", "cannot be written");
  };
  EXPECT_THROW(write_result_folder(root_ / "out", kFiles, false, failing), InputError);
  EXPECT_EQ(entries(), 0u);

  ASSERT_EQ(message(root_ / "former"), "");
  EXPECT_THROW(write_result_folder(root_ / "former", {{"manifest.json", "{}"}}, true,
                                   [] { throw InputError("standard output", "", "cannot be written"); }),
               InputError);
  EXPECT_EQ(read(root_ / "former/a.txt"), "first") << "the former result stays";
  EXPECT_EQ(entries(), 1u);
}

TEST_F(ResultFolder, OfAFormerRunIsReplacedOnlyWhenAsked) {
  ASSERT_EQ(message(root_ / "out"), "");
  EXPECT_THAT(message(root_ / "out"), HasSubstr("holds a former result; replace it with --force"));
  EXPECT_EQ(message(root_ / "out", true, {kFiles[0], {"b.txt", "second"}}), "");
  EXPECT_FALSE(fs::exists(root_ / "out/a.txt"));
  EXPECT_EQ(read(root_ / "out/b.txt"), "second");
  EXPECT_EQ(entries(), 1u);
}

// Somebody looks all the time; a result that went away for a moment would be gone for good if the process died then.
TEST_F(ResultFolder, IsThereAtEveryMomentWhileItIsReplaced) {
  ASSERT_EQ(message(root_ / "out"), "");
  std::atomic<bool> done = false;
  std::atomic<int> looks = 0, missing = 0;
  std::thread watcher([&] {
    while (!done) {
      missing += ::access((root_ / "out/manifest.json").c_str(), F_OK) != 0;
      ++looks;
    }
  });
  while (looks == 0) std::this_thread::yield();
  for (int i = 0; i < 300; ++i) EXPECT_EQ(message(root_ / "out", true), "");
  done = true;
  watcher.join();
  EXPECT_EQ(missing, 0) << "of " << looks;
  EXPECT_EQ(entries(), 1u);
}

TEST_F(ResultFolder, ChangesPlacesInOneStep) {
  fs::create_directories(root_ / "made/new");
  fs::create_directories(root_ / "target/old");
  const fs::path former = exchange(root_ / "made", root_ / "target", root_ / "aside");
  EXPECT_TRUE(fs::exists(root_ / "target/new"));
  EXPECT_TRUE(fs::exists(former / "old"));
  EXPECT_EQ(entries(), 2u);
  EXPECT_THROW(exchange(root_ / "nothing", root_ / "target", root_ / "aside"), InputError);
  EXPECT_TRUE(fs::exists(root_ / "target/new")) << "the way back was taken";
  EXPECT_EQ(entries(), 2u);
}

TEST_F(ResultFolder, IsToldByAManifestOfThisProgramAlone) {
  fs::create_directory(root_ / "out");
  const auto is_result = [&](const std::string& manifest) {
    std::ofstream(root_ / "out/manifest.json", std::ios::binary) << manifest;
    return result_manifest(root_ / "out").has_value();
  };
  EXPECT_TRUE(is_result(R"({"program": "nvcim", "architecture": 7})"));
  for (const char* other : {R"({"program": 1})", R"({"program": ["nvcim"]})", R"({"program": "other"})", "{}", "[]",
                            "7", "null", "", "{", "\xff", R"({"program": null})", R"(["program", "nvcim"])"})
    EXPECT_FALSE(is_result(other)) << other;
  EXPECT_THAT(message(root_ / "out", true), HasSubstr("is not empty and not a result of nvcim"));
  fs::remove(root_ / "out/manifest.json");
  ASSERT_EQ(::mkfifo((root_ / "out/manifest.json").c_str(), 0600), 0);
  EXPECT_FALSE(result_manifest(root_ / "out").has_value());
}

TEST_F(ResultFolder, OfSomebodyElseIsNeverTouched) {
  fs::create_directory(root_ / "out");
  std::ofstream(root_ / "out/precious") << "mine";
  EXPECT_THAT(message(root_ / "out", true), HasSubstr("not a result of nvcim"));
  EXPECT_EQ(read(root_ / "out/precious"), "mine");
}

TEST_F(ResultFolder, IsNotAFile) {
  std::ofstream(root_ / "out") << "a file";
  EXPECT_THAT(message(root_ / "out", true), HasSubstr("is a file; the result is a folder"));
  EXPECT_THAT(message(root_ / "out/below"), HasSubstr("is not a folder"));
}

TEST_F(ResultFolder, LeavesNothingWhenAFileCannotBeWritten) {
  EXPECT_THAT(message(root_ / "x/out", false, {kFiles[0], {"no/such/folder", "text"}}),
              HasSubstr("No such file or directory"));
  EXPECT_EQ(entries(), 0u) << "neither the target nor its parent nor a temporary folder";
}

TEST_F(ResultFolder, KeepsTheFormerResultWhenTheNewOneCannotBeWritten) {
  ASSERT_EQ(message(root_ / "out"), "");
  EXPECT_NE(message(root_ / "out", true, {kFiles[0], {"no/such/folder", "text"}}), "");
  EXPECT_EQ(read(root_ / "out/a.txt"), "first");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(ResultFolder, NeedsAFolderItMayWriteTo) {
  fs::create_directory(root_ / "locked");
  fs::permissions(root_ / "locked", fs::perms::owner_read | fs::perms::owner_exec);
  const nvcim::testing::OrdinaryUser user(root_);
  ASSERT_TRUE(user.works());
  EXPECT_THAT(message(root_ / "locked/out"), HasSubstr("Permission denied"));
}

TEST_F(ResultFolder, UnusedFolderCountsUp) {
  EXPECT_EQ(unused_folder(root_ / "run"), root_ / "run");
  fs::create_directory(root_ / "run");
  fs::create_directory(root_ / "run-2");
  EXPECT_EQ(unused_folder(root_ / "run"), root_ / "run-3");
}

TEST_F(ResultFolder, OneFileIsWrittenWholeOrNotAtAll) {
  write_file(root_ / "a/b.json", "text");
  EXPECT_EQ(read(root_ / "a/b.json"), "text");
  EXPECT_THROW(write_file(root_ / "a", "text"), InputError);
  EXPECT_EQ(std::distance(fs::directory_iterator(root_ / "a"), fs::directory_iterator()), 1);
}

}  // namespace
}  // namespace nvcim::sim
