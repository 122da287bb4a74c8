// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "sim/network_on_chip/network_interface.h"
#include "sim/systemc/accumulator.h"
#include "sim/systemc/activation_unit.h"
#include "sim/systemc/crossbar.h"
#include "sim/systemc/output_buffer.h"
#include "sim/systemc/pooling_unit.h"
#include "sim/systemc/sequencer.h"

namespace nvcim::sim {

/// What the modules of all tiles get.
struct TileSupplies {
  Calendar& calendar;
  const MachineConstants& constants;
  MvmEvaluator& mvms;
  TraceSink* trace = nullptr;  ///< null: no traces
};

/// The units of one tile, bound to each other; hands what arrives from the network to the unit it is for.
class Tile : public sc_core::sc_module, public TransferSink {
 public:
  /// @param inputs, outputs  this tile's shares of its buffers
  Tile(const sc_core::sc_module_name& name, const TileSupplies& supplies, int number,
       const std::vector<InputShare>& inputs, const std::vector<OutputShare>& outputs);

  sc_core::sc_port<PacketLink> to_router{"to_router"};
  sc_core::sc_export<PacketLink> from_router{"from_router"};
  sc_core::sc_export<PixelCreditSink> credits{"credits"};  ///< of the readers of this tile's maps
  sc_core::sc_export<SlotSink> slots{"slots"};             ///< of the tiles that add up this tile's sums

  void deliver(Cycle now, TransferPtr transfer) override;

  int number() const { return number_; }
  /// Group of a column block whose accumulating tile this is, -1 otherwise.
  int group_of(int stage, int column_block) const;
  /// A reader of one of this tile's maps. @return its number within the group
  int add_reader(int group, const MapSender::Reader& reader) { return output_.add_reader(group, reader); }
  /// A sender of a map that is read here; see Sequencer::add_part.
  void add_part(const mapping::Consumer& consumer, int column_block, PixelCreditSink& sender, int group, int reader,
                int sender_end_point) {
    sequencer_.add_part(consumer, column_block, sender, group, reader, sender_end_point);
  }
  /// A tile, this one or another, that makes sums or codes of a group.
  void add_contributor(int group, Tile& tile) { activation_.add_contributor(group, tile.slots, tile.number()); }
  /// Adds the units, always in the same order.
  void list_units(std::vector<Unit*>& units);

 private:
  void bind(const TileSupplies& supplies);
  void add_tasks(const MachineConstants& constants);

  int number_;
  std::vector<OutputShare> groups_;
  NetworkInterface interface_;
  ActivationUnit activation_;
  PoolingUnit pooling_;
  OutputBuffer output_;
  Accumulator accumulator_;
  Modules<Crossbar> crossbars_;
  Sequencer sequencer_;
};

}  // namespace nvcim::sim
