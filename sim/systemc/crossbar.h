// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <deque>

#include "sim/systemc/clocked.h"
#include "sim/systemc/converter_bank.h"
#include "sim/systemc/machine_context.h"
#include "sim/systemc/mvm_job.h"

namespace nvcim::sim {

class Accumulator;
class Sequencer;

/// A crossbar: the front stage (word-line drivers (DACs), cells, sample and hold) and its converters. The front takes
/// one phase of one MVM at a time, as soon as a hold is free for it. Nothing outside can come between the phases of an
/// MVM, so their times are worked out when its first phase starts: one activation per MVM. Its values come from
/// MvmHelper.
class Crossbar : public Clocked {
 public:
  Crossbar(Context& context, const std::string& name, int number_in_tile);
  void connect(Accumulator& accumulator, Sequencer& sequencer) { accumulator_ = &accumulator, sequencer_ = &sequencer; }

  /// The rows of an MVM are in an input register from `cycle` on.
  void load(Cycle now, Cycle cycle, MvmJobPtr job);

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override {
    return {{unit_name(), time_}, converters_.unit_time()};
  }
  void tell_waits(std::vector<std::string>&) const override {}

 private:
  void act(Cycle now) override;
  void drive(Cycle now, MvmJob& job);

  Context& context_;
  int number_;
  ConverterBank converters_;
  Accumulator* accumulator_ = nullptr;
  Sequencer* sequencer_ = nullptr;
  Inbox<MvmJobPtr> loaded_;
  std::deque<MvmJobPtr> jobs_;
  Cycle free_at_ = 0;
  int next_hold_ = 0;
  std::array<Cycle, kHolds> hold_free_at_{};
  UnitTime time_;
};

}  // namespace nvcim::sim
