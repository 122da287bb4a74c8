// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "sim/systemc/network_interface.h"
#include "sim/systemc/router.h"

namespace nvcim::sim {

/// The routers of the whole mesh and the wires between them.
class MeshNetwork {
 public:
  explicit MeshNetwork(MeshContext& context);

  /// Hangs a tile's interface on its router.
  void attach(int tile, NetworkInterface& interface);
  /// Hangs the global buffer's interface on router (0, 0).
  void attach_global(NetworkInterface& interface);
  void list_units(std::vector<Clocked*>& units) const;

 private:
  Modules<Router> routers_;
};

}  // namespace nvcim::sim
