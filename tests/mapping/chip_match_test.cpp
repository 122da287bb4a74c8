// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip_match.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "arch/load.h"
#include "tests/mapping/saved_chip.h"
#include "workloads/weights_fingerprint.h"

namespace nvcim::mapping {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Whoever adds a parameter decides here what it means to a chip that is programmed.
TEST(ProgrammedChip, FixesWhatDecidesItsCells) {
  std::set<std::string> fixed;
  const nlohmann::json parameters = nlohmann::json(to_json(Architecture())).flatten();
  for (const auto& [pointer, value] : parameters.items())
    if (!is_free_after_programming(pointer)) fixed.insert(pointer);
  std::set<std::string> expected = {"/chip/mesh_rows",      "/chip/mesh_columns", "/tile/crossbars",
                                    "/crossbar/rows",       "/crossbar/columns",  "/crossbar/cell_bits",
                                    "/crossbar/encoding",   "/mapping/packing",   "/mapping/duplicate",
                                    "/mapping/duplication", "/mapping/area_limit"};
  for (const char* key : {"process", "tolerance", "max_attempts", "verified_sigma", "fixed_set_pulses",
                          "fixed_reset_pulses", "reverify_rounds", "reverify_wait"})
    expected.insert(fmt::format("/write_controller/{}", key));
  for (const char* section : {"set_pulse", "reset_pulse"})
    for (const char* key : {"amplitude_start", "amplitude_stop", "amplitude_step", "gate_start", "gate_stop",
                            "gate_step", "width_start", "width_stop", "width_step", "order"})
      expected.insert(fmt::format("/{}/{}", section, key));
  for (const char* key : {"model",           "g_min",
                          "g_max",           "grid_bits",
                          "sigma",           "sigma_slope",
                          "sigma_scale",     "stuck_at_g_min",
                          "stuck_at_g_max",  "pcm_fit",
                          "cmo_acceptance",  "mid_level_factor",
                          "table",           "device_to_device",
                          "set_threshold",   "reset_threshold",
                          "threshold_sigma", "threshold_per_decade",
                          "access_drop",     "pulse_part",
                          "pulse_sigma"})
    expected.insert(fmt::format("/device/{}", key));
  EXPECT_EQ(fixed, expected);
}

class ChipMatch : public SavedChip {
 protected:
  ChipMatch() { save(); }
  /// What a user reads when another architecture is to read the chip.
  std::string with(const std::string& set) {
    const ChipFile chip = open_chip(path_);
    return complaint([&] {
      if (std::vector<InputIssue> issues =
              chip_mismatches(chip, parse_architecture(chip.architecture_json, "", {set}), network_);
          !issues.empty())
        throw InputError(std::move(issues));
    });
  }
};

TEST_F(ChipMatch, ReadingLaterOrOtherwiseIsAllowed) {
  for (const char* set :
       {"/device/age=1 h", "/device/temperature=125 C", "/device/relaxation=none", "/device/read_noise=0.1",
        "/adc/bits=5", "/dac/bits=2", "/buffer/bus_bits=64", "/chip/clock=2 GHz", "/name=other",
        "/energy={\"adc_conversion\": \"1 pJ\"}", "/crossbar/read_voltage=0.3 V", "/write_controller/peak_power=1 W"})
    EXPECT_EQ(with(set), "") << set;
}

TEST_F(ChipMatch, OtherCellsAreRefusedWithBothValues) {
  EXPECT_EQ(with("/device/g_max=41 uS"),
            path_.string() + ":/device/g_max: the chip was programmed with \"40 uS\", the architecture has \"41 uS\"");
  EXPECT_EQ(with("/crossbar/rows=64"),
            path_.string() + ":/crossbar/rows: the chip was programmed with 32, the architecture has 64");
  EXPECT_EQ(
      with("/mapping/duplicate={\"linear\": 2}"),
      path_.string() + ":/mapping/duplicate/linear: the chip was programmed with not given, the architecture has 2");
}

TEST_F(ChipMatch, EveryDifferenceIsToldAtOnce) {
  Architecture other = architecture_;
  other.crossbar.encoding = Encoding::offset_column;
  other.device.sigma = 0.1;
  other.tile.crossbars = 9;
  workloads::Network changed = network_;
  changed.nodes[0].mvm.weights[0] ^= 1;
  EXPECT_THAT(complaint([&] { load_chip(open_chip(path_), other, changed, plan_); }),
              AllOf(HasSubstr("/crossbar/encoding"), HasSubstr("/device/sigma"), HasSubstr("/tile/crossbars"),
                    HasSubstr("/weights_fingerprint")));
}

TEST_F(ChipMatch, AnotherNetworkIsNamed) {
  workloads::Network other = nvcim::testing::NetworkBuilder({1, 8, 8}, 8, 6).linear(9).logits(4);
  other.name = "other";
  EXPECT_THAT(complaint([&] { load_chip(open_chip(path_), architecture_, other, plan_); }),
              AllOf(HasSubstr("the chip holds " + network_.name), HasSubstr("not other")));
}

TEST_F(ChipMatch, TheNetworkMayHaveAnotherNameButNoOtherWeight) {
  workloads::Network other = network_;
  other.name = "renamed";
  other.nodes[0].name = "renamed";
  EXPECT_EQ(complaint([&] { load_chip(open_chip(path_), architecture_, other, plan_); }), "");
  other.nodes[1].mvm.weights.back() ^= 1;
  EXPECT_THAT(complaint([&] { load_chip(open_chip(path_), architecture_, other, plan_); }),
              HasSubstr("/weights_fingerprint"));
}

}  // namespace
}  // namespace nvcim::mapping
