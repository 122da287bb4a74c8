// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule.h"

#include <gmock/gmock.h>

#include "tests/support/random_graph.h"
#include "tests/support/random_network.h"

namespace nvcim::mapping {
namespace {

using testing::NetworkBuilder;
using workloads::PoolKind;
using workloads::Window;

TEST(Mesh, CountsLinksFlitsAndPackets) {
  const Mesh mesh{3, 4, 32, 8};
  EXPECT_EQ(mesh.links(0, 11), 2 + 3);
  EXPECT_EQ(mesh.links(5, 5), 0);
  EXPECT_EQ(mesh.links(kGlobalBuffer, 6), 1 + 2);
  EXPECT_EQ(mesh.routers(kGlobalBuffer, 0), 1);
  EXPECT_EQ(mesh.flits(1), 1 + 1);
  EXPECT_EQ(mesh.flits(32 * 7), 7 + 1) << "a full packet: 7 payload flits and a header";
  EXPECT_EQ(mesh.flits(32 * 7 + 1), 8 + 2) << "one bit more takes a second packet";
}

/// 4x4 image of one channel, 2x2 convolution to 3 channels (9 positions), 3x3 max pool, linear to 2 logits; 4-row
/// crossbars so that nothing is cut, one crossbar per tile so that everything travels.
TEST(CountSample, AgreesWithAHandCountOfATinyNetwork) {
  Architecture architecture;
  architecture.crossbar.rows = 4;
  architecture.crossbar.columns = 24;
  architecture.tile.crossbars = 1;
  architecture.chip.mesh_rows = 1;
  architecture.chip.mesh_columns = 2;
  const workloads::Network network = NetworkBuilder({1, 4, 4}, 8, 1)
                                         .convolution(3, Window{2, 2, 1, 1, 0, 0, 0, 0})
                                         .pool(PoolKind::maximum, Window{3, 3, 1, 1, 0, 0, 0, 0})
                                         .logits(2);
  const Plan plan = make_plan(architecture, network);
  ASSERT_EQ(plan.tiles_used, 2);
  const EventCounts counts = count_sample(architecture, network, plan, make_schedule(architecture, network, plan));

  EXPECT_EQ(counts.of(0, Event::external_read), 16u * 8);
  EXPECT_EQ(counts.of(0, Event::global_buffer_write), 16u * 8 + 2 * 32) << "the image and the two logits";
  EXPECT_EQ(counts.of(0, Event::input_buffer_write), 16u * 8);
  EXPECT_EQ(counts.of(0, Event::router_flit), 16u * 2) << "8 bits: one payload flit and a header through router 0";
  EXPECT_EQ(counts.of(0, Event::link_flit), 0u);
  EXPECT_EQ(counts.of(0, Event::external_write), 2u * 32);

  EXPECT_EQ(counts.of(1, Event::input_buffer_read), 9u * 4 * 8);
  EXPECT_EQ(counts.of(1, Event::crossbar_read), 9u * 8);
  EXPECT_EQ(counts.of(1, Event::adc_conversion), 9u * 8 * 24) << "3 outputs of 8 planes";
  EXPECT_EQ(counts.of(1, Event::activation), 9u * 3);
  EXPECT_EQ(counts.of(1, Event::accumulate), 0u);
  EXPECT_EQ(counts.of(1, Event::output_buffer_write), 0u) << "the pooled map travels, not this one";

  EXPECT_EQ(counts.of(2, Event::pooling), 3u * 9);
  EXPECT_EQ(counts.of(2, Event::output_buffer_write), 3u * 8);
  EXPECT_EQ(counts.of(2, Event::output_buffer_read), 3u * 8);
  EXPECT_EQ(counts.of(2, Event::input_buffer_write), 3u * 8);
  EXPECT_EQ(counts.of(2, Event::router_flit), 2u * 2) << "24 bits: 2 flits through 2 routers";
  EXPECT_EQ(counts.of(2, Event::link_flit), 2u);

  EXPECT_EQ(counts.of(3, Event::adc_conversion), 8u * 16);
  EXPECT_EQ(counts.of(3, Event::output_buffer_write), 2u * 32);
  EXPECT_EQ(counts.of(3, Event::router_flit), (2u + 1) * 2) << "64 bits: 3 flits, tile 1 to router 0";
  EXPECT_EQ(counts.total(Event::row_drive), 0u);
}

TEST(CountSample, PartialSumsOfOtherTilesTravelToTheHomeTile) {
  Architecture architecture;
  architecture.crossbar.rows = 4;
  architecture.crossbar.columns = 16;
  architecture.tile.crossbars = 2;
  const workloads::Network network = NetworkBuilder({12, 1, 1}, 8, 1).logits(2);  // three row blocks: tiles 0, 0, 1
  const Plan plan = make_plan(architecture, network);
  const EventCounts counts = count_sample(architecture, network, plan, make_schedule(architecture, network, plan));
  EXPECT_EQ(counts.of(1, Event::accumulate), 2u * 2);
  const std::uint64_t partial = 3 * 2;  // 64 bits: 3 flits through routers 1 and 0
  const std::uint64_t result = 3 * 1;   // home tile 0 to the global buffer: router 0 only
  EXPECT_EQ(counts.of(1, Event::router_flit), partial + result);
  EXPECT_EQ(counts.of(1, Event::link_flit), 3u);
}

/// Image of 2 x 4 x 4; a 3 x 3 convolution to 2 channels whose map is read by a 1 x 1 convolution and added to its
/// result; the sum and the image side by side give the logits. One crossbar per tile.
TEST(Schedule, OfAResidualBlock) {
  testing::GraphBuilder graph({2, 4, 4}, 8, 1);
  const int first = graph.convolution(workloads::kNetworkInput, {.outputs = 2, .window = {3, 3, 1, 1, 1, 1, 1, 1}});
  const int second = graph.convolution(first, {.outputs = 2});
  const int table = graph.lookup(graph.add({second, first}), 8);
  const workloads::Network network = graph.logits(graph.concat({table, workloads::kNetworkInput}), 2);
  Architecture architecture;
  architecture.crossbar.rows = 64;
  architecture.crossbar.columns = 16;
  architecture.tile.crossbars = 1;
  const Plan plan = make_plan(architecture, network);
  ASSERT_EQ(plan.tiles_used, 3);
  const Schedule schedule = make_schedule(architecture, network, plan);
  ASSERT_EQ(schedule.stages.size(), 4u);

  ASSERT_EQ(schedule.input_consumers.size(), 2u);
  EXPECT_EQ(schedule.input_consumers[0].stage, 0);
  EXPECT_EQ(schedule.input_consumers[1].stage, 3);
  EXPECT_EQ(schedule.input_consumers[1].source, 1);
  EXPECT_EQ(schedule.stages[0].consumers.size(), 2u) << "the convolution and the sum";
  const Stage& sum = schedule.stages[2];
  EXPECT_EQ(sum.layer, -1);
  EXPECT_EQ(sum.join, 2);
  EXPECT_THAT(sum.tail, ::testing::ElementsAre(3)) << "the table is worked through on the way";
  ASSERT_EQ(sum.columns.size(), 1u);
  EXPECT_EQ(sum.columns[0].tile, 1) << "where the later map is made";
  ASSERT_EQ(sum.inputs.size(), 2u);
  EXPECT_EQ(sum.inputs[0].sources[0].stage, 1);
  EXPECT_EQ(sum.inputs[1].sources[0].stage, 0);
  ASSERT_EQ(schedule.stages[3].inputs[0].sources.size(), 2u);
  EXPECT_EQ(schedule.stages[3].inputs[0].sources[1].stage, kImage);
  EXPECT_EQ(schedule.stages[3].inputs[0].sources[1].channel_begin, 2);

  const EventCounts counts = count_sample(architecture, network, plan, schedule);
  EXPECT_EQ(counts.of(0, Event::global_buffer_read), 2u * 16 * 16 + 64) << "two readers, and the result";
  EXPECT_EQ(counts.of(1, Event::output_buffer_write), 16u * 16);
  EXPECT_EQ(counts.of(1, Event::output_buffer_read), 2u * 16 * 16);
  EXPECT_EQ(counts.of(1, Event::router_flit), 2u * 16 * (2 * 2)) << "twice 16 bits and a header, one hop each";
  EXPECT_EQ(counts.of(3, Event::input_buffer_read), 2u * 16 * 16) << "both summands";
  EXPECT_EQ(counts.of(3, Event::activation), 2u * 2 * 16) << "each value of each summand";
  EXPECT_EQ(counts.of(3, Event::output_buffer_write), 0u) << "what the table makes of it travels";
  EXPECT_EQ(counts.of(4, Event::activation), 2u * 16);
  EXPECT_EQ(counts.of(4, Event::output_buffer_write), 16u * 16);
  EXPECT_EQ(counts.of(5, Event::output_buffer_write), 0u) << "a concatenation is no work";
}

TEST(Schedule, ADigitalStageStandsWhereItsInputIsMade) {
  testing::GraphBuilder graph({1, 4, 4}, 8, 1);
  const int pooled = graph.pool(workloads::kNetworkInput, PoolKind::maximum,
                                {.kernel_h = 2, .kernel_w = 2, .stride_h = 2, .stride_w = 2});
  const int map = graph.convolution(pooled, {.outputs = 6});
  const int moved = graph.shortcut(map, 8, 1);
  const workloads::Network network = graph.logits(graph.add({moved, moved}), 2);
  Architecture architecture;
  architecture.crossbar.columns = 16;  // two outputs
  architecture.tile.crossbars = 1;
  const Plan plan = make_plan(architecture, network);
  const Schedule schedule = make_schedule(architecture, network, plan);
  ASSERT_EQ(schedule.stages.size(), 5u);
  EXPECT_EQ(schedule.stages[0].join, -1) << "nothing before the pooling";
  EXPECT_THAT(schedule.stages[0].tail, ::testing::ElementsAre(0));
  std::vector<std::vector<int>> columns;
  for (const StageColumn& column : schedule.stages[2].columns)
    columns.push_back({column.tile, column.output_begin, column.outputs});
  EXPECT_EQ(columns, (std::vector<std::vector<int>>{{0, 0, 3}, {1, 3, 2}, {2, 5, 3}})) << "fill at both ends";
  EXPECT_EQ(codes_read(network, schedule.stages[2], 0, schedule.stages[2].columns[0], 0), 2);
  EXPECT_EQ(schedule.stages[3].columns.size(), 3u);
}

}  // namespace
}  // namespace nvcim::mapping
