// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "sim/systemc/accumulator.h"
#include "sim/systemc/activation_unit.h"
#include "sim/systemc/converter_bank.h"
#include "sim/systemc/crossbar.h"
#include "sim/systemc/network_interface.h"
#include "sim/systemc/output_buffer.h"
#include "sim/systemc/pooling_unit.h"
#include "sim/systemc/sequencer.h"

namespace nvcim::sim {

/// The units of one tile and the wires between them; hands what arrives from the network to the unit it is for.
class Tile : public sc_core::sc_module, public TransferSink {
 public:
  /// @param shares  of this tile
  Tile(const sc_core::sc_module_name& name, Context& context, int number, const std::vector<InputShare>& inputs,
       const std::vector<OutputShare>& outputs);

  void deliver(Cycle now, TransferPtr transfer) override;

  int number() const { return number_; }
  Sequencer& sequencer() { return sequencer_; }
  NetworkInterface& interface() { return interface_; }
  ActivationUnit& activation() { return activation_; }
  OutputBuffer& output() { return output_; }
  /// Group of a column block whose home this is, -1 otherwise.
  int group_of(int stage, int column_block) const;
  void list_units(std::vector<Clocked*>& units);

 private:
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
