// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <vector>

#include "sim/kernel/inbox.h"
#include "sim/kernel/unit.h"
#include "sim/systemc/converter_bank.h"
#include "sim/systemc/machine_constants.h"
#include "sim/systemc/mvm_evaluator.h"
#include "sim/systemc/tile_ports.h"

namespace nvcim::sim {

/// A crossbar: the front stage (word-line drivers (DACs), cells, sample and hold) and its converters. The front takes
/// one phase of one MVM at a time, as soon as a hold is free for it. Nothing outside can come between the phases of an
/// MVM, so their times are worked out when its first phase starts: one activation per MVM. Its values come from an
/// MvmEvaluator.
class Crossbar : public Unit, public MvmSink {
 public:
  /// @param mvms  must outlive it   @param number_in_tile  its number as a source and at the sequencer
  Crossbar(const sc_core::sc_module_name& name, Calendar& calendar, const MachineConstants& constants,
           MvmEvaluator& mvms, int number_in_tile);

  sc_core::sc_port<PartialSumSink> sums{"sums"};
  sc_core::sc_port<RegisterSink> registers{"registers"};

  void load(Cycle now, Cycle cycle, MvmJobPtr job) override;

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override {
    return {{unit_name(), time_}, converters_.unit_time()};
  }
  void describe_blockers(std::vector<std::string>&) const override {}

 private:
  void act(Cycle now) override;
  void drive(Cycle now, MvmJob& job);

  const MachineConstants& constants_;
  MvmEvaluator& mvms_;
  int number_;
  ConverterBank converters_;
  Inbox<MvmJobPtr> loaded_;
  std::deque<MvmJobPtr> jobs_;
  Cycle free_at_ = 0;
  std::size_t next_hold_ = 0;
  std::vector<Cycle> hold_free_at_;  ///< [/sample_hold/holds]
  UnitTime time_;
};

}  // namespace nvcim::sim
