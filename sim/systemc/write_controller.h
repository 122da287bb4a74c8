// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/programming/row_stream.h"
#include "sim/programming/tile_controller.h"
#include "sim/systemc/clocked.h"
#include "sim/systemc/network_interface.h"

/// The SystemC modules of programming. What they decide is in sim/programming; here it meets the clock, the mesh and
/// the wires beside it.
namespace nvcim::sim {

class WriteController;

/// External memory and global buffer while a chip is programmed: hands row after row of targets to the network.
class TargetSource : public Clocked, public TransferSink {
 public:
  TargetSource(const ProgramFacts& facts, MeshContext& context, RowStream& stream);
  NetworkInterface& interface() { return interface_; }

  /// A tile is done with a row, known here at `cycle`.
  void free_slot(Cycle now, Cycle cycle, int tile);
  void deliver(Cycle now, TransferPtr transfer) override;

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), {}}}; }
  void tell_waits(std::vector<std::string>& sentences) const override;

 private:
  void act(Cycle now) override;

  const ProgramFacts& facts_;
  RowStream& stream_;
  NetworkInterface interface_;
  Inbox<int> slots_;
};

/// The chip's power unit on the wires to all tiles.
class ProgrammingPower : public Clocked {
 public:
  explicit ProgrammingPower(const ProgramFacts& facts);
  /// Tiles in order.
  void connect(WriteController& writer) { writers_.push_back(&writer); }

  void release(Cycle now, Cycle cycle, int tile, const PowerRelease& release);
  void request(Cycle now, Cycle cycle, int tile, const PowerRequest& request);

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), {}}}; }
  void tell_waits(std::vector<std::string>&) const override {}

 private:
  struct Message {
    int tile;
    std::optional<PowerRelease> release;
    std::optional<PowerRequest> request;
  };
  void act(Cycle now) override;

  const ProgramFacts& facts_;
  PowerUnit unit_;
  std::vector<WriteController*> writers_;
  Inbox<Message> inbox_;
};

/// The write controller of one tile.
class WriteController : public Clocked, public TransferSink {
 public:
  WriteController(const ProgramFacts& facts, MeshContext& context, int tile, TileController& controller,
                  TargetSource& source, ProgrammingPower& power);
  NetworkInterface& interface() { return interface_; }

  void answer(Cycle now, Cycle cycle, bool granted);
  void deliver(Cycle now, TransferPtr transfer) override;
  bool done() const { return controller_.done(); }

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override;
  void tell_waits(std::vector<std::string>& sentences) const override;

 private:
  enum class Message { row, granted, refused };
  void act(Cycle now) override;

  const ProgramFacts& facts_;
  int tile_;
  TileController& controller_;
  TargetSource& source_;
  ProgrammingPower& power_;
  NetworkInterface interface_;
  Inbox<Message> inbox_;
};

}  // namespace nvcim::sim
