// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "sim/network_on_chip/router.h"

namespace nvcim::sim {

/// The routers of the whole mesh and the wires between them.
class MeshNetwork {
 public:
  /// @param constants  must outlive it
  MeshNetwork(Calendar& calendar, const MeshConstants& constants);

  /// Hangs an end point on its router: that of its tile, the global buffer on router (0, 0).
  /// @param end_point  tile or mapping::kGlobalBuffer
  /// @param from_router  what takes in the packets   @param to_router  the end point's way to the router
  void attach(int end_point, PacketLink& from_router, sc_core::sc_port<PacketLink>& to_router);
  /// Adds the routers, row by row.
  void list_units(std::vector<Unit*>& units) const;

 private:
  Modules<Router> routers_;
};

}  // namespace nvcim::sim
