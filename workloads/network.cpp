// SPDX-License-Identifier: Apache-2.0
#include "workloads/network.h"

namespace nvcim::workloads {

std::int64_t Network::macs() const {
  std::int64_t total = 0;
  for (const Node& node : nodes)
    if (node.kind == Node::Kind::mvm) total += node.macs();
  return total;
}

std::int64_t Network::weights() const {
  std::int64_t total = 0;
  for (const Node& node : nodes)
    if (node.kind == Node::Kind::mvm) total += std::int64_t{1} * node.matrix_rows() * node.outputs();
  return total;
}

}  // namespace nvcim::workloads
