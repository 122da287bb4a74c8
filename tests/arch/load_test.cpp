// SPDX-License-Identifier: Apache-2.0
#include "arch/load.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "arch/input_error.h"
#include "arch/presets.h"

namespace nvcim {
namespace {

TEST(Load, EmptyFileIsTheDefaults) {
  Architecture defaults;
  defaults.name = "mine";
  EXPECT_EQ(parse_architecture("{}", "folder/mine.json"), defaults);
}

TEST(Load, FileLiesOverWhatItExtendsAndOverridesOverBoth) {
  const Architecture a = parse_architecture(
      R"({"extends": "isaac_isca_2016", "adc": {"bits": 9}, "crossbar": {"rows": 64, "read_voltage": "0.3 V"}})",
      "a.json", {"/crossbar/rows=32", "/device/g_max=1 mS", "/device/model=gaussian", "/chip/description=\"a, b\""});
  EXPECT_EQ(a.adc.bits, 9);
  EXPECT_EQ(a.crossbar.rows, 32);
  EXPECT_EQ(a.crossbar.read_voltage.value(), 0.3);
  EXPECT_EQ(a.device.g_max.value(), 1e-3);
  EXPECT_EQ(a.device.model, DeviceModel("gaussian"));
  EXPECT_EQ(a.chip.description, "a, b");
  EXPECT_EQ(a.tile.crossbars, 96) << "from the preset";
  EXPECT_EQ(a.name, "a");
}

// Contract C1: column sums are 32-bit integers. 257 rows x 255 x 2 x 2^14 steps stay below 2^31, 258 do not.
TEST(Load, ColumnSumsReachTheirBoundAndNotPastIt) {
  const auto load = [](int rows) {
    return parse_architecture(
        R"({"crossbar": {"rows": )" + std::to_string(rows) + R"(}, "dac": {"bits": 8}, "device": {"grid_bits": 14}})",
        "a.json");
  };
  EXPECT_EQ(load(257).crossbar.rows, 257);
  try {
    load(258);
    FAIL() << "took sums past 2^31 - 1";
  } catch (const InputError& error) {
    EXPECT_THAT(error.issues().front().message, ::testing::HasSubstr("column sums reach 2155806720, past"));
  }
}

TEST(Load, LaterOverrideWins) {
  EXPECT_EQ(load_architecture("tiny_2x2", {"/adc/bits=7", "/adc/bits=6"}).adc.bits, 6);
}

TEST(Load, OverrideTakesAWholeSection) {
  const Architecture a = load_architecture("rram_1t1r_128", {R"(/dac={"bits": 2, "time": "2 ns"})"});
  EXPECT_EQ(a.dac.bits, 2);
  EXPECT_EQ(a.dac.time.value(), 2e-9);
}

TEST(Load, MapsGrowAndNullTakesBack) {
  const Architecture base = load_architecture("isaac_isca_2016");
  ASSERT_TRUE(base.overrides.energy.contains("crossbar_read"));
  const Architecture a = load_architecture(
      "isaac_isca_2016", {"/energy/crossbar_read=null", "/energy/pooling=3 pJ", "/mapping/duplicate/0=2"});
  EXPECT_FALSE(a.overrides.energy.contains("crossbar_read"));
  EXPECT_TRUE(a.overrides.energy.contains("adc_conversion"));
  EXPECT_EQ(a.overrides.energy.at("pooling").value(), 3e-12);
  EXPECT_EQ(a.mapping.duplicate.at("0"), 2);
}

TEST(Load, CommentsOfEveryObjectAreKeptAndDecideNothing) {
  const std::string text = R"({"comment": "whole", "adc": {"bits": 6, "comment": "six\nbits"},
    "energy": {"pooling": "2 pJ", "comment": "measured"}, "mapping": {"duplicate": {"conv1": 2, "comment": "slow one"}}})";
  const Architecture a = parse_architecture(text, "a.json", {"/device/comment=from --set"});
  const nlohmann::ordered_json resolved = to_json(a);
  EXPECT_EQ(resolved["comment"], "whole");
  EXPECT_EQ(resolved["adc"]["comment"], "six\nbits");
  EXPECT_EQ(resolved["energy"]["comment"], "measured");
  EXPECT_EQ(resolved["mapping"]["duplicate"]["comment"], "slow one");
  EXPECT_EQ(resolved["device"]["comment"], "from --set");
  EXPECT_FALSE(resolved["dac"].contains("comment"));
  EXPECT_EQ(parse_architecture(resolved.dump(), "a.json"), a) << "the resolved file is the same architecture";

