// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <span>

#include "sim/analog/phase_sums.h"
#include "sim/systemc/clocked.h"
#include "sim/systemc/converter_bank.h"
#include "sim/systemc/machine_context.h"

namespace nvcim::sim {

class Accumulator;
class Sequencer;

/// One MVM on its way through a crossbar: of one block, or of the blocks of several groups, which lie on the diagonal
/// and are driven together. Rows are those of all blocks, one block after the other.
struct MvmJob {
  std::span<const int> blocks;  ///< in Plan::blocks
  int stage = 0;
  std::uint64_t index = 0;          ///< position, counted over all samples
  std::vector<std::uint8_t> codes;  ///< [rows]
};
using MvmJobPtr = std::shared_ptr<MvmJob>;

/// A crossbar: the front stage (word-line drivers (DACs), cells, sample and hold) and its converters. The front takes
/// one phase of one MVM at a time, as soon as a hold is free for it. Nothing outside can come between the phases of an
/// MVM, so their times and values are worked out when its first phase starts: one activation per MVM.
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
  void drive(Cycle now, const MvmJob& job);
  void read_ahead(const MvmJob& job);
  const float* noise_of(const MvmJob& job, int index, int phase, std::span<const std::uint8_t> codes);

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
  PhaseSums phase_sums_;
  std::vector<std::int32_t> ahead_;  ///< sums of the MVM that is driven: of each of its blocks [phases][columns]
  std::map<int, std::vector<std::uint64_t>> conductances_;  ///< by block, [rows]
  std::vector<std::uint8_t> digits_;
  std::vector<float> noise_;
  UnitTime time_;
};

}  // namespace nvcim::sim
