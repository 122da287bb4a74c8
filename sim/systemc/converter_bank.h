// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>

#include "sim/systemc/clocked.h"
#include "sim/systemc/crossbar.h"
#include "sim/systemc/machine_context.h"

namespace nvcim::sim {

class Accumulator;

/// Back stage of a crossbar: column multiplexer, ADCs, shift-add. Converts one held phase at a time, all ADCs in
/// parallel, each working through its columns in turn. One activation per phase.
class ConverterBank : public Clocked {
 public:
  ConverterBank(Context& context, const std::string& name, int number_in_tile, Crossbar& crossbar);
  void connect(Accumulator& accumulator) { accumulator_ = &accumulator; }

  /// A phase is held from `cycle` on; the hold stays untouched until it is freed.
  void convert(Cycle now, Cycle cycle, Hold& hold);

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), time_}}; }
  void tell_waits(std::vector<std::string>&) const override {}

 private:
  void act(Cycle now) override;
  void start(Cycle now, Hold& hold);

  Context& context_;
  int number_;
  Crossbar& crossbar_;
  Accumulator* accumulator_ = nullptr;
  Inbox<Hold*> held_;
  Cycle free_at_ = 0;
  bool idle_ = true;  ///< nothing is held or about to be
  std::vector<std::int32_t> codes_;
  UnitTime time_;
};

}  // namespace nvcim::sim
