// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "sim/engine.h"
#include "tests/functional/phase_engine.h"
#include "tests/support/random_graph.h"
#include "tests/support/random_network.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

using workloads::Network;

/// A chip big enough for the small networks of the tests.
Architecture roomy_architecture() {
  Architecture architecture;
  architecture.chip.mesh_rows = 64;
  architecture.chip.mesh_columns = 64;
  architecture.tile.crossbars = 1024;
  return architecture;
}

struct Chip {
  Architecture architecture;
  Network network;
  mapping::Plan plan;
  mapping::ChipInstance instance;
  Chip(Architecture wanted, Network wanted_network, std::uint64_t seed = 5)
      : architecture(std::move(wanted)),
        network(std::move(wanted_network)),
        plan(mapping::make_plan(architecture, network)),
        instance(mapping::program_once(architecture, network, plan, seed, 2)) {}
  ChipRun run() const { return {architecture, network, plan, instance}; }
};

template <class T>
bool same_bytes(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

void expect_same(const InferenceResult& a, const InferenceResult& b) {
  EXPECT_TRUE(same_bytes(a.logits, b.logits));
  EXPECT_EQ(a.predicted, b.predicted);
  EXPECT_TRUE(a.counts == b.counts);
  ASSERT_EQ(a.traces.size(), b.traces.size());
  for (std::size_t sample = 0; sample < a.traces.size(); ++sample) {
    EXPECT_EQ(a.traces[sample].sums, b.traces[sample].sums) << "sample " << sample;
    EXPECT_EQ(a.traces[sample].codes, b.traces[sample].codes) << "sample " << sample;
  }
}

Architecture random_analog(std::mt19937& generator) {
  const auto draw = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(generator); };
  Architecture architecture = roomy_architecture();
  architecture.crossbar.rows = draw(3, 60);
  architecture.crossbar.columns = draw(20, 90);
  architecture.crossbar.cell_bits = std::array{1, 2, 4}[draw(0, 2)];
  architecture.crossbar.encoding =
      std::array{Encoding::differential_pair, Encoding::offset_column, Encoding::ideal_signed}[draw(0, 2)];
  architecture.dac.bits = std::array{1, 1, 2, 3, 8}[draw(0, 4)];
  architecture.adc.bits = draw(3, 12);
  if (draw(0, 4) == 0) architecture.adc.model = AdcModel::ideal;
  if (draw(0, 3) == 0) architecture.adc.gain_sigma = 0.04;
  if (draw(0, 3) == 0) architecture.adc.offset_sigma = 0.5;
  if (draw(0, 3) == 0) architecture.adc.inl = -0.8;
  if (draw(0, 2) == 0) architecture.device.read_noise = 0.03;
  if (draw(0, 1) == 0) architecture.device.read_noise_model = ReadNoiseModel::proportional;
  if (draw(0, 3) == 0) architecture.device.model = DeviceModel("ideal");
  if (draw(0, 3) == 0) architecture.digital.zero_point_sum = ZeroPointSum::target;
  return architecture;
}

TEST(RunFunctional, EqualsTheChipPhaseByPhaseInEveryBitAndCount) {
  std::mt19937 generator(11);
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Network network = testing::random_network(seed);
    Architecture architecture = random_analog(generator);
    if (seed % 3 == 0) architecture.mapping.duplicate[network.nodes[0].name] = 3;
    const Chip chip(architecture, network, seed);
    const int samples = 3;
    const std::vector<std::uint8_t> pixels = testing::random_images(network, samples, seed);
    EngineOptions options;
    options.keep_traces = true;
    options.first_sample = 40;
    options.batch = 2;
    SCOPED_TRACE(seed);
    expect_same(run_functional(chip.run(), pixels, samples, options),
                run_phase_by_phase(chip.run(), pixels, samples, options.first_sample));
  }
}

TEST(RunFunctional, OfAGraphEqualsTheChipPhaseByPhaseInEveryBitAndCount) {
  std::mt19937 generator(12);
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Network network = testing::random_graph(seed);
    Architecture architecture = random_analog(generator);
    for (const workloads::Node& node : network.nodes)
      if (node.kind == workloads::Node::Kind::mvm && seed % 3 == 0) architecture.mapping.duplicate[node.name] = 2;
    const Chip chip(architecture, network, seed);
    const std::vector<std::uint8_t> pixels = testing::random_images(network, 3, seed);
    EngineOptions options;
    options.keep_traces = true;
    options.first_sample = 7;
    options.batch = 2;
    SCOPED_TRACE(seed);
    expect_same(run_functional(chip.run(), pixels, 3, options),
                run_phase_by_phase(chip.run(), pixels, 3, options.first_sample));
  }
}

