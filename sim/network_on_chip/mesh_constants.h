// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/parameters.h"
#include "mapping/schedule.h"
#include "sim/kernel/cycle.h"

namespace nvcim::sim {

/// What routers and network interfaces need to know. Constant while they run.
struct MeshConstants {
  explicit MeshConstants(const Architecture& architecture)
      : mesh(mapping::make_mesh(architecture)),
        router_cycles(static_cast<Cycle>(architecture.interconnect.router_cycles)),
        link_cycles(static_cast<Cycle>(architecture.interconnect.link_cycles)) {}

  mapping::Mesh mesh;
  Cycle router_cycles, link_cycles;
};

}  // namespace nvcim::sim
