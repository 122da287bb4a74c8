// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/events.h"
#include "arch/parameters.h"
#include "mapping/schedule.h"
#include "sim/analog/timing.h"

namespace nvcim::sim {

/// What routers and network interfaces need to know, and where they count.
struct MeshContext {
  MeshContext(const Architecture& architecture, EventCounts& event_counts)
      : mesh(mapping::make_mesh(architecture)),
        router_cycles(static_cast<Cycle>(architecture.interconnect.router_cycles)),
        link_cycles(static_cast<Cycle>(architecture.interconnect.link_cycles)),
        counts(event_counts) {}

  mapping::Mesh mesh;
  Cycle router_cycles, link_cycles;
  EventCounts& counts;
};

}  // namespace nvcim::sim
