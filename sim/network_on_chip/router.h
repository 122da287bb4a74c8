// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <deque>

#include "sim/kernel/inbox.h"
#include "sim/kernel/unit.h"
#include "sim/network_on_chip/mesh_constants.h"
#include "sim/network_on_chip/network_ports.h"

namespace nvcim::sim {

/// Router of the mesh: X-Y routing, virtual cut-through, credits, round-robin. A head that enters in cycle t can leave
/// in t + router_cycles at the earliest, when its output is idle and the next router has room for the whole packet; it
/// then enters the next one link_cycles later, and the output is busy for one cycle per flit. Only the first packet of
/// an input asks. Outputs are served in the order of Port, each from the input after the one it served last.
class Router : public Unit, public PacketLink {
 public:
  /// @param constants  must outlive it, like those of every module   @param tile  number of its tile, row by row
  Router(const sc_core::sc_module_name& name, Calendar& calendar, const MeshConstants& constants, int tile);

  /// [kPorts] what is behind each port; where nothing is, no route may lead.
  std::array<sc_core::sc_port<PacketLink, 1, sc_core::SC_ZERO_OR_MORE_BOUND>, kPorts> links;

  void arrive(Cycle now, Cycle cycle, Port port, Packet packet) override;
  void give_credit(Cycle now, Cycle cycle, Port port, std::int64_t flits) override;
  const std::string& link_name() const override { return unit_name(); }

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), time_}}; }
  void describe_blockers(std::vector<std::string>& sentences) const override;

 private:
  struct Waiting {
    Cycle eligible;  ///< its head may leave
    Port port;       ///< to here
    Packet packet;
  };
  struct Input {
    std::deque<Waiting> packets;
    Cycle free_at = 0;  ///< the packet before has left
  };
  struct Output {
    Cycle free_at = 0;
    std::int64_t credits = 0;
    int last_served = 0;
    bool starved = false;  ///< a packet waits for credits
    Inbox<std::int64_t> returned;
  };

  void act(Cycle now) override;
  Port route(int to) const;
  void serve(Cycle now, Port port, unsigned from_inputs);
  void forward(Cycle now, Port from, Port port);
  void plan_wake(Cycle now, Cycle busy_until);

  const MeshConstants& constants_;
  int row_, column_;
  Cycle router_cycles_, link_cycles_;
  std::array<Input, kPorts> inputs_;
  std::array<Output, kPorts> outputs_;
  UnitTime time_;  // busy: at least one port sends
  Cycle busy_until_ = 0;
};

}  // namespace nvcim::sim
