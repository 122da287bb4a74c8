// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "arch/events.h"
#include "arch/parameters.h"
#include "mapping/schedule.h"
#include "sim/analog/timing.h"

namespace nvcim::sim {

/// When transfers that all start at the global buffer reach their tiles. X-Y routes from one corner are a tree and
/// every queue on the way is first in, first out, so each packet's way follows from those before it, in closed steps:
/// the rules are those of sim/network_on_chip: router and network_interface (virtual cut-through, credits, packets that
/// fit a buffer).
class MeshArrival {
 public:
  MeshArrival(const Architecture& architecture, std::size_t nodes);

  /// Cycle in which the last flit is in. Calls must come in the order in which the transfers are handed over.
  /// @param ready  handed to the network   @param row  of the event counts
  Cycle send(int tile, std::int64_t bits, Cycle ready, std::size_t row);
  const EventCounts& events() const { return events_; }

 private:
  /// A wire into a buffer of limited room.
  struct Link {
    Cycle free_at = 0;
    std::int64_t taken = 0;  ///< flits of the buffer behind it
    struct Return {
      Cycle at;
      std::int64_t flits;
    };
    std::deque<Return> returns;  ///< in order of time
    /// Earliest cycle from `from` on with room for so many flits.
    Cycle room_at(Cycle from, std::int64_t flits, std::int64_t capacity);
  };
  struct Node {
    Cycle input_free_at = 0;
    Link east, south;
    Cycle local_free_at = 0;
  };

  Cycle send_packet(int tile, std::int64_t flits, Cycle ready, std::size_t row);

  mapping::Mesh mesh_;
  Cycle router_cycles_, link_cycles_;
  Link injection_;
  std::vector<Node> nodes_;  ///< [tiles]
  EventCounts events_;
};

}  // namespace nvcim::sim
