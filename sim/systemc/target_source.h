// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/kernel/inbox.h"
#include "sim/kernel/unit.h"
#include "sim/network_on_chip/network_ports.h"
#include "sim/programming/row_stream.h"
#include "sim/systemc/write_ports.h"

namespace nvcim::sim {

/// External memory and global buffer while a chip is programmed: hands row after row of targets to the network. What it
/// decides is in sim/programming/row_stream.
class TargetSource : public Unit, public TransferSink, public RowSlotSink {
 public:
  /// @param facts, stream  must outlive it
  TargetSource(const sc_core::sc_module_name& name, Calendar& calendar, const ProgramFacts& facts, RowStream& stream);

  sc_core::sc_port<TransferSender> network{"network"};

  void free_slot(Cycle now, Cycle cycle, int tile) override;
  /// Nothing comes back.
  void deliver(Cycle now, TransferPtr transfer) override;

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), {}}}; }
  void describe_blockers(std::vector<std::string>& sentences) const override;

 private:
  void act(Cycle now) override;

  const ProgramFacts& facts_;
  RowStream& stream_;
  Inbox<int> slots_;
};

}  // namespace nvcim::sim
