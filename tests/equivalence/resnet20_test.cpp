// SPDX-License-Identifier: Apache-2.0
// A network from PyTorch on a chip without noise: both engines leave the same bytes, and they are the quantised
// network's.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <variant>

#include "arch/load.h"
#include "device/check_device.h"
#include "sim/engine.h"
#include "tests/support/random_network.h"
#include "workloads/calibration.h"
#include "workloads/lowering.h"
#include "workloads/model_file.h"
#include "workloads/reference.h"

namespace nvcim {
namespace {

constexpr int kSamples = 4;

workloads::Network resnet20(const std::string& file, bool per_channel) {
  const auto network = std::get<workloads::FloatNetwork>(workloads::load_model(file));
  const workloads::PixelScale pixels =
      workloads::normalised_pixels({0.485, 0.456, 0.406}, {0.229, 0.224, 0.225});  // its README
  const workloads::Lowered lowered = workloads::lower(network.name, network.graph, pixels);
  workloads::Network shape;
  shape.input = network.graph.input();
  const std::vector<std::uint8_t> images = testing::random_images(shape, 16, 1);
  workloads::Quantisation quantisation;
  quantisation.per_channel = per_channel;
  quantisation.ranges = workloads::calibrate(network.graph, lowered.calibrated(), pixels, images, 16, {.progress = {}});
  return workloads::quantise(lowered, quantisation);
}

class ResNet20 : public ::testing::TestWithParam<bool> {};

TEST_P(ResNet20, OnAChipWithoutNoiseIsTheQuantisedNetwork) {
  const std::filesystem::path file =
      std::filesystem::path(NVCIM_SOURCE_DIR) / "../shared/data/models/resnet20_cifar10_q75.onnx";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is not there";
  const workloads::Network network = resnet20(file.string(), GetParam());
  const Architecture architecture = load_architecture("swim_paper", {"/device/sigma=0"}, device::check_device);
  const mapping::Plan plan = mapping::make_plan(architecture, network);
  const mapping::ChipInstance chip = mapping::program_once(architecture, network, plan, 1, 0);
  const sim::ChipRun run{architecture, network, plan, chip};
  const std::vector<std::uint8_t> pixels = testing::random_images(network, kSamples, 2);
  const sim::EngineOptions options{.keep_traces = true, .progress = {}};
  const sim::InferenceResult functional = sim::run_functional(run, pixels, kSamples, options);
  const sim::InferenceResult systemc = sim::run_systemc(run, pixels, kSamples, options).inference;
  ASSERT_EQ(functional.logits.size(), systemc.logits.size());
  EXPECT_EQ(std::memcmp(functional.logits.data(), systemc.logits.data(), systemc.logits.size() * sizeof(double)), 0);
  for (int sample = 0; sample < kSamples; ++sample) {
    EXPECT_EQ(functional.traces[sample].sums, systemc.traces[sample].sums);
    EXPECT_EQ(functional.traces[sample].codes, systemc.traces[sample].codes);
  }
  EXPECT_EQ(functional.counts, systemc.counts);
  const std::vector<std::int64_t> expected = workloads::reference_logits(network, pixels, kSamples);
  EXPECT_EQ(functional.logits, std::vector<double>(expected.begin(), expected.end()));
}

INSTANTIATE_TEST_SUITE_P(OneScalePerLayerOrOutput, ResNet20, ::testing::Bool());

}  // namespace
}  // namespace nvcim
