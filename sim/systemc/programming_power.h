// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "sim/kernel/inbox.h"
#include "sim/kernel/unit.h"
#include "sim/programming/power_unit.h"
#include "sim/programming/program_facts.h"
#include "sim/systemc/write_ports.h"

namespace nvcim::sim {

/// The chip's power unit on the wires to all tiles. What it decides is PowerUnit of sim/programming.
class ProgrammingPower : public Unit, public PowerSupply {
 public:
  /// @param facts  must outlive it
  ProgrammingPower(const sc_core::sc_module_name& name, Calendar& calendar, const ProgramFacts& facts);

  /// [tiles] the write controllers, in order.
  sc_core::sc_port<PowerAnswerSink, 0, sc_core::SC_ZERO_OR_MORE_BOUND> answers{"answers"};

  void release(Cycle now, Cycle cycle, int tile, const PowerRelease& release) override;
  void request(Cycle now, Cycle cycle, int tile, const PowerRequest& request) override;

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), {}}}; }
  void describe_blockers(std::vector<std::string>&) const override {}

 private:
  struct Message {
    int tile;
    std::optional<PowerRelease> release;
    std::optional<PowerRequest> request;
  };
  void act(Cycle now) override;

  const ProgramFacts& facts_;
  PowerUnit unit_;
  Inbox<Message> inbox_;
};

}  // namespace nvcim::sim
