// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/program_machine.h"

#include <deque>

#include "sim/programming/gather.h"
#include "sim/systemc/mesh_network.h"
#include "sim/systemc/simulation_context.h"
#include "sim/systemc/write_controller.h"

namespace nvcim::sim {
namespace {

/// The chip while it is programmed: source of the targets, mesh, write controllers, power unit, wires between them.
class ProgramMachine {
 public:
  ProgramMachine(const ProgramFacts& facts, EventCounts& flits, std::deque<TileController>& controllers,
                 RowStream& stream, std::uint32_t shuffle)
      : context_(facts.job.architecture, flits), network_(context_), power_(facts), source_(facts, context_, stream) {
    network_.attach_global(source_.interface());
    for (int tile = 0; tile < static_cast<int>(controllers.size()); ++tile) {
      writers_.push_back(std::make_unique<WriteController>(facts, context_, tile, controllers[tile], source_, power_));
      network_.attach(tile, writers_.back()->interface());
      power_.connect(*writers_.back());
    }
    units_ = {&source_, &source_.interface(), &power_};
    network_.list_units(units_);
    for (const auto& writer : writers_) {
      units_.push_back(writer.get());
      units_.push_back(&writer->interface());
    }
    if (shuffle != 0)
      for (Clocked* unit : units_) unit->shuffle(shuffle = shuffle * 1664525u + 1013904223u);
  }

  /// Until nothing moves.
  void run() {
    sc_core::sc_start();
    for (const auto& writer : writers_) {
      if (writer->done()) continue;
      std::vector<std::string> sentences;
      for (const Clocked* unit : units_) unit->tell_waits(sentences);
      NVCIM_CHECK(false, "programming stands still in cycle {}: {}", Clocked::now(), fmt::join(sentences, "; "));
    }
  }

 private:
  MeshContext context_;
  MeshNetwork network_;
  ProgrammingPower power_;
  TargetSource source_;
  Modules<WriteController> writers_;
  std::vector<Clocked*> units_;
};

}  // namespace

ProgramResult program_systemc(const ProgramJob& job, std::uint32_t shuffle) {
  const ProgramFacts facts(job);
  mapping::WrittenCells cells = blank_cells(job);
  std::deque<TileController> controllers;
  for (int tile = 0; tile < static_cast<int>(facts.rows.size()); ++tile)
    controllers.emplace_back(facts, tile, cells.blocks);
  RowStream stream(facts);
  EventCounts flits(job.network.nodes.size());
  {
    const SimulationContext kernel;
    ProgramMachine(facts, flits, controllers, stream, shuffle).run();
  }
  return gather(facts, std::move(cells), controllers, stream, flits);
}

}  // namespace nvcim::sim
