// SPDX-License-Identifier: Apache-2.0
#include "mapping/duplication.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "arch/cost/area_table.h"
#include "arch/input_error.h"
#include "mapping/plan.h"
#include "tests/support/random_network.h"

namespace nvcim::mapping {
namespace {

using workloads::Network;

/// 12 x 12, 10 x 10 and 8 x 8 positions, then one: three layers worth copying and one that is not.
Network four_layers() {
  const workloads::Window window{3, 3, 1, 1, 0, 0, 0, 0};
  return testing::NetworkBuilder({1, 14, 14}, 8, 3)
      .convolution(4, window)
      .convolution(4, window)
      .convolution(2, window)
      .logits(10);
}

Architecture automatic() {
  Architecture architecture;
  architecture.name = "automatic";
  architecture.mapping.duplication = Duplication::automatic;
  return architecture;
}

TEST(ChooseCopies, MakesTheSlowestLayerAsFastAsAnyChoiceThatFits) {
  const Network network = four_layers();
  const std::vector<int> cost = {1, 2, 3, 1}, positions = {144, 100, 64, 1};
  for (int tiles = 7; tiles <= 40; ++tiles) {
    const auto needed = [&](const std::vector<int>& copies) {
      int sum = 0;
      for (std::size_t i = 0; i < copies.size(); ++i) sum += copies[i] * cost[i];
      return sum;
    };
    // Every choice that fits; all layers have more columns than an ADC serves and equal phases.
    double best = std::numeric_limits<double>::infinity();
    for (int a = 1; a <= tiles; ++a)
      for (int b = 1; a + 2 * b <= tiles; ++b)
        for (int c = 1; needed({a, b, c, 1}) <= tiles; ++c)
          best = std::min(best, std::max({std::ceil(144.0 / a), std::ceil(100.0 / b), std::ceil(64.0 / c)}));
    Architecture architecture = automatic();
    architecture.chip.mesh_rows = 1;
    architecture.chip.mesh_columns = tiles;
    const std::vector<int> copies = choose_copies(architecture, network, needed);
    double slowest = 0;
    for (int i = 0; i < 4; ++i) slowest = std::max(slowest, std::ceil(1.0 * positions[i] / copies[i]));
    EXPECT_EQ(slowest, best) << tiles;
    EXPECT_LE(needed(copies), tiles);
    EXPECT_EQ(copies[3], 1) << "one position needs one copy";
  }
}

TEST(ChooseCopies, LeavesAloneWhatIsNamed) {
  Architecture architecture = automatic();
  const Network network = four_layers();
  architecture.mapping.duplicate[network.nodes[1].name] = 2;
  const auto free = [](const std::vector<int>&) { return 1; };
  EXPECT_THAT(choose_copies(architecture, network, free), ::testing::ElementsAre(144, 2, 64, 1));
  architecture.mapping.duplication = Duplication::given;
  EXPECT_THAT(choose_copies(architecture, network, free), ::testing::ElementsAre(1, 2, 1, 1));
}

TEST(ChooseCopies, ThePlanFillsTheChipAndNoMore) {
  for (const Packing packing : {Packing::none, Packing::crossbar}) {
    Architecture architecture = automatic();
    architecture.mapping.packing = packing;
    const Network network = testing::random_lenet(1);
    const Plan plan = make_plan(architecture, network);
    EXPECT_GT(plan.layers[0].copies, plan.layers[1].copies);
    EXPECT_EQ(plan.layers.back().copies, 1);
    EXPECT_LE(plan.tiles_used, architecture.chip.tiles());
    EXPECT_GT(plan.tiles_used, architecture.chip.tiles() / 2);
  }
}

TEST(ChooseCopies, KeepsBelowTheAreaLimit) {
  Architecture architecture = automatic();
  const Network network = testing::random_lenet(1);  // 65 crossbars, 9 tiles
  const double tile = area_table(architecture).area().value() / architecture.chip.tiles();
  architecture.mapping.area_limit = from_si<Area>(12.5 * tile);
  const Plan plan = make_plan(architecture, network);
  EXPECT_LE(plan.tiles_used, 12);
  EXPECT_GE(plan.tiles_used, 9);
  EXPECT_GT(plan.layers[0].copies, 1);

  architecture.mapping.area_limit = from_si<Area>(8.5 * tile);
  try {
    make_plan(architecture, network);
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("automatic:/mapping/area_limit"));
    EXPECT_THAT(error.what(),
                ::testing::HasSubstr("are the area of 8 tiles; one copy of each layer of random takes 9"));
  }
}

}  // namespace
}  // namespace nvcim::mapping
