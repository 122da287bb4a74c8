// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>
#include <vector>

#include "tests/cli/input_files.h"

namespace nvcim::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// What OpenBLAS's choice of kernels may change. OPENBLAS_CORETYPE is its own variable.
class Blas : public InputFilesTest {
 protected:
  Outcome sensitivity(const std::string& core) const {
    return nvcim("sensitivity lenet_mnist_4b --data d28 --samples 60 --threads 2 --out " + core,
                 "OPENBLAS_CORETYPE=" + core);
  }
  std::vector<double> values(const std::string& folder) const {
    std::istringstream text(read(folder + "/sensitivity.txt"));
    std::vector<double> all;
    for (std::string line; std::getline(text, line);) {
      if (line.starts_with("#")) continue;
      std::istringstream numbers(line);
      for (double value; numbers >> value;) all.push_back(value);
    }
    return all;
  }
  /// 60 images of 28 x 28 made of a fixed sequence, ten classes.
  void write_images(const std::string& folder) const {
    const auto big_endian = [](int value) {
      return std::string{char(value >> 24), char(value >> 16), char(value >> 8), char(value)};
    };
    constexpr int kSamples = 60;
    std::string images = big_endian(0x803) + big_endian(kSamples) + big_endian(28) + big_endian(28);
    std::string labels = big_endian(0x801) + big_endian(kSamples);
    std::uint32_t state = 1;
    for (int i = 0; i < kSamples * 28 * 28; ++i) {
      state = state * 1664525u + 1013904223u;  // Numerical Recipes, 3rd ed., section 7.1
      images += char(state >> 24);
    }
    for (int i = 0; i < kSamples; ++i) labels += char(i % 10);
    for (const char* split : {"train", "t10k"}) {
      write(folder + "/" + split + "-images-idx3-ubyte", images);
      write(folder + "/" + split + "-labels-idx1-ubyte", labels);
    }
  }
};

TEST_F(Blas, IsNamedInTheManifestOfWhatUsesIt) {
  ASSERT_EQ(nvcim("run --workload q.onnx --data d44 --engine functional --out r").exit_code, 0);
  EXPECT_FALSE(json::parse(read("r/manifest.json")).contains("blas")) << "nothing needed it";
  write_images("d28");
  const Outcome outcome = sensitivity("Prescott");
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const json blas = json::parse(read("Prescott/manifest.json"))["blas"];
  EXPECT_EQ(blas["core"], "Prescott");
  EXPECT_THAT(blas["library"].get<std::string>(), StartsWith("OpenBLAS "));
}

TEST_F(Blas, SaysThatItsKernelsAreOlderThanTheMachine) {
  if (run("grep -qw avx2 /proc/cpuinfo").exit_code != 0) GTEST_SKIP() << "the machine has no AVX2";
  write_images("d28");
  EXPECT_THAT(sensitivity("Prescott").err,
              HasSubstr("note: OpenBLAS chose its kernels for Prescott, which do without AVX2 though this machine has "
                        "it"));
  EXPECT_THAT(sensitivity("Haswell").err, Not(HasSubstr("note:")));
}

// workloads/README.md states these bounds.
TEST_F(Blas, MayChangeLastDigitsAndNoRanking) {
  if (run("grep -qw avx2 /proc/cpuinfo").exit_code != 0) GTEST_SKIP() << "the machine has no AVX2";
  write_images("d28");
  ASSERT_EQ(sensitivity("Prescott").exit_code, 0);
  ASSERT_EQ(sensitivity("Haswell").exit_code, 0);
  const std::vector<double> one = values("Prescott"), other = values("Haswell");
  ASSERT_EQ(one.size(), 105'918u) << "weights of LeNet";
  ASSERT_EQ(other.size(), one.size());
  const double largest = *std::max_element(one.begin(), one.end());
  ASSERT_GT(largest, 0);
  for (std::size_t i = 0; i < one.size(); ++i)
    ASSERT_LE(std::abs(one[i] - other[i]), 1e-5 * std::max(one[i], 1e-3 * largest)) << i;
  // The tenth that would be verified first is the same but for weights that are as good as tied.
  const auto first_tenth = [](const std::vector<double>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] > values[b]; });
    order.resize(order.size() / 10);
    std::sort(order.begin(), order.end());
    return order;
  };
  const std::vector<std::size_t> chosen = first_tenth(one), also = first_tenth(other);
  std::vector<std::size_t> both;
  std::set_intersection(chosen.begin(), chosen.end(), also.begin(), also.end(), std::back_inserter(both));
  EXPECT_GE(double(both.size()), 0.999 * double(chosen.size()));
}

}  // namespace
}  // namespace nvcim::test