  Architecture bare = a;
  bare.comments.clear();
  EXPECT_EQ(to_json_without_comments(a), to_json(bare));
  EXPECT_EQ(to_json(bare).dump().find("comment"), std::string::npos);
}

TEST(Load, CommentOfAFileLiesOverThatOfWhatItExtends) {
  const auto folder = std::filesystem::temp_directory_path() / ("nvcim_comments_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "base.json") << R"({"adc": {"comment": "base"}, "dac": {"comment": "kept"}})";
  std::ofstream(folder / "top.json") << R"({"extends": "base.json", "adc": {"comment": "top"}})";
  const auto resolved = to_json(load_architecture((folder / "top.json").string()));
  EXPECT_EQ(resolved["adc"]["comment"], "top");
  EXPECT_EQ(resolved["dac"]["comment"], "kept");
  std::filesystem::remove_all(folder);
}

TEST(Load, ALayerMayBeCalledComment) {
  EXPECT_EQ(
      parse_architecture(R"({"mapping": {"duplicate": {"comment": 2}}})", "a.json").mapping.duplicate.at("comment"), 2);
}

TEST(Load, ExtendsAFileRelativeToTheOneThatSaysSo) {
  const auto folder = std::filesystem::temp_directory_path() / ("nvcim_load_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "inner");
  std::ofstream(folder / "base.json") << R"({"extends": "tiny_2x2", "adc": {"bits": 5}, "name": "base"})";
  std::ofstream(folder / "inner" / "top.json") << R"({"extends": "../base.json", "dac": {"bits": 2}})";
  const Architecture a = load_architecture((folder / "inner" / "top.json").string());
  EXPECT_EQ(a.adc.bits, 5);
  EXPECT_EQ(a.dac.bits, 2);
  EXPECT_EQ(a.crossbar.rows, 2);
  std::filesystem::remove_all(folder);
}

TEST(Load, OverridesOfSwitchAndSwitchedGoTogetherInAnyOrder) {
  EXPECT_NO_THROW(load_architecture("tiny_2x2", {"/device/model=gaussian", "/device/sigma=0.1"}));
  EXPECT_NO_THROW(load_architecture("tiny_2x2", {"/device/sigma=0.1", "/device/model=gaussian"}));
  EXPECT_NO_THROW(load_architecture("rram_1t1r_128", {"/device/model=ideal"}));
}

class EveryPreset : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Presets, EveryPreset, ::testing::ValuesIn(preset_names()),
                         [](const auto& parameter) { return parameter.param; });

TEST_P(EveryPreset, WrittenResolvedItLoadsBackEqual) {
  const Architecture a = load_architecture(GetParam());
  EXPECT_EQ(a.name, GetParam());
  const std::string text = to_json(a).dump(2);
  EXPECT_EQ(parse_architecture(text, "other_name.json"), a) << text;
  EXPECT_EQ(to_json(parse_architecture(text, "other_name.json")).dump(2), text);
}

TEST_P(EveryPreset, SaysWhatItIsAndWhereItsFiguresComeFrom) {
  for (const PresetInfo& preset : presets()) {
    if (preset.name != GetParam()) continue;
    EXPECT_GT(preset.description.size(), 20u);
    EXPECT_GT(preset.sources.size(), 100u);
    EXPECT_EQ(load_architecture(preset.name).chip.description, preset.description);
  }
}

TEST(Presets, TheDefaultIsOneOfThem) {
  EXPECT_THAT(preset_names(), ::testing::Contains(kDefaultPreset));
}

TEST(Presets, DefaultChipHoldsLeNet) {
  // LeNet (workloads/METHOD.md 6): 7 x 8 + 6 + 1 + 1 + 1 blocks of 8-bit weights, 16 per row of a crossbar.
  const Architecture a = load_architecture(std::string(kDefaultPreset));
  EXPECT_GE(a.chip.tiles() * a.tile.crossbars, 65);
}

}  // namespace
}  // namespace nvcim
