// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/program_machine.h"

#include <deque>

#include "sim/kernel/simulation_context.h"
#include "sim/network_on_chip/mesh_network.h"
#include "sim/network_on_chip/network_interface.h"
#include "sim/programming/gather.h"
#include "sim/systemc/programming_power.h"
#include "sim/systemc/target_source.h"
#include "sim/systemc/write_controller.h"

namespace nvcim::sim {
namespace {

/// The chip while it is programmed: source of the targets, mesh, write controllers and power unit, bound to each other.
class ProgramMachine {
 public:
  ProgramMachine(const ProgramFacts& facts, Calendar& calendar, std::deque<TileController>& controllers,
                 RowStream& stream)
      : constants_(facts.job.architecture),
        network_(calendar, constants_),
        power_("programming_power", calendar, facts),
        source_("target_source", calendar, facts, stream) {
    units_ = {&source_, &add_interface(calendar, mapping::kGlobalBuffer, source_, "target_source"), &power_};
    source_.network.bind(*interfaces_.back());
    network_.list_units(units_);
    for (int tile = 0; tile < static_cast<int>(controllers.size()); ++tile) {
      const std::string name = fmt::format("tile{}_write_controller", tile);
      WriteController& writer = *writers_.emplace_back(
          std::make_unique<WriteController>(name.c_str(), calendar, facts, tile, controllers[tile]));
      writer.source.bind(source_);
      writer.power.bind(power_);
      power_.answers.bind(writer);
      units_.push_back(&writer);
      units_.push_back(&add_interface(calendar, tile, writer, fmt::format("tile{}", tile)));
    }
  }

  void shuffle(std::uint32_t seed) {
    for (Clocked* unit : units_) unit->shuffle(seed = seed * 1664525u + 1013904223u);
  }
  /// Until nothing moves.
  void run() {
    sc_core::sc_start();
    for (const auto& writer : writers_) {
      if (writer->done()) continue;
      std::vector<std::string> sentences;
      for (const Clocked* unit : units_) unit->describe_blockers(sentences);
      NVCIM_CHECK(false, "programming stands still in cycle {}: {}", Clocked::now(), fmt::join(sentences, "; "));
    }
  }

  /// Flits of the mesh.
  EventCounts counts(std::size_t nodes) const {
    EventCounts counts(nodes);
    for (const Unit* unit : units_) unit->statistics().add_to(counts);
    return counts;
  }

 private:
  /// @param owner  of the end point, as its unit is called
  NetworkInterface& add_interface(Calendar& calendar, int end_point, TransferSink& sink, const std::string& owner) {
    NetworkInterface& interface = *interfaces_.emplace_back(std::make_unique<NetworkInterface>(
        (owner + "_interface").c_str(), calendar, constants_, end_point, owner + ".interface"));
    interface.sink.bind(sink);
    network_.attach(end_point, interface, interface.router);
    return interface;
  }

  MeshConstants constants_;
  MeshNetwork network_;
  ProgrammingPower power_;
  TargetSource source_;
  Modules<NetworkInterface> interfaces_;
  Modules<WriteController> writers_;
  std::vector<Unit*> units_;
};

}  // namespace

ProgramResult program_systemc(const ProgramJob& job, std::uint32_t shuffle) {
  const ProgramFacts facts(job);
  mapping::WrittenCells cells = blank_cells(job);
  std::deque<TileController> controllers;
  for (int tile = 0; tile < static_cast<int>(facts.rows.size()); ++tile)
    controllers.emplace_back(facts, tile, cells.blocks);
  RowStream stream(facts);
  EventCounts flits;
  {
    const SimulationContext kernel;
    ProgramMachine machine(facts, kernel.calendar(), controllers, stream);
    if (shuffle != 0) machine.shuffle(shuffle);
    machine.run();
    flits = machine.counts(job.network.nodes.size());
  }
  return gather(facts, std::move(cells), controllers, stream, flits);
}

}  // namespace nvcim::sim
