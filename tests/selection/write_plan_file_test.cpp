// SPDX-License-Identifier: Apache-2.0
#include "mapping/write_plan_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "arch/fingerprint.h"
#include "arch/input_error.h"
#include "mapping/selection/selection.h"
#include "tests/support/random_network.h"

namespace nvcim::mapping {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class WritePlanFileTest : public ::testing::Test {
 protected:
  WritePlanFileTest() {
    architecture.name = "a chip";
    architecture.chip.mesh_rows = architecture.chip.mesh_columns = 16;
    architecture.crossbar.rows = architecture.crossbar.columns = 37;  // the last digit of a row is not full
    network = testing::NetworkBuilder({2, 6, 6}, 8, 3).linear(20, 4).logits(7);
    plan = make_plan(architecture, network);
    SelectionOptions options;
    options.method = SelectionMethod::magnitude;
    selection = select_cells(architecture, network, plan, options);
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    file = fs::path(::testing::TempDir()) / fmt::format("nvcim_write_plan_{}_{}", info->name(), ::getpid());
  }
  ~WritePlanFileTest() override { fs::remove(file); }

  void write(const std::string& text) const { std::ofstream(file, std::ios::binary) << text; }
  std::string text_of(const WritePlan& write_plan) const {
    return write_plan_text(architecture, network, plan, write_plan, "nvcim select\nsomething");
  }
  /// The text with one part replaced and a check sum that fits again.
  static std::string forged(std::string text, const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
    text.resize(text.rfind("end "));
    return text + fmt::format("end {:016x}\n", fingerprint(text.data(), text.size()));
  }
  /// What loading the text complains of.
  std::string error_of(const std::string& text) const {
    write(text);
    try {
      load_write_plan(file, network, plan);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  }

  Architecture architecture;
  workloads::Network network;
  Plan plan;
  Selection selection;
  fs::path file;
};

TEST_F(WritePlanFileTest, GivesBackWhatWasWritten) {
  for (const WritePlan& write_plan :
       {selection.within(0.1), selection.within(0), selection.within(1), verify_all(plan), verify_none(plan)}) {
    write(text_of(write_plan));
    const WritePlanFile read = load_write_plan(file, network, plan);
    EXPECT_EQ(read.plan, write_plan);
    EXPECT_EQ(read.architecture, "a chip");
    EXPECT_EQ(read.made_by, "nvcim select something");
  }
  write(text_of(WritePlan{}));  // no blocks: nothing is verified
  EXPECT_EQ(load_write_plan(file, network, plan).plan, verify_none(plan));
}

TEST_F(WritePlanFileTest, IsTheDocumentedText) {
  WritePlan write_plan = verify_none(plan);
  write_plan.verify[0][0] = write_plan.verify[0][5] = 1;
  ASSERT_EQ(plan.blocks[0].columns, 36);
  EXPECT_THAT(text_of(write_plan), HasSubstr("rows natural\nblocks "));
  EXPECT_THAT(text_of(write_plan), HasSubstr("block 0 37 36\n- 840000000\n- 000000000\n"));
  write_plan.row_priority.resize(plan.blocks.size());
  for (std::size_t block = 0; block < plan.blocks.size(); ++block)
    write_plan.row_priority[block].assign(plan.blocks[block].rows, kNoPriority);
  write_plan.row_priority[0][0] = 12;
  EXPECT_THAT(text_of(write_plan), HasSubstr("block 0 37 36\n12 840000000\n- 000000000\n"));
}

TEST_F(WritePlanFileTest, RefusesEveryFileThatIsCutOff) {
  const std::string whole = text_of(selection.within(0.1));
  for (std::size_t bytes = 0; bytes<whole.size(); bytes += bytes + 40> whole.size() ? 3 : bytes < 400 ? 7 : 397)
    EXPECT_NE(error_of(whole.substr(0, bytes)), "none") << bytes;
  EXPECT_THAT(error_of(whole.substr(0, whole.size() / 2)), HasSubstr("is cut off"));
  EXPECT_THAT(error_of(whole.substr(0, 3)), HasSubstr("is not a write plan"));
}

TEST_F(WritePlanFileTest, RefusesEveryFileWithAChangedByte) {
  const std::string whole = text_of(selection.within(0.1));
  for (std::size_t at = 0; at<whole.size(); at += at + 40> whole.size() ? 3 : at < 400 ? 7 : 397) {
    std::string damaged = whole;
    damaged[at] = damaged[at] == '0' ? '1' : '0';
    EXPECT_NE(error_of(damaged), "none") << at;
  }
  std::string damaged = whole;
  damaged[whole.size() / 2] ^= 1;
  EXPECT_THAT(error_of(damaged), HasSubstr("is damaged: its check sum is"));
}

TEST_F(WritePlanFileTest, NamesTheOtherNetworkAndTheOtherPlacementAtOnce) {
  write(text_of(selection.within(0.1)));
  workloads::Network other = network;
  ++other.nodes[0].mvm.weights[0];
  try {
    load_write_plan(file, other, plan);
    ADD_FAILURE() << "another network was accepted";
  } catch (const InputError& error) {
    EXPECT_EQ(error.issues().size(), 1u);
    EXPECT_THAT(error.what(), HasSubstr("is for the network random"));
  }
  architecture.crossbar.columns = 64;
  try {
    load_write_plan(file, other, make_plan(architecture, network));
    ADD_FAILURE() << "another placement was accepted";
  } catch (const InputError& error) {
    EXPECT_EQ(error.issues().size(), 2u);
    EXPECT_THAT(error.what(), HasSubstr("is for another placement (made for the architecture a chip)"));
  }
}

TEST_F(WritePlanFileTest, FitsADeviceThatItWasNotMadeFor) {
  write(text_of(selection.within(0.1)));
  architecture.device.sigma = 0.3;
  architecture.adc.bits = 5;
  EXPECT_EQ(load_write_plan(file, network, make_plan(architecture, network)).plan, selection.within(0.1));
}

TEST_F(WritePlanFileTest, NamesTheLineOfWhatNoProgramWrites) {
  WritePlan write_plan = verify_none(plan);
  const std::string good = text_of(write_plan);
  const auto with = [&](const char* from, const char* to) { return error_of(forged(good, from, to)); };
  EXPECT_EQ(with("rows natural", "rows natural"), "none");
  EXPECT_THAT(with("plan 1", "plan 2"), HasSubstr("version 2 of the format; this program reads 1"));
  EXPECT_THAT(with("architecture", "archetecture"), HasSubstr("line 2: does not begin with \"architecture \""));
  EXPECT_THAT(with("rows natural", "rows sorted"), HasSubstr("line 6: is neither"));
  EXPECT_THAT(with("blocks ", "blocks 9"), HasSubstr("line 7: the placement has"));
  EXPECT_THAT(with("block 0 37 36", "block 0 36 36"), HasSubstr("line 8: should be \"block 0 37 36\""));
  EXPECT_THAT(with("- 000000000", "- 00000000"), HasSubstr("line 9: should hold marks of 36 columns"));
  EXPECT_THAT(with("- 000000000", "- 00000000G"), HasSubstr("line 9: should hold marks"));
  EXPECT_THAT(with("- 000000000", "4 000000000"), HasSubstr("line 9: has a priority in a plan of natural order"));
  EXPECT_THAT(with("- 000000000", "x 000000000"), HasSubstr("line 9: \"x\" is no priority"));
  EXPECT_THAT(with("- 000000000", "-000000000"), HasSubstr("line 9: should be a priority and marks"));
  std::string longer = good;
  longer.insert(longer.rfind("end "), "more\n");
  EXPECT_THAT(error_of(forged(longer, "more", "more")), HasSubstr("follows the last block"));
  fs::remove(file);
  EXPECT_THROW(load_write_plan(file, network, plan), InputError);
}

TEST(RowPriority, IsTheRankOfTheBestChosenUnitInTheRow) {
  Architecture architecture;
  architecture.crossbar.encoding = Encoding::ideal_signed;
  const workloads::Network network = testing::NetworkBuilder({1, 2, 2}, 8, 3).logits(3, 4);
  const Plan plan = make_plan(architecture, network);
  ASSERT_EQ(plan.blocks.size(), 1u);
  SelectionOptions options;
  options.method = SelectionMethod::file;
  options.values = {{1, 12, 5, 6,    // output 0, matrix rows 0…3
                     2, 11, 7, 8,    //
                     3, 10, 9, 4}};  //
  const Selection selection = select_cells(architecture, network, plan, options);
  // Values 12, 11, 10 lie in row 1, then 9 in row 2, then 8 in row 3.
  const std::vector<std::uint32_t> expected = {kNoPriority, 0, 3, 4};
  EXPECT_EQ(selection.first(5).row_priority[0], expected);
  EXPECT_EQ(selection.first(0).row_priority[0], std::vector<std::uint32_t>(4, kNoPriority));
}

}  // namespace
}  // namespace nvcim::mapping
