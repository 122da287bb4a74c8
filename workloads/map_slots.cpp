// SPDX-License-Identifier: Apache-2.0
#include "workloads/map_slots.h"

#include <algorithm>

namespace nvcim::workloads {

MapSlots make_map_slots(const Network& network) {
  const int nodes = static_cast<int>(network.nodes.size());
  const auto readers = network.readers();
  MapSlots slots;
  slots.slot.assign(nodes + 1, -1);
  std::vector<int> free;
  const auto take = [&](int source) {
    if (free.empty()) {
      free.push_back(static_cast<int>(slots.size.size()));
      slots.size.push_back(0);
    }
    const int slot = free.back();
    free.pop_back();
    slots.slot[source + 1] = slot;
    slots.size[slot] = std::max(slots.size[slot], static_cast<std::size_t>(network.map(source).size()));
  };
  take(kNetworkInput);
  for (int node = 0; node < nodes; ++node) {
    const bool raw = network.nodes[node].gives_logits();
    if (!raw) take(node);
    for (int source = kNetworkInput; source < node; ++source)
      if (const auto& of_map = readers[source + 1]; !of_map.empty() && of_map.back() == node)
        free.push_back(slots.of(source));
    if (!raw && readers[node + 1].empty()) free.push_back(slots.of(node));
  }
  return slots;
}

}  // namespace nvcim::workloads
