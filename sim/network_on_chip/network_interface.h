// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>

#include "sim/kernel/inbox.h"
#include "sim/kernel/unit.h"
#include "sim/network_on_chip/mesh_constants.h"
#include "sim/network_on_chip/network_ports.h"

namespace nvcim::sim {

/// Cuts transfers into packets and injects them, one flit per cycle, as far as the router's input has room; puts
/// arriving packets together. A transfer to its own tile turns round without using the network.
class NetworkInterface : public Unit, public TransferSender, public PacketLink {
 public:
  /// @param end_point  tile or mapping::kGlobalBuffer   @param unit_name  as for Clocked
  NetworkInterface(const sc_core::sc_module_name& name, Calendar& calendar, const MeshConstants& constants,
                   int end_point, std::string unit_name = {});

  sc_core::sc_port<PacketLink> router{"router"};
  sc_core::sc_port<TransferSink> sink{"sink"};

  void send(Cycle now, Cycle cycle, int source, TransferPtr transfer) override;
  void arrive(Cycle now, Cycle cycle, Port port, Packet packet) override;
  void give_credit(Cycle now, Cycle cycle, Port port, std::int64_t flits) override;
  const std::string& link_name() const override { return unit_name(); }

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), time_}}; }
  void describe_blockers(std::vector<std::string>& sentences) const override;

 private:
  void act(Cycle now) override;
  void inject(Cycle now);

  const MeshConstants& constants_;
  int end_point_;
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
