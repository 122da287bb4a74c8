// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>

#include "sim/systemc/clocked.h"
#include "sim/systemc/mesh_context.h"
#include "sim/systemc/router.h"
#include "sim/systemc/transfer.h"

namespace nvcim::sim {

/// Whoever takes in what arrives: a tile or the global buffer. Always takes it (the sender held credits for the space).
class TransferSink {
 public:
  virtual ~TransferSink() = default;
  /// Called in the cycle in which the last flit is in; what it does is visible later.
  virtual void deliver(Cycle now, TransferPtr transfer) = 0;
};

/// Cuts transfers into packets and injects them, one flit per cycle, as far as the router's input has room; puts
/// arriving packets together. A transfer to its own tile turns round without using the network.
class NetworkInterface : public Clocked {
 public:
  NetworkInterface(MeshContext& context, const std::string& name, int end_point, TransferSink& sink);
  void connect(Router& router, Router::Port port) { router_ = &router, port_ = port; }

  /// @param source  number of the sending unit of the tile
  void send(Cycle now, Cycle cycle, int source, TransferPtr transfer);
  void receive(Cycle now, Cycle cycle, Packet packet);
  void give_credit(Cycle now, Cycle cycle, std::int64_t flits);

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), time_}}; }
  void tell_waits(std::vector<std::string>& sentences) const override;

 private:
  void act(Cycle now) override;
  void inject(Cycle now);

  MeshContext& context_;
  int end_point_;
  TransferSink& sink_;
  Router* router_ = nullptr;
  Router::Port port_ = Router::local;
  Inbox<TransferPtr> outgoing_;
  Inbox<Packet> incoming_;
  Inbox<std::int64_t> returned_;
  std::deque<TransferPtr> queue_;
  std::int64_t payload_left_ = 0;  ///< flits of the first transfer of the queue that are still to go
  std::int64_t credits_;
  Cycle free_at_ = 0;
  bool starved_ = false;  ///< the next packet waits for credits
  UnitTime time_;
};

}  // namespace nvcim::sim
