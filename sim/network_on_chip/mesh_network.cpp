// SPDX-License-Identifier: Apache-2.0
#include "sim/network_on_chip/mesh_network.h"

#include <fmt/format.h>

namespace nvcim::sim {

MeshNetwork::MeshNetwork(Calendar& calendar, const MeshConstants& constants) {
  const mapping::Mesh& mesh = constants.mesh;
  for (int tile = 0; tile < mesh.rows * mesh.columns; ++tile)
    routers_.push_back(std::make_unique<Router>(
        fmt::format("router({},{})", tile / mesh.columns, tile % mesh.columns).c_str(), calendar, constants, tile));
  for (int row = 0; row < mesh.rows; ++row)
    for (int column = 0; column < mesh.columns; ++column) {
      auto& links = routers_[row * mesh.columns + column]->links;
      if (row > 0) links[PacketLink::north].bind(*routers_[(row - 1) * mesh.columns + column]);
      if (row + 1 < mesh.rows) links[PacketLink::south].bind(*routers_[(row + 1) * mesh.columns + column]);
      if (column > 0) links[PacketLink::west].bind(*routers_[row * mesh.columns + column - 1]);
      if (column + 1 < mesh.columns) links[PacketLink::east].bind(*routers_[row * mesh.columns + column + 1]);
    }
}

void MeshNetwork::attach(int end_point, PacketLink& from_router, sc_core::sc_port<PacketLink>& to_router) {
  const bool global = end_point == mapping::kGlobalBuffer;
  Router& router = *routers_[global ? 0 : end_point];
  router.links[global ? PacketLink::global : PacketLink::local].bind(from_router);
  to_router.bind(router);
}

void MeshNetwork::list_units(std::vector<Unit*>& units) const {
  for (const auto& router : routers_) units.push_back(router.get());
}

}  // namespace nvcim::sim
