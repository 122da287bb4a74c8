// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arch/load.h"
#include "mapping/plan.h"
#include "mapping/written_cells.h"
#include "workloads/networks.h"

namespace nvcim::fuzzing {

/// A network of two small layers on the smallest preset that holds it.
struct SmallChip {
  Architecture architecture = load_architecture("swim_paper");
  workloads::Network network = make_network();
  mapping::Plan plan = mapping::make_plan(architecture, network);

  static workloads::Network make_network() {
    workloads::Network network = workloads::NetworkBuilder("small", {1, 2, 2}, 8, 4, 4)
                                     .fully_connected("fc1", 3)
                                     .fully_connected("fc2", 2)
                                     .build();
    int value = 0;
    for (workloads::Node& node : network.nodes)
      for (auto& weight : node.mvm.weights) weight = static_cast<std::int16_t>(value++ % 15 - 7);
    return network;
  }
  mapping::WrittenCells cells() const {
    return mapping::write_cells(architecture, network, plan, mapping::verify_all(plan), {}, true);
  }
};

}  // namespace nvcim::fuzzing
