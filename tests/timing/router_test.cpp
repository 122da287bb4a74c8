// SPDX-License-Identifier: Apache-2.0
#include "sim/network_on_chip/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/kernel/simulation_context.h"
#include "sim/network_on_chip/network_interface.h"
#include "tests/timing/job.h"

namespace nvcim::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Recorder : TransferSink {
  void deliver(Cycle now, TransferPtr) override { arrivals.push_back(now); }
  std::vector<Cycle> arrivals;
};

/// A row of routers with an end point each; nothing else of the chip.
class Mesh {
 public:
  Mesh(int columns, const std::function<void(InterconnectParameters&)>& change)
      : constants_([&] {
          Architecture architecture = nvcim::testing::ideal_architecture();
          architecture.chip.mesh_rows = 1;
          architecture.chip.mesh_columns = columns;
          architecture.interconnect.router_cycles = 2;
          architecture.interconnect.link_cycles = 1;
          change(architecture.interconnect);
          return MeshConstants(architecture);
        }()),
        sinks_(columns) {
    for (int tile = 0; tile < columns; ++tile) {
      routers_.push_back(
          std::make_unique<Router>(fmt::format("router(0,{})", tile).c_str(), kernel_.calendar(), constants_, tile));
      ends_.push_back(
          std::make_unique<NetworkInterface>(fmt::format("end{}", tile).c_str(), kernel_.calendar(), constants_, tile));
      ends_[tile]->sink.bind(sinks_[tile]);
      ends_[tile]->router.bind(*routers_[tile]);
      routers_[tile]->links[Router::local].bind(*ends_[tile]);
      if (tile == 0) continue;
      routers_[tile]->links[Router::west].bind(*routers_[tile - 1]);
      routers_[tile - 1]->links[Router::east].bind(*routers_[tile]);
    }
  }
  void send(Cycle cycle, int from, int to, std::int64_t bits) {
    auto transfer = std::make_unique<Transfer>();
    transfer->from = from;
    transfer->to = to;
    transfer->bits = bits;
    ends_[from]->send(0, cycle, 0, std::move(transfer));
  }
  /// Runs up to and including `cycle`.
  void run_to(Cycle cycle) { sc_core::sc_start(sc_core::sc_time::from_value(cycle + 1) - sc_core::sc_time_stamp()); }
  const std::vector<Cycle>& arrivals(int tile) const { return sinks_[tile].arrivals; }
  std::uint64_t count(Event event) const {
    EventCounts counts;
    for (const auto& router : routers_) router->statistics().add_to(counts);
    return counts.total(event);
  }

 private:
  SimulationContext kernel_;
  MeshConstants constants_;
  std::vector<Recorder> sinks_;
  std::vector<std::unique_ptr<Router>> routers_;
  std::vector<std::unique_ptr<NetworkInterface>> ends_;
};

TEST(Router, DeliversAPacketAfterItsRoutersLinksAndFlits) {
  Mesh mesh(4, [](InterconnectParameters& p) { p.flit_bits = 32; });
  mesh.send(10, 0, 3, 96);  // header and three flits; four routers of 2 cycles, three links of 1
  const Cycle due = 10 + 4 * 2 + 3 * 1 + 4;
  mesh.run_to(due - 1);
  EXPECT_THAT(mesh.arrivals(3), IsEmpty());
  mesh.run_to(due);
  EXPECT_THAT(mesh.arrivals(3), ElementsAre(due));
  EXPECT_EQ(mesh.count(Event::router_flit), 4u * 4u);
  EXPECT_EQ(mesh.count(Event::link_flit), 4u * 3u);
}

TEST(Router, ToItsOwnTileNothingUsesTheNetwork) {
  Mesh mesh(2, [](InterconnectParameters&) {});
  mesh.send(5, 1, 1, 96);
  mesh.run_to(4);
  EXPECT_THAT(mesh.arrivals(1), IsEmpty());
  mesh.run_to(5);
  EXPECT_THAT(mesh.arrivals(1), ElementsAre(5u));
  EXPECT_EQ(mesh.count(Event::router_flit), 0u);
}

