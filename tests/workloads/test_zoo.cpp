// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "workloads/dataset.h"
#include "workloads/gzip_file.h"
#include "workloads/model_file.h"
#include "workloads/reference.h"
#include "workloads/zoo_files.h"

namespace nvcim::workloads {
namespace {

namespace fs = std::filesystem;
const fs::path kSource = NVCIM_SOURCE_DIR;

std::string sha256(const fs::path& file) {
  const std::string command = "sha256sum '" + file.string() + "'";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
  std::array<char, 65> text{};
  if (!pipe || !std::fgets(text.data(), text.size(), pipe.get())) return "";
  return text.data();
}

/// Each network of the zoo is its own test.
class Zoo : public testing::TestWithParam<ZooEntry> {};

TEST_P(Zoo, HasItsChecksumAndIsEmbeddedAsItIs) {
  const fs::path file = kSource / "workloads/zoo" / (GetParam().name + ".onnx");
  EXPECT_EQ(sha256(file), GetParam().sha256);
  EXPECT_EQ(read_file(file, 1 << 20), zoo_file(GetParam().name + ".onnx"));
}

TEST_P(Zoo, ReachesTheAccuracyItStatesExactly) {
  const Network network = load_network(GetParam().name);
  EXPECT_EQ(network.name, GetParam().name);
  const bool fetched = network.data == "mnist";
  if (fetched && !fs::exists(kSource / "data/mnist/t10k-images-idx3-ubyte"))
    GTEST_SKIP() << "needs MNIST: scripts/fetch_data.sh mnist";
  if (!fetched && !fs::exists("/usr/share/datasets/fashion-mnist"))
    GTEST_SKIP() << "needs the Debian package dataset-fashion-mnist";
  const Dataset test = load_dataset(network.data, Split::test, 0, {kSource / "data"});
  const auto logits = reference_logits(network, test.pixels, test.samples(), 2);
  int right = 0;
  for (int s = 0; s < test.samples(); ++s) {
    const std::span<const std::int64_t> row(logits.data() + std::size_t(s) * network.classes(), network.classes());
    right += predicted_class(row) == test.labels[s];
  }
  EXPECT_EQ(double(right) / test.samples(), GetParam().accuracy);
}

INSTANTIATE_TEST_SUITE_P(Networks, Zoo, testing::ValuesIn(zoo()),
                         [](const auto& instance) { return instance.param.name; });

TEST(ZooList, HoldsTheFiveNetworksOfTheProject) {
  std::vector<std::string> names;
  for (const ZooEntry& entry : zoo()) names.push_back(entry.name);
  EXPECT_THAT(names, testing::UnorderedElementsAre("lenet_fashion_mnist_8b", "lenet_fashion_mnist_4b", "lenet_mnist_8b",
                                                   "lenet_mnist_4b", "mlp_fashion_mnist_8b"));
}

TEST(ZooList, LeNetsHaveTheWeightsOfThePaperAndTheirBits) {
  for (const ZooEntry& entry : zoo()) {
    if (!entry.name.starts_with("lenet")) continue;
    const Network network = load_network(entry.name);
    const int bits = entry.name.ends_with("_4b") ? 4 : 8;
    EXPECT_EQ(network.weights(), 105918);
    EXPECT_EQ(network.input_bits, bits);
    for (const Node& node : network.nodes) {
      EXPECT_EQ(node.input_bits, bits) << node.name;
      EXPECT_EQ(node.input_zero_point, 0);
      if (node.kind == Node::Kind::mvm) {
        EXPECT_EQ(node.mvm.weight_bits, bits) << node.name;
      }
    }
  }
}

}  // namespace
}  // namespace nvcim::workloads
