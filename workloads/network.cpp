// SPDX-License-Identifier: Apache-2.0
#include "workloads/network.h"

namespace nvcim::workloads {

std::int64_t Network::macs() const {
  std::int64_t total = 0;
  for (const Node& node : nodes)
    if (node.is_mvm()) total += node.macs();
  return total;
}

std::int64_t Network::weights() const {
  std::int64_t total = 0;
  for (const Node& node : nodes)
    if (node.is_mvm()) total += std::int64_t{1} * node.matrix_rows() * node.outputs();
  return total;
}

std::vector<int> Network::sources(int node) const {
  return nodes[node].inputs.empty() ? std::vector<int>{node - 1} : nodes[node].inputs;
}

std::vector<std::vector<int>> Network::readers() const {
  std::vector<std::vector<int>> readers(nodes.size() + 1);
  for (int node = 0; node < static_cast<int>(nodes.size()); ++node)
    for (const int source : sources(node))
      if (auto& of_map = readers[source + 1]; of_map.empty() || of_map.back() != node) of_map.push_back(node);
  return readers;
}

bool Network::is_chain() const {
  for (int node = 0; node < static_cast<int>(nodes.size()); ++node)
    if (sources(node) != std::vector<int>{node - 1}) return false;
  return true;
}

}  // namespace nvcim::workloads