TEST(RunFunctional, GivesTheSameBytesForAnyThreadsAndBatch) {
  Architecture architecture = roomy_architecture();
  architecture.device.read_noise = 0.02;
  const Chip chip(architecture, testing::random_network(3));
  const int samples = 70;
  const std::vector<std::uint8_t> pixels = testing::random_images(chip.network, samples, 4);
  EngineOptions options;
  options.keep_traces = true;
  const InferenceResult expected = run_functional(chip.run(), pixels, samples, options);
  for (int threads : {1, 2})
    for (int batch : {0, 1, 7, 64}) {
      options.threads = threads;
      options.batch = batch;
      expect_same(run_functional(chip.run(), pixels, samples, options), expected);
    }
}

TEST(RunFunctional, SplitsAtAnySampleNumber) {
  Architecture architecture = roomy_architecture();
  architecture.device.read_noise = 0.05;
  const Chip chip(architecture, testing::random_network(4));
  const std::vector<std::uint8_t> pixels = testing::random_images(chip.network, 5, 4);
  const InferenceResult whole = run_functional(chip.run(), pixels, 5, {});
  EngineOptions options;
  options.first_sample = 3;
  const InferenceResult rest =
      run_functional(chip.run(), std::span(pixels).subspan(std::size_t(3) * chip.network.input.size()), 2, options);
  const std::size_t classes = static_cast<std::size_t>(chip.network.classes());
  EXPECT_TRUE(std::equal(rest.logits.begin(), rest.logits.end(), whole.logits.begin() + std::ptrdiff_t(3 * classes)));
}

