// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "workloads/network.h"

namespace nvcim::workloads {

/// Memory for the feature maps of one pass through a network: maps that are not needed at the same time share a slot.
struct MapSlots {
  std::vector<int> slot;          ///< [nodes + 1] of the network's input, then of node n at n + 1; -1: raw output
  std::vector<std::size_t> size;  ///< [slots] of the largest map that lies there

  int of(int source) const { return slot[source + 1]; }
};

/// A map is let go when its last reader is through. A chain takes two slots.
MapSlots make_map_slots(const Network& network);

}  // namespace nvcim::workloads
