// SPDX-License-Identifier: Apache-2.0
#include "sim/programming/mesh_arrival.h"

#include <algorithm>

namespace nvcim::sim {

MeshArrival::MeshArrival(const Architecture& architecture, std::size_t nodes)
    : mesh_(mapping::make_mesh(architecture)),
      router_cycles_(static_cast<Cycle>(architecture.interconnect.router_cycles)),
      link_cycles_(static_cast<Cycle>(architecture.interconnect.link_cycles)),
      nodes_(std::size_t(mesh_.rows) * mesh_.columns),
      events_(nodes) {}

Cycle MeshArrival::Link::room_at(Cycle from, std::int64_t flits, std::int64_t capacity) {
  while (!returns.empty() && (returns.front().at <= from || taken + flits > capacity)) {
    from = std::max(from, returns.front().at);
    taken -= returns.front().flits;
    returns.pop_front();
  }
  return from;
}

Cycle MeshArrival::send(int tile, std::int64_t bits, Cycle ready, std::size_t row) {
  std::int64_t payload_left = (bits + mesh_.flit_bits - 1) / mesh_.flit_bits;
  Cycle arrival = ready;
  while (payload_left > 0) {
    const std::int64_t payload = std::min<std::int64_t>(payload_left, mesh_.buffer_flits - 1);
    arrival = send_packet(tile, payload + 1, ready, row);
    payload_left -= payload;
  }
  return arrival;
}

Cycle MeshArrival::send_packet(int tile, std::int64_t flits, Cycle ready, std::size_t row) {
  const auto length = static_cast<Cycle>(flits);
  const int to_row = tile / mesh_.columns, to_column = tile % mesh_.columns;
  Link* link = &injection_;
  Cycle head = link->room_at(std::max(ready, link->free_at), flits, mesh_.buffer_flits);
  link->free_at = head + length;
  Cycle credit_delay = 0;  // of the wire that the packet came by
  for (int at_row = 0, at_column = 0;;) {
    Node& node = nodes_[std::size_t(at_row) * mesh_.columns + at_column];
    const bool east = at_column < to_column, south = !east && at_row < to_row;
    Cycle leaves = std::max(head + router_cycles_, node.input_free_at);
    Link* next = east ? &node.east : south ? &node.south : nullptr;
    if (next)
      leaves = next->room_at(std::max(leaves, next->free_at), flits, mesh_.buffer_flits);
    else
      leaves = std::max(leaves, node.local_free_at);
    node.input_free_at = leaves + length;
    link->taken += flits;
    link->returns.push_back({leaves + length + credit_delay, flits});
    events_.add(row, Event::router_flit, length);
    if (!next) {
      node.local_free_at = leaves + length;
      return leaves + length;
    }
    next->free_at = leaves + length;
    events_.add(row, Event::link_flit, length);
    head = leaves + link_cycles_;
    credit_delay = link_cycles_;
    link = next;
    (east ? at_column : at_row) += 1;
  }
}

}  // namespace nvcim::sim