TEST(Router, LetsOneOfTwoPacketsWaitUntilTheOutputIsIdle) {
  // Both reach router 1 for router 2: from tile 0 (one router and link away) and from tile 1 itself, sent so that both
  // heads are ready in the same cycle 20. Round-robin starts after north: west (3) comes before local (4).
  Mesh mesh(3, [](InterconnectParameters& p) { p.flit_bits = 32; });
  mesh.send(20 - 2 - 2 - 1, 0, 2, 7 * 32);  // 8 flits
  mesh.send(20 - 2, 1, 2, 3 * 32);          // 4 flits
  const Cycle first = 20 + 1 + 2 + 8;       // link, router 2, flits
  const Cycle second = (20 + 8) + 1 + 2 + 4;
  mesh.run_to(second - 1);
  EXPECT_THAT(mesh.arrivals(2), ElementsAre(first));
  mesh.run_to(second);
  EXPECT_THAT(mesh.arrivals(2), ElementsAre(first, second));
}

TEST(Router, TakesTurnsBetweenInputs) {
  // Tile 0 sends four packets through router 1, tile 1 sends four of its own at the same time, all to tile 2. In turns
  // the last of either is among the last two; unfairly, one of them would finish four packets earlier.
  Mesh mesh(3, [](InterconnectParameters& p) { p.flit_bits = 32; });
  for (int i = 0; i < 4; ++i) {
    mesh.send(10, 0, 2, 7 * 32);
    mesh.send(13, 1, 2, 7 * 32);
  }
  mesh.run_to(200);
  // The output east of router 1 is busy from cycle 15 (10 + 2 + 1 + 2 and 13 + 2) without a gap: 8 packets of 8 flits.
  std::vector<Cycle> expected;
  for (int i = 1; i <= 8; ++i) expected.push_back(15 + 1 + 2 + static_cast<Cycle>(i) * 8);
  EXPECT_EQ(mesh.arrivals(2), expected);
}

TEST(Router, WaitsForCreditsOfTheNextRouter) {
  // Inputs of 4 flits, packets of 4: a router may send the next one when the next router has passed the one before on
  // and its credits are back. Sent at g, the head is at the next router at g + 1, leaves it at g + 3, its 4 flits have
  // left at g + 7, the credits are back at g + 8. The interface needs only router_cycles + flits = 6 per packet.
  Mesh mesh(2, [](InterconnectParameters& p) {
    p.flit_bits = 32;
    p.buffer_flits = 4;
  });
  mesh.send(10, 0, 1, 3 * 3 * 32);         // three packets of 3 payload flits
  const Cycle first = 10 + 2 + 1 + 2 + 4;  // tail of the first packet
  const Cycle due = first + 2 * 8;         // the transfer is there with its last packet
  mesh.run_to(due - 1);
  EXPECT_THAT(mesh.arrivals(1), IsEmpty());
  mesh.run_to(due);
  EXPECT_THAT(mesh.arrivals(1), ElementsAre(due));
}

TEST(Router, APacketAsLongAsTheBufferWaitsForItsCredits) {
  Mesh mesh(2, [](InterconnectParameters& p) {
    p.flit_bits = 32;
    p.buffer_flits = 64;
  });
  mesh.send(10, 0, 1, 3 * 63 * 32);  // three packets of 64 flits, buffers of 64: the same law with 64 flits
  const Cycle due = 10 + 2 + 1 + 2 + 64 + 2 * (64 + 4);
  mesh.run_to(due - 1);
  EXPECT_THAT(mesh.arrivals(1), IsEmpty());
  mesh.run_to(due);
  EXPECT_THAT(mesh.arrivals(1), ElementsAre(due));
}

TEST(Router, SendsShortPacketsBackToBack) {
  Mesh mesh(2, [](InterconnectParameters& p) {
    p.flit_bits = 32;
    p.buffer_flits = 64;
  });
  for (int i = 0; i < 4; ++i) mesh.send(10, 0, 1, 32);  // 2 flits each: one every 2 cycles
  mesh.run_to(100);
  EXPECT_THAT(mesh.arrivals(1), ElementsAre(17u, 19u, 21u, 23u));
}

}  // namespace
}  // namespace nvcim::sim