/// Logits of a noise-free chip must be the reference's integers.
void expect_reference(const Architecture& architecture, const Network& network) {
  const Chip chip(architecture, network);
  const int samples = 4;
  const std::vector<std::uint8_t> pixels = testing::random_images(network, samples, 9);
  const InferenceResult result = run_functional(chip.run(), pixels, samples, {});
  const std::vector<std::int64_t> expected = workloads::reference_logits(network, pixels, samples);
  ASSERT_EQ(result.logits.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(result.logits[i], static_cast<double>(expected[i])) << i;
}

TEST(RunFunctional, NoiseFreeWithASufficientAdcIsTheReference) {
  for (Encoding encoding : {Encoding::differential_pair, Encoding::offset_column, Encoding::ideal_signed})
    for (int cell_bits : {1, 2, 4})
      for (int dac_bits : {1, 2, 8})
        for (AdcModel model : {AdcModel::sar, AdcModel::ideal}) {
          Architecture architecture = roomy_architecture();
          architecture.device.model = DeviceModel("ideal");
          architecture.crossbar.encoding = encoding;
          architecture.crossbar.cell_bits = cell_bits;
          architecture.dac.bits = dac_bits;
          architecture.adc.model = model;
          architecture.adc.bits = 14;
          // The largest sum must fit 14 bits: rows * (2^dac_bits - 1) * highest level.
          const int highest = encoding == Encoding::ideal_signed ? 128 : (1 << cell_bits) - 1;
          const int limit = encoding == Encoding::ideal_signed ? 8191 : 16383;
          architecture.crossbar.rows = std::min(128, limit / (((1 << dac_bits) - 1) * highest));
          if (model == AdcModel::sar && architecture.crossbar.rows < 1) continue;
          architecture.crossbar.rows = std::max(architecture.crossbar.rows, 1);
          SCOPED_TRACE(cell_bits * 100 + dac_bits);
          expect_reference(architecture, testing::random_network(17));
        }
}

TEST(RunFunctional, OfANoiseFreeGraphIsTheReference) {
  for (Encoding encoding : {Encoding::differential_pair, Encoding::offset_column, Encoding::ideal_signed})
    for (AdcModel model : {AdcModel::sar, AdcModel::ideal}) {
      Architecture architecture = roomy_architecture();
      architecture.device.model = DeviceModel("ideal");
      architecture.crossbar.encoding = encoding;
      architecture.crossbar.rows = 64;
      architecture.adc.model = model;
      architecture.adc.bits = 14;
      for (std::uint64_t seed = 1; seed <= 20; ++seed) expect_reference(architecture, testing::random_graph(seed));
      expect_reference(architecture, testing::random_resnet20(1, 4, 16));
    }
}

TEST(RunFunctional, AChipWithOtherWeightsIsTheNetworkWithThoseWeights) {
  // Also where 0 is not code 0: the deviation of a cell counts times the input's value, not times its code.
  for (const std::uint64_t seed : {3, 4, 5, 6}) {
    Architecture architecture = roomy_architecture();
    architecture.device.model = DeviceModel("ideal");
    architecture.crossbar.encoding = Encoding::ideal_signed;
    architecture.adc.model = AdcModel::ideal;
    Chip chip(architecture, testing::random_network(seed));
    for (workloads::Node& node : chip.network.nodes)
      if (node.kind == workloads::Node::Kind::mvm) node.input_zero_point = 77;
    Network other = chip.network;
    std::mt19937 generator(static_cast<unsigned>(seed));
    for (std::size_t index = 0; index < chip.plan.blocks.size(); ++index) {
      const mapping::Block& block = chip.plan.blocks[index];
      const int level = chip.plan.layers[chip.plan.layer_of_node[block.node]].encoding.grid_per_level;
      workloads::Node& node = other.nodes[block.node];
      for (int row = 0; row < block.rows; ++row)
        for (int column = 0; column < block.columns; ++column) {
          const int change = std::uniform_int_distribution<int>(-3, 3)(generator);
          const int output = block.output_begin + column, group = output / node.group_outputs();
          chip.instance.blocks[index].codes[std::size_t(row) * block.columns + column] +=
              static_cast<std::int16_t>(change * level);
          node.mvm
              .weights[std::size_t(output) * node.matrix_rows() + block.row_begin + row - group * node.matrix_rows()] +=
              static_cast<std::int16_t>(change);
        }
    }
    const std::vector<std::uint8_t> pixels = testing::random_images(chip.network, 9, 5);
    const std::vector<std::int64_t> integers = workloads::reference_logits(other, pixels, 5);
    const std::vector<double> expected(integers.begin(), integers.end());
    EXPECT_EQ(run_functional(chip.run(), pixels, 5, {}).logits, expected) << seed;
    chip.architecture.digital.zero_point_sum = ZeroPointSum::target;
    EXPECT_NE(run_functional(chip.run(), pixels, 5, {}).logits, expected) << seed;
  }
}

TEST(RunFunctional, ASaturatingAdcClipsEveryCode) {
  // One fully driven column of the highest weight: every phase's sum is far past the ADC's 3 levels.
  Architecture architecture = roomy_architecture();
  architecture.device.model = DeviceModel("ideal");
  architecture.adc.bits = 2;
  Network network = testing::NetworkBuilder({1, 4, 4}, 8, 1).logits(1);
  workloads::Node& node = network.nodes[0];
  std::fill(node.mvm.weights.begin(), node.mvm.weights.end(), std::int16_t{127});
  node.mvm.bias = {0};
  node.input_zero_point = 0;
  for (auto& table : network.input_table) table.fill(255);
  const Chip chip(architecture, network);
  const std::vector<std::uint8_t> pixels(16, 255);
  const InferenceResult result = run_functional(chip.run(), pixels, 1, {});
  // 8 phases at code 3 are 3 * 255; slices of 127 in 2-bit cells are 3, 3, 3, 1 with factors 1, 4, 16, 64.
  EXPECT_EQ(result.logits[0], 3.0 * 255 * (1 + 4 + 16 + 64));
}

TEST(RunFunctional, ReportsProgressToTheEnd) {
  const Chip chip(roomy_architecture(), testing::random_network(3));
  const std::vector<std::uint8_t> pixels = testing::random_images(chip.network, 9, 4);
  EngineOptions options;
  options.batch = 4;
  std::vector<int> seen;
  options.progress = [&](int done, int total) {
    EXPECT_EQ(total, 9);
    seen.push_back(done);
  };
  run_functional(chip.run(), pixels, 9, options);
  EXPECT_EQ(seen, (std::vector<int>{4, 8, 9}));
}

}  // namespace
}  // namespace nvcim::sim
