// SPDX-License-Identifier: Apache-2.0
#include "sim/network_on_chip/router.h"

#include <algorithm>

namespace nvcim::sim {
namespace {

constexpr const char* kPortNames[] = {"north", "east", "south", "west", "local", "global"};

Router::Port opposite(Router::Port port) {
  switch (port) {
    case Router::north:
      return Router::south;
    case Router::south:
      return Router::north;
    case Router::east:
      return Router::west;
    case Router::west:
      return Router::east;
    default:
      return port;
  }
}

}  // namespace

Router::Router(const sc_core::sc_module_name& name, Calendar& calendar, const MeshConstants& constants, int tile)
    : Unit(name, calendar),
      constants_(constants),
      row_(tile / constants.mesh.columns),
      column_(tile % constants.mesh.columns),
      router_cycles_(constants.router_cycles),
      link_cycles_(constants.link_cycles) {
  for (Output& output : outputs_) output.credits = constants.mesh.buffer_flits;
}

void Router::arrive(Cycle now, Cycle cycle, Port port, Packet packet) {
  NVCIM_CHECK(cycle + router_cycles_ > now, "packet at cycle {} for cycle {}", now, cycle);
  const Port to = route(packet.to);
  inputs_[port].packets.push_back({cycle + router_cycles_, to, std::move(packet)});
  wake_at(cycle + router_cycles_);
}

void Router::give_credit(Cycle now, Cycle cycle, Port port, std::int64_t flits) {
  outputs_[port].returned.post(now, cycle, 0, flits);
  if (outputs_[port].starved) wake_at(cycle);
}

Router::Port Router::route(int to) const {
  if (to == mapping::kGlobalBuffer) {
    if (column_ > 0) return west;
    return row_ > 0 ? north : global;
  }
  const int row = to / constants_.mesh.columns, column = to % constants_.mesh.columns;
  if (column != column_) return column > column_ ? east : west;
  if (row != row_) return row > row_ ? south : north;
  return local;
}

void Router::act(Cycle now) {
  const Cycle busy_until = busy_until_;
  for (Output& output : outputs_) {
    while (output.returned.ready(now)) output.credits += output.returned.take();
    output.starved = false;
  }
  std::array<unsigned, kPorts> from_inputs{};  // bits: whose first packet may leave through the port
  for (unsigned from = 0; from < kPorts; ++from) {
    const Input& input = inputs_[from];
    if (input.packets.empty() || input.packets.front().eligible > now || input.free_at > now) continue;
    from_inputs[input.packets.front().port] |= 1u << from;
  }
  for (int port = 0; port < kPorts; ++port)
    if (from_inputs[port] != 0) serve(now, static_cast<Port>(port), from_inputs[port]);
  plan_wake(now, busy_until);
}

/// @param from_inputs  bits, not 0
void Router::serve(Cycle now, Port port, unsigned from_inputs) {
  Output& output = outputs_[port];
  if (output.free_at > now) return;
  int from = output.last_served;
  for (int turn = 0; turn < kPorts; ++turn) {
    from = from + 1 == kPorts ? 0 : from + 1;
    if ((from_inputs >> from & 1) == 0) continue;
    if (leads_to_a_router(port) && output.credits < inputs_[from].packets.front().packet.flits) {
      output.starved = true;
      continue;
    }
    forward(now, static_cast<Port>(from), port);
    output.last_served = from;
    return;
  }
}

void Router::forward(Cycle now, Port from, Port port) {
  Input& input = inputs_[from];
  Output& output = outputs_[port];
  Packet packet = std::move(input.packets.front().packet);
  input.packets.pop_front();
  const auto length = static_cast<Cycle>(packet.flits);
  const std::int64_t flits = packet.flits;
  input.free_at = output.free_at = now + length;
  // Ports that send at once are one busy router.
  time_.busy += now + length - std::clamp(busy_until_, now, now + length);
  busy_until_ = std::max(busy_until_, now + length);
  statistics_.count(packet.row, Event::router_flit, length);
  NVCIM_CHECK(links[port].size() > 0, "{} has nothing at its {} port", unit_name(), kPortNames[port]);
  if (leads_to_a_router(port)) {
    statistics_.count(packet.row, Event::link_flit, length);
    output.credits -= flits;
    links[port]->arrive(now, now + link_cycles_, opposite(port), std::move(packet));
  } else {
    links[port]->arrive(now, now + length, port, std::move(packet));
  }
  const Cycle wire = leads_to_a_router(from) ? link_cycles_ : 0;
  links[from]->give_credit(now, now + length + wire, opposite(from), flits);
}

void Router::plan_wake(Cycle now, Cycle busy_until) {
  bool waits = false;
  for (const Input& input : inputs_) {
    if (input.packets.empty()) continue;
    const auto& [eligible, port, packet] = input.packets.front();
    const Cycle earliest = std::max(eligible, input.free_at);
    if (earliest > now) {
      wake_at(earliest);
      continue;
    }
    waits = true;
    Output& output = outputs_[port];
    if (output.free_at > now) wake_at(output.free_at);
    // Credits on their way were posted before this packet waited for them.
    if (output.starved && !output.returned.empty()) wake_at(output.returned.first_at());
  }
  time_.set_stalled(waits, now, busy_until);
}

void Router::describe_blockers(std::vector<std::string>& sentences) const {
  for (const Input& input : inputs_) {
    if (input.packets.empty()) continue;
    const auto& [eligible, port, packet] = input.packets.front();
    sentences.push_back(fmt::format("{} {} waits for {} credits of {}, has {}", unit_name(), kPortNames[port],
                                    packet.flits, leads_to_a_router(port) ? links[port]->link_name() : "its end point",
                                    outputs_[port].credits));
  }
}

}  // namespace nvcim::sim
