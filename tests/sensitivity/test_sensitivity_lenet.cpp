// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <random>

#include "tests/sensitivity/definition.h"
#include "workloads/dataset.h"
#include "workloads/model_file.h"
#include "workloads/sensitivity.h"
#include "workloads/sensitivity_statistics.h"

/// The trained LeNets on their training images.
namespace nvcim::workloads {
namespace {

namespace fs = std::filesystem;

class TrainedLenet : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    network = load_network(GetParam());
    if (network.data == "mnist" && !fs::exists(fs::path(NVCIM_SOURCE_DIR) / "data/mnist/train-images-idx3-ubyte"))
      GTEST_SKIP() << "needs MNIST: scripts/fetch_data.sh mnist";
    if (network.data == "fashion_mnist" && !fs::exists("/usr/share/datasets/fashion-mnist"))
      GTEST_SKIP() << "needs the Debian package dataset-fashion-mnist";
    data = load_dataset(network.data, Split::train, 1000, {fs::path(NVCIM_SOURCE_DIR) / "data"});
  }
  Sensitivity measure(SensitivityMethod method) const {
    SensitivityOptions options;
    options.method = method;
    return measure_sensitivity(network, data.pixels, data.samples(), options);
  }
  Network network;
  Dataset data;
};

TEST_P(TrainedLenet, TheRecursionRanksAsTheExactDiagonalAndIsItInTheLastLayer) {
  const Sensitivity recursion = measure(SensitivityMethod::recursion);
  const Sensitivity exact = measure(SensitivityMethod::gauss_newton);
  EXPECT_GE(spearman(recursion.all(), exact.all()), 0.95);
  const std::vector<double>&last = recursion.layers.back().curvature, &exact_last = exact.layers.back().curvature;
  for (std::size_t i = 0; i < last.size(); ++i) ASSERT_NEAR(last[i], exact_last[i], 1e-5 * exact_last[i] + 1e-15) << i;
  // It drops the cross terms, most of them in the first layer: about a tenth of the true value there.
  for (std::size_t layer = 0; layer + 1 < recursion.layers.size(); ++layer)
    EXPECT_LT(median_ratio(recursion.layers[layer].curvature, exact.layers[layer].curvature), 1) << layer;
  EXPECT_LT(median_ratio(recursion.layers.front().curvature, exact.layers.front().curvature), 0.3);
}

TEST_P(TrainedLenet, GaussNewtonIsTheSecondDifferenceOfTheLoss) {
  data.pixels.resize(std::size_t(20) * data.shape.size());
  data.labels.resize(20);
  const Sensitivity exact = measure(SensitivityMethod::gauss_newton);
  std::mt19937_64 random(3);
  for (const LayerSensitivity& layer : exact.layers)
    for (int trial = 0; trial < 3; ++trial) {
      std::size_t weight = random() % layer.curvature.size();
      while (layer.curvature[weight] == 0) weight = random() % layer.curvature.size();
      const double step = 1e-3 / std::sqrt(1e-4 + layer.curvature[weight]);
      const double expected = nvcim::testing::second_difference(network, data.pixels, data.samples(), layer.node,
                                                                weight, SensitivityLoss::cross_entropy, step);
      EXPECT_NEAR(layer.curvature[weight], expected, 2e-3 * expected + 1e-6) << "node " << layer.node;
    }
}

INSTANTIATE_TEST_SUITE_P(OfTheZoo, TrainedLenet, ::testing::Values("lenet_mnist_4b", "lenet_fashion_mnist_4b"),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace nvcim::workloads
