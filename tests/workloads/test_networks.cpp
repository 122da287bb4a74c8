// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>

#include "arch/input_error.h"
#include "workloads/network_check.h"
#include "workloads/networks.h"
#include "workloads/reference.h"
#include "workloads/stand_in.h"

namespace nvcim::workloads {
namespace {

TEST(Networks, HaveAsManyOutputsAsClasses) {
  for (const std::string& name : built_in_networks())
    for (const int classes : {2, 37, 256})
      EXPECT_EQ(built_in_network(name, 4, {3, 32, 32}, classes).classes(), classes);
  EXPECT_EQ(built_in_network("lenet", 4, {1, 28, 28}).classes(), 10);
  EXPECT_THROW(built_in_network("lenet", 4, {1, 28, 28}, 1), InputError);
}

TEST(Networks, LeNetHasTheWeightsOfThePaper) {
  const Network network = lenet(8);
  EXPECT_EQ(network.weights(), 6 * 9 + 16 * 6 * 9 + 784 * 120 + 120 * 84 + 84 * 10);
  EXPECT_EQ(network.weights(), 105918);  // SWIM, arXiv 2202.08395, as counted in the project's method notes
  EXPECT_EQ(network.macs(), 784 * 54 + 196 * 864 + 94080 + 10080 + 840);
  EXPECT_EQ(network.classes(), 10);
}

TEST(Networks, Vgg8HasThePublishedNumberOfMacs) {
  EXPECT_EQ(vgg8(8).macs(), 615917568);  // NeuroSim's VGG-8 on CIFAR-10
  // 9 (3·64 + 64·64 + 64·128 + 128·128 + 128·256 + 256·256) + 4096·1024 + 1024·1024 + 1024·10
  EXPECT_EQ(convnet(6).weights(), 6397632);
}

TEST(Networks, ResNetsHaveTheWeightsOfTheirDefinition) {
  // Stem; per stage the first convolution, three more and, where the width changes, the projection; fc.
  std::int64_t weights = 3 * 64 * 9 + 4 * 64 * 64 * 9 + 512 * 10;
  for (const std::int64_t width : {128, 256, 512})
    weights += width / 2 * width * 9 + 3 * width * width * 9 + width / 2 * width;
  EXPECT_EQ(resnet18(8).weights(), weights);
  EXPECT_NEAR(double(weights), 11.16e6, 0.005e6);  // as the papers give it
  weights = 3 * 16 * 9 + 6 * 16 * 16 * 9 + 64 * 10;
  for (const std::int64_t width : {32, 64}) weights += width / 2 * width * 9 + 5 * width * width * 9;
  EXPECT_EQ(resnet20(8).weights(), weights);
}

TEST(Networks, AreSound) {
  for (const std::string& name : built_in_networks())
    for (int bits = 2; bits <= 8; ++bits) {
      const Network network = built_in_network(name, bits, {3, 32, 32});
      EXPECT_THAT(network_faults(network), testing::IsEmpty()) << name << " " << bits;
      EXPECT_EQ(network.classes(), 10);
    }
}

TEST(Networks, StandInsUseTheirCodes) {
  for (const char* name : {"resnet18", "resnet20"}) {
    const Network network = stand_in_network(name, 8);
    EXPECT_THAT(network_faults(network), testing::IsEmpty());
    const Dataset image = stand_in_image(network);
    const auto logits = reference_logits(network, image.pixels, 1);
    EXPECT_GT(*std::max_element(logits.begin(), logits.end()), *std::min_element(logits.begin(), logits.end())) << name;
  }
}

TEST(Networks, EveryNodeTakesWhatTheOneBeforeGives) {
  for (const std::string& name : built_in_networks())
    for (int bits = 2; bits <= 8; ++bits) {
      const Network network = built_in_network(name, bits, {3, 32, 32});
      Shape shape = network.input;
      for (const Node& node : network.nodes) {
        if (node.inputs.empty()) {
          EXPECT_EQ(node.input, shape) << name << " " << node.name;
        }
        EXPECT_EQ(node.input_bits, bits);
        if (node.kind == Node::Kind::mvm) {
          EXPECT_EQ(node.mvm.weights.size(), std::size_t(node.matrix_rows()) * node.outputs());
        }
        shape = node.output;
      }
      EXPECT_TRUE(network.nodes.back().mvm.raw_output);
    }
}

TEST(Networks, PixelsBecomeTheNearestInputCode) {
  for (const int bits : {2, 4, 8}) {
    const Network network = lenet(bits);
    const int top = (1 << bits) - 1;
    for (int pixel = 0; pixel < 256; ++pixel) {
      const double exact = pixel * top / 255.0;
      EXPECT_LE(std::abs(network.input_table[0][pixel] - exact), 0.5) << pixel;
    }
    EXPECT_EQ(network.nodes[0].input_scale, 1.0 / top);
  }
}

TEST(Networks, MistakesAreNamedTogether) {
  try {
    built_in_network("alexnet", 9, {1, 0, 28});
    FAIL();
  } catch (const InputError& error) {
    ASSERT_EQ(error.issues().size(), 3u);
    EXPECT_EQ(error.issues()[0].text(),
              "network: \"alexnet\" is no built-in network (lenet, mlp, convnet, vgg8, "
              "resnet18, resnet20)");
    EXPECT_EQ(error.issues()[1].text(), "bits: 9 is outside 2..8");
  }
  EXPECT_THROW(built_in_network("lenet", 8, {1, 3, 28}), InputError);
  EXPECT_THROW(built_in_network("vgg8", 8, {3, 7, 32}), InputError);
}

}  // namespace
}  // namespace nvcim::workloads
