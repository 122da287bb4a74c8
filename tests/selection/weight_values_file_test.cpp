// SPDX-License-Identifier: Apache-2.0
#include "mapping/selection/weight_values_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "arch/input_error.h"
#include "tests/support/random_network.h"

namespace nvcim::mapping {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using workloads::PoolKind;
using workloads::Window;

class WeightValuesFileTest : public ::testing::Test {
 protected:
  WeightValuesFileTest()
      : network(testing::NetworkBuilder({1, 4, 4}, 8, 3)
                    .convolution(2, Window{1, 2, 1, 1, 0, 0, 0, 0})
                    .pool(PoolKind::maximum, Window{4, 3, 1, 1, 0, 0, 0, 0})
                    .logits(3)) {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    file = fs::path(::testing::TempDir()) / fmt::format("nvcim_weight_values_{}_{}", info->name(), ::getpid());
    values = {{0, 1e-30, 0.1, 1.0 / 3}, {}, {5, -6, 7e20, 8, 9, 0}};
  }
  ~WeightValuesFileTest() override { fs::remove(file); }

  void write(const std::string& text) const { std::ofstream(file, std::ios::binary) << text; }
  std::string error_of(const std::string& text) const {
    write(text);
    try {
      load_weight_values(file, network);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  }

  workloads::Network network;
  WeightValues values;
  fs::path file;
};

TEST_F(WeightValuesFileTest, GivesBackTheSameBits) {
  write(weight_values_text(network, values, "curvature of\nsomething"));
  const WeightValuesFile read = load_weight_values(file, network);
  EXPECT_EQ(read.values, values);
  EXPECT_EQ(read.holds, "curvature of something");
}

TEST_F(WeightValuesFileTest, OfTheUsersNeedsNothingButNumbers) {
  write("# mine\n1 2\n  3,4\r\n\n1e3, -2.5 3\n4\t5 6\n+7 8 9");
  EXPECT_EQ(error_of("1 2\n3 4\n1 2\n3 4\n5 6\n"), "none");
  EXPECT_EQ(load_weight_values(file, network).values, (WeightValues{{1, 2, 3, 4}, {}, {1, 2, 3, 4, 5, 6}}));
  EXPECT_EQ(load_weight_values(file, network).holds, "");
  write("# mine\n1 2\n  3,4\r\n\n1e3, -2.5\n4\t5\n+7 8");
  EXPECT_EQ(load_weight_values(file, network).values, (WeightValues{{1, 2, 3, 4}, {}, {1000, -2.5, 4, 5, 7, 8}}));
}

TEST_F(WeightValuesFileTest, NamesTheLineThatIsWrong) {
  EXPECT_THAT(error_of("1 2\n3\n1 2\n3 4\n5 6\n"), HasSubstr("line 2: 1 numbers; output 1 of layer mvm0 has 2 matrix"));
  EXPECT_THAT(error_of("1 2\n3 4\n1 2\n3 4\n"), HasSubstr("line 4: ends before output 2 of layer mvm2, which has 3"));
  EXPECT_THAT(error_of("1 2\n3 4\n1 2\n3 4\n5 6\n\n7 8\n"), HasSubstr("line 7: follows the last output"));
  EXPECT_THAT(error_of("1 2\n3 x\n"), HasSubstr("line 2: \"x\" is not a finite number"));
  EXPECT_THAT(error_of("1 nan\n"), HasSubstr("line 1: \"nan\" is not a finite number"));
  EXPECT_THAT(error_of("1 1e999\n"), HasSubstr("line 1: \"1e999\" is not a finite number"));
  EXPECT_THAT(error_of(""), HasSubstr("ends before output 0"));
  fs::remove(file);
  EXPECT_THROW(load_weight_values(file, network), InputError);
}

TEST_F(WeightValuesFileTest, WrittenHereIsRefusedWhenCutOffOrDamagedOrOfAnotherNetwork) {
  const std::string whole = weight_values_text(network, values, "curvature");
  EXPECT_EQ(error_of(whole), "none");
  for (std::size_t bytes = 0; bytes < whole.size(); bytes += 3) EXPECT_NE(error_of(whole.substr(0, bytes)), "none");
  EXPECT_THAT(error_of(whole.substr(0, whole.size() - 30)), HasSubstr("is cut off"));
  // The magic itself is what tells such a file from one of the user's.
  for (std::size_t at = std::string("# nvcim weight values ").size(); at < whole.size(); at += 3) {
    std::string damaged = whole;
    damaged[at] = damaged[at] == '7' ? '8' : '7';
    EXPECT_NE(error_of(damaged), "none") << at;
  }
  write(whole);
  workloads::Network other = network;
  ++other.nodes[0].mvm.bias[0];
  try {
    load_weight_values(file, other);
    ADD_FAILURE() << "values of another network were taken";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("line 2: is for the network random"));
  }
}

}  // namespace
}  // namespace nvcim::mapping
