// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/kernel/inbox.h"
#include "sim/kernel/unit.h"
#include "sim/network_on_chip/network_ports.h"
#include "sim/programming/tile_controller.h"
#include "sim/systemc/write_ports.h"

namespace nvcim::sim {

/// The write controller of one tile. What it decides is in sim/programming/tile_controller; here it meets the clock,
/// the mesh and the wires beside it.
class WriteController : public Unit, public TransferSink, public PowerAnswerSink {
 public:
  /// @param facts, controller  must outlive it
  WriteController(const sc_core::sc_module_name& name, Calendar& calendar, const ProgramFacts& facts, int tile,
                  TileController& controller);

  sc_core::sc_port<RowSlotSink> source{"source"};
  sc_core::sc_port<PowerSupply> power{"power"};

  void answer(Cycle now, Cycle cycle, bool granted) override;
  void deliver(Cycle now, TransferPtr transfer) override;
  bool done() const { return controller_.done(); }

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override;
  void describe_blockers(std::vector<std::string>& sentences) const override;

 private:
  enum class Message { row, granted, refused };
  void act(Cycle now) override;

  const ProgramFacts& facts_;
  int tile_;
  TileController& controller_;
  Inbox<Message> inbox_;
};

}  // namespace nvcim::sim
