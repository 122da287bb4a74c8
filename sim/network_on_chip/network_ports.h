// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <systemc>

#include "sim/kernel/cycle.h"
#include "sim/network_on_chip/transfer.h"

/// How the modules of the mesh, and those that hang on it, reach each other. Whoever calls says now what becomes
/// visible in a later cycle.
namespace nvcim::sim {

/// Whoever takes in what arrives: a tile or the global buffer. Always takes it (the sender held credits for the space).
class TransferSink : public virtual sc_core::sc_interface {
 public:
  /// Called in the cycle in which the last flit is in; what it does is visible later.
  virtual void deliver(Cycle now, TransferPtr transfer) = 0;
};

/// Takes transfers for the network.
class TransferSender : public virtual sc_core::sc_interface {
 public:
  /// @param cycle   when the transfer is ready to go
  /// @param source  number of the sending unit of the tile: the order within a cycle
  virtual void send(Cycle now, Cycle cycle, int source, TransferPtr transfer) = 0;
};

/// One end of a link of the mesh: a router or a network interface.
class PacketLink : public virtual sc_core::sc_interface {
 public:
  /// Ports of a router. Behind the first four are routers, behind the others end points.
  enum Port { north, east, south, west, local, global };
  static constexpr int kPorts = 6;
  static constexpr bool leads_to_a_router(Port port) { return port < local; }

  /// @param cycle  a router's: when the head enters; an end point's: when the tail is in
  /// @param port   of the receiver. The sender holds the credits for the packet.
  virtual void arrive(Cycle now, Cycle cycle, Port port, Packet packet) = 0;
  /// The receiver behind `port` has room for so many more flits from `cycle` on.
  virtual void give_credit(Cycle now, Cycle cycle, Port port, std::int64_t flits) = 0;
  /// For people.
  virtual const std::string& link_name() const = 0;
};

}  // namespace nvcim::sim
