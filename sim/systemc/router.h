// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <deque>

#include "sim/systemc/clocked.h"
#include "sim/systemc/mesh_context.h"
#include "sim/systemc/transfer.h"

namespace nvcim::sim {

class NetworkInterface;

/// Router of the mesh: X-Y routing, virtual cut-through, credits, round-robin. A head that enters in cycle t can leave
/// in t + router_cycles at the earliest, when its output is idle and the next router has room for the whole packet; it
/// then enters the next one link_cycles later, and the output is busy for one cycle per flit. Only the first packet of
/// an input asks. Outputs are served in the order of Port, each from the input after the one it served last.
class Router : public Clocked {
 public:
  enum Port { north, east, south, west, local, global };
  static constexpr int kPorts = 6;

  Router(MeshContext& context, int tile);
  void connect(Port port, Router& neighbour) { neighbours_[port] = &neighbour; }
  void connect(Port port, NetworkInterface& end_point) { end_points_[port] = &end_point; }

  /// A packet's head enters through `port` at `cycle`. The sender holds the credits for it.
  void arrive(Cycle now, Cycle cycle, Port port, Packet packet);
  /// The receiver behind output `port` has room for so many more flits from `cycle` on.
  void give_credit(Cycle now, Cycle cycle, Port port, std::int64_t flits);

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), time_}}; }
  void tell_waits(std::vector<std::string>& sentences) const override;

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

  MeshContext& context_;
  int row_, column_;
  Cycle router_cycles_, link_cycles_;
  std::array<Input, kPorts> inputs_;
  std::array<Output, kPorts> outputs_;
  std::array<Router*, kPorts> neighbours_{};
  std::array<NetworkInterface*, kPorts> end_points_{};
  UnitTime time_;  // busy: at least one port sends
  Cycle busy_until_ = 0;
};

}  // namespace nvcim::sim
