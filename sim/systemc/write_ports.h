// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <systemc>

#include "sim/kernel/cycle.h"
#include "sim/programming/tile_controller.h"

/// How the modules of programming reach each other on the wires beside the mesh; `program_machine` binds them. `now` is
/// the current cycle, `cycle` a later one in which what is said is known at the other end.
namespace nvcim::sim {

/// The source of the targets, for the write controllers.
class RowSlotSink : public virtual sc_core::sc_interface {
 public:
  /// A tile is done with a row.
  virtual void free_slot(Cycle now, Cycle cycle, int tile) = 0;
};

/// The chip's power unit, for the write controllers.
class PowerSupply : public virtual sc_core::sc_interface {
 public:
  virtual void release(Cycle now, Cycle cycle, int tile, const PowerRelease& release) = 0;
  virtual void request(Cycle now, Cycle cycle, int tile, const PowerRequest& request) = 0;
};

/// A write controller, for the power unit.
class PowerAnswerSink : public virtual sc_core::sc_interface {
 public:
  virtual void answer(Cycle now, Cycle cycle, bool granted) = 0;
};

}  // namespace nvcim::sim
