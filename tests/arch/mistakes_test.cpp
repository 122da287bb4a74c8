// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "arch/json_input.h"
#include "arch/load.h"
#include "tests/support/ordinary_user.h"

namespace nvcim {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Each entry of mistakes.json: an architecture as `text` (else the built-in defaults) or as `files` in a folder of
/// which a.json is loaded, overrides in `set`, and the lines that must be said: all of them, in this order.
json mistakes() {
  std::ifstream in(NVCIM_TEST_FOLDER "/mistakes.json");
  return json::parse(in);
}

class TemporaryFolder {
 public:
  TemporaryFolder()
      : path_(std::filesystem::canonical(std::filesystem::temp_directory_path()) /
              ("nvcim_mistakes_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name) << text; }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

template <class Load>
std::vector<std::string> lines_of(Load load) {
  std::vector<std::string> lines;
  try {
    load();
  } catch (const InputError& error) {
    for (const InputIssue& issue : error.issues()) lines.push_back(issue.text());
  }
  return lines;
}

TEST(Mistakes, EachIsNamedWithItsPlaceItsValueAndWhatIsAllowed) {
  const TemporaryFolder folder;
  std::set<std::string> seen;
  for (const json& entry : mistakes()) {
    const auto name = entry.at("mistake").get<std::string>();
    ASSERT_TRUE(seen.insert(name).second) << name << " is in the list twice";
    const auto overrides = entry.value("set", std::vector<std::string>{});
    std::vector<std::string> said;
    if (entry.contains("files")) {
      for (const auto& [file, text] : entry["files"].items()) folder.write(file, text.get<std::string>());
      said = lines_of([&] { load_architecture(folder.file("a.json"), overrides); });
    } else {
      said = lines_of([&] { parse_architecture(entry.value("text", "{}"), "arch.json", overrides); });
    }
    auto wanted = entry.at("says").get<std::vector<std::string>>();
    const std::string path = std::filesystem::path(folder.file("a.json")).parent_path().string();
    for (std::string& line : wanted)
      for (auto at = line.find("{folder}"); at != std::string::npos; at = line.find("{folder}"))
        line.replace(at, 8, path);
    EXPECT_EQ(said, wanted) << name;
  }
  EXPECT_GE(seen.size(), 45u);
}

TEST(Mistakes, AllOfAFileAreSaidAtOnce) {
  const auto said = lines_of([] {
    parse_architecture(R"({"adc": {"bits": 99, "rate": 1}, "dac": {"bits": 0, "bits": 0}, "device": {"g_max": 3}})",
                       "a.json", {"/chip/clock=1 s", "/chip/mesh_rows=0"});
  });
  EXPECT_EQ(said.size(), 7u) << ::testing::PrintToString(said);
}

TEST(Mistakes, UnknownPresetListsThePresets) {
  EXPECT_THAT(lines_of([] { load_architecture("rram_1t1r"); }),
              ElementsAre("\"rram_1t1r\" is neither a preset nor a file; did you mean \"rram_1t1r_128\"? allowed: "
                          "isaac_isca_2016, rram_1t1r_128, swim_paper, tiny_2x2"));
}

TEST(Mistakes, MissingFileIsNamed) {
  EXPECT_THAT(lines_of([] { load_architecture("/nowhere/a.json"); }), ElementsAre("/nowhere/a.json: no such file"));
}

TEST(Mistakes, FolderIsNotAFile) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.file("a.json"));
  EXPECT_THAT(lines_of([&] { load_architecture(folder.file("a.json")); }),
              ElementsAre(folder.file("a.json") + ": is a folder; a file is needed"));
}

TEST(Mistakes, DeviceIsNotAFile) {
  EXPECT_THAT(lines_of([] { load_architecture("/dev/null"); }), ElementsAre("/dev/null: is not a regular file"));
}

TEST(Mistakes, FileThatMayNotBeReadIsNamed) {
  const TemporaryFolder folder;
  folder.write("a.json", "{}");
  std::filesystem::permissions(folder.file("a.json"), std::filesystem::perms::none);
  const nvcim::testing::OrdinaryUser user(std::filesystem::path(folder.file("a.json")).parent_path());
  ASSERT_TRUE(user.works());
  EXPECT_THAT(lines_of([&] { load_architecture(folder.file("a.json")); }),
              ElementsAre(folder.file("a.json") + ": cannot be read: Permission denied"));
}

TEST(Mistakes, FileTooLargeIsNotRead) {
  const TemporaryFolder folder;
  folder.write("a.json", "{" + std::string(kMaxJsonBytes, ' ') + "}");
  EXPECT_THAT(lines_of([&] { load_architecture(folder.file("a.json")); }),
              ElementsAre(folder.file("a.json") + ": has 1048578 bytes, more than the 1048576 allowed"));
}

TEST(Mistakes, ChainOfFilesIsBounded) {
  const TemporaryFolder folder;
  for (int i = 0; i <= kMaxExtends; ++i)
    folder.write(std::to_string(i) + ".json", R"({"extends": ")" + std::to_string(i + 1) + R"(.json"})");
  folder.write(std::to_string(kMaxExtends + 1) + ".json", "{}");
  EXPECT_THAT(lines_of([&] { load_architecture(folder.file("0.json")); }),
              ElementsAre(HasSubstr("more than 8 files extend each other")));
  EXPECT_THAT(lines_of([&] { load_architecture(folder.file("1.json")); }), ElementsAre());
}

TEST(Mistakes, LongValuesAreCutAndStayText) {
  const auto said =
      lines_of([] { parse_architecture(R"({"adc": {"bits": ")" + std::string(500, 'x') + R"("}})", "a.json"); });
  ASSERT_EQ(said.size(), 1u);
  EXPECT_LT(said[0].size(), 160u);
  EXPECT_THAT(lines_of([] { parse_architecture("{\"adc\": {\"model\": \"\xff\"}}", "a.json"); }),
              ElementsAre(HasSubstr("ill-formed UTF-8")));
}

}  // namespace
}  // namespace nvcim
