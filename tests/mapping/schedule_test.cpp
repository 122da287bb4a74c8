// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule.h"

#include <gmock/gmock.h>

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

}  // namespace
}  // namespace nvcim::mapping
