// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/mesh_network.h"

namespace nvcim::sim {

MeshNetwork::MeshNetwork(MeshContext& context) {
  const mapping::Mesh& mesh = context.mesh;
  for (int tile = 0; tile < mesh.rows * mesh.columns; ++tile)
    routers_.push_back(std::make_unique<Router>(context, tile));
  for (int row = 0; row < mesh.rows; ++row)
    for (int column = 0; column < mesh.columns; ++column) {
      Router& here = *routers_[row * mesh.columns + column];
      if (row > 0) here.connect(Router::north, *routers_[(row - 1) * mesh.columns + column]);
      if (row + 1 < mesh.rows) here.connect(Router::south, *routers_[(row + 1) * mesh.columns + column]);
      if (column > 0) here.connect(Router::west, *routers_[row * mesh.columns + column - 1]);
      if (column + 1 < mesh.columns) here.connect(Router::east, *routers_[row * mesh.columns + column + 1]);
    }
}

void MeshNetwork::attach(int tile, NetworkInterface& interface) {
  routers_[tile]->connect(Router::local, interface);
  interface.connect(*routers_[tile], Router::local);
}

void MeshNetwork::attach_global(NetworkInterface& interface) {
  routers_.front()->connect(Router::global, interface);
  interface.connect(*routers_.front(), Router::global);
}

void MeshNetwork::list_units(std::vector<Clocked*>& units) const {
  for (const auto& router : routers_) units.push_back(router.get());
}

}  // namespace nvcim::sim
