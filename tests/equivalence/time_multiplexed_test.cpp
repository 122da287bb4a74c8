// SPDX-License-Identifier: Apache-2.0
// A small chip that runs a network in rounds gives the bits of a chip that holds all of it.
#include "sim/studies/time_multiplexed.h"

#include <gtest/gtest.h>

#include "arch/input_error.h"
#include "mapping/rounds.h"
#include "sim/studies/run.h"
#include "tests/support/random_graph.h"
#include "tests/support/random_network.h"

namespace nvcim::sim {
namespace {

/// Every deviation that a cell keeps or draws per read.
Architecture noisy_chip(int tiles) {
  Architecture architecture;
  architecture.name = "noisy";
  architecture.crossbar.rows = architecture.crossbar.columns = 32;
  architecture.device.model = DeviceModel("gaussian");
  architecture.device.sigma = 0.05;
  architecture.device.device_to_device = 0.03;
  architecture.device.stuck_at_g_min = architecture.device.stuck_at_g_max = 0.01;
  architecture.device.read_noise = 0.02;
  architecture.buffer.input_kibibytes = architecture.buffer.output_kibibytes = 64;
  architecture.tile.crossbars = 2;
  architecture.chip.mesh_rows = 1;
  architecture.chip.mesh_columns = tiles;
  return architecture;
}

RunRequest request_of(const workloads::Network& network, const Architecture& architecture, std::uint64_t seed) {
  RunRequest request;
  request.architecture = architecture;
  request.network = network;
  request.data.name = "random";
  request.data.shape = network.input;
  request.data.classes = network.classes();
  request.data.pixels = testing::random_images(network, 3, seed);
  request.data.labels.resize(3);
  request.cycle_samples = 2;
  request.seed = seed;
  request.instance = 7;
  return request;
}

/// The fewest tiles on which the network can be cut.
int fewest_tiles(const workloads::Network& network) {
  for (int tiles = 1;; ++tiles) try {
      mapping::cut_rounds(noisy_chip(tiles), network);
      return tiles;
    } catch (const InputError&) {
      if (tiles == 64) throw;
    }
}

TEST(TimeMultiplexed, GivesTheLogitsOfAChipThatHoldsTheWholeNetwork) {
  int cut = 0;
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    const workloads::Network network = testing::random_graph(seed);
    const int small = fewest_tiles(network);
    const RunOutcome whole = run_network(request_of(network, noisy_chip(64), seed));
    // Both engines run every round and are compared there.
    const TimeMultiplexedResult parts = run_time_multiplexed({request_of(network, noisy_chip(small), seed), 3});
    EXPECT_TRUE(parts.compared);
    EXPECT_EQ(parts.inference.logits, whole.functional->logits) << "graph " << seed;
    RunRequest cycle_only = request_of(network, noisy_chip(small), seed);
    cycle_only.functional = false;
    EXPECT_EQ(run_time_multiplexed({cycle_only, 3}).inference.logits, whole.cycle->inference.logits) << seed;
    cut += parts.rounds.size() > 1;
  }
  EXPECT_GE(cut, 12) << "too few of the graphs are cut to say anything";
}

TEST(TimeMultiplexed, AnotherSeedGivesOtherLogits) {
  // The comparison above must be able to fail.
  const workloads::Network network = testing::random_graph(2);
  const int tiles = fewest_tiles(network);
  RunRequest request = request_of(network, noisy_chip(tiles), 2);
  const TimeMultiplexedResult one = run_time_multiplexed({request, 3});
  ++request.seed;
  EXPECT_NE(run_time_multiplexed({request, 3}).inference.logits, one.inference.logits);
}

TEST(TimeMultiplexed, TotalsAreTheSumsOfTheRounds) {
  const workloads::Network network = testing::random_lenet(3);
  Architecture architecture = noisy_chip(28);
  architecture.crossbar.rows = architecture.crossbar.columns = 128;
  const RunRequest request = request_of(network, architecture, 3);
  const std::vector<mapping::Round> rounds = mapping::cut_rounds(architecture, network);
  ASSERT_GT(rounds.size(), 1u);
  const TimeMultiplexedResult one = run_time_multiplexed({request, 2}), many = run_time_multiplexed({request, 200});
  ASSERT_EQ(one.rounds.size(), rounds.size());
  std::int64_t cells = 0;
  double programming = 0, programming_joules = 0, inference = 0, dynamic = 0;
  for (std::size_t number = 0; number < rounds.size(); ++number) {
    const mapping::Round& round = rounds[number];
    const bool last = number + 1 == rounds.size();
    const mapping::Plan plan =
        mapping::make_plan(round.architecture, round.network, last ? mapping::Ending::logits : mapping::Ending::codes);
    for (const mapping::Block& block : plan.blocks) cells += std::int64_t{block.rows} * block.columns;
    EXPECT_LE(plan.crossbars_used, 56);
    EXPECT_EQ(one.rounds[number].crossbars, plan.crossbars_used);
    programming += one.rounds[number].programming_seconds;
    programming_joules += one.rounds[number].programming_joules;
    inference += one.rounds[number].inference_seconds;
    dynamic += one.rounds[number].dynamic_joules;
    EXPECT_GT(many.rounds[number].inference_seconds, one.rounds[number].inference_seconds);
  }
  EXPECT_EQ(one.cells_written, cells);
  EXPECT_GT(one.mean_writes(), 1);
  EXPECT_EQ(one.most_writes, static_cast<int>(rounds.size()));
  EXPECT_DOUBLE_EQ(one.batch_seconds, programming + inference);
  EXPECT_DOUBLE_EQ(one.programming_joules, programming_joules / 2);
  EXPECT_NEAR(many.programming_joules, programming_joules / 200, 1e-12 * programming_joules);
  EXPECT_DOUBLE_EQ(one.dynamic_joules, dynamic);
  EXPECT_DOUBLE_EQ(one.joules(), one.programming_joules + one.dynamic_joules + one.static_joules);
  EXPECT_LT(many.batch_seconds / 200, one.batch_seconds / 2) << "programming is shared";
}

TEST(TimeMultiplexed, CountsTheCellsThatGroupsNeedUnformedAndAnotherRoundWrites) {
  // 8 columns per output. Two groups of 4 x 8 cells lie on a diagonal: 4 x 8 cells right of the first and 4 x 8 left of
  // the second must not conduct. The first round writes 1 x 16 cells, the last 2 x 16: two rows of the first of them.
  testing::GraphBuilder graph({1, 2, 2}, 8, 1);
  int map = graph.convolution(workloads::kNetworkInput, {.outputs = 2});
  map = graph.convolution(map, {.outputs = 2, .window = {.kernel_h = 2, .kernel_w = 2}, .groups = 2});
  const workloads::Network network = graph.logits(map, 2);
  Architecture architecture = noisy_chip(1);
  architecture.tile.crossbars = 1;
  const TimeMultiplexedResult small = run_time_multiplexed({request_of(network, architecture, 1), 3});
  ASSERT_EQ(small.rounds.size(), 3u);
  EXPECT_EQ(small.cells_written, 1 * 16 + 2 * 4 * 8 + 2 * 16);
  EXPECT_EQ(small.cells_beside_groups, 2 * 8);
  architecture.chip.mesh_columns = 3;
  EXPECT_EQ(run_time_multiplexed({request_of(network, architecture, 1), 3}).cells_beside_groups, 0);
}

}  // namespace
}  // namespace nvcim::sim
