// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <deque>
#include <map>
#include <span>

#include "sim/analog/phase_sums.h"
#include "sim/systemc/clocked.h"
#include "sim/systemc/machine_context.h"

namespace nvcim::sim {

class ConverterBank;
class Sequencer;

/// One MVM on its way through a crossbar: of one block, or of the blocks of several groups, which lie on the diagonal
/// and are driven together. Rows and columns are those of all blocks, one block after the other.
struct MvmJob {
  std::span<const int> blocks;  ///< in Plan::blocks
  int stage = 0;
  std::uint64_t index = 0;              ///< position, counted over all samples
  std::vector<std::uint8_t> codes;      ///< [rows]
  std::vector<std::int64_t> registers;  ///< [columns]
};
using MvmJobPtr = std::shared_ptr<MvmJob>;

/// The columns of one phase, held until they are converted.
struct Hold {
  MvmJobPtr job;
  int phase = 0;
  std::vector<std::int32_t> sums;  ///< [columns]
  std::vector<float> noise;        ///< [columns]; empty without read noise
};

/// Front stage of a crossbar: word-line drivers (DACs), cells, sample and hold. Takes one phase of one MVM at a time,
/// as soon as a hold is free for it. One activation per phase.
class Crossbar : public Clocked {
 public:
  Crossbar(Context& context, const std::string& name, int number_in_tile);
  void connect(ConverterBank& converters, Sequencer& sequencer) { converters_ = &converters, sequencer_ = &sequencer; }

  /// The rows of an MVM are in an input register from `cycle` on.
  void load(Cycle now, Cycle cycle, MvmJobPtr job);
  /// The converters are through with one hold at `cycle`.
  void free_hold(Cycle now, Cycle cycle);

  std::vector<std::pair<std::string, UnitTime>> unit_times() const override { return {{unit_name(), time_}}; }
  void tell_waits(std::vector<std::string>& sentences) const override;

 private:
  void act(Cycle now) override;
  void drive(Cycle now);
  void read_ahead(const MvmJob& job, std::size_t row);
  void add_noise(const MvmJob& job, int index, std::span<const std::uint8_t> codes, std::size_t first, Hold& hold);

  Context& context_;
  int number_;
  ConverterBank* converters_ = nullptr;
  Sequencer* sequencer_ = nullptr;
  Inbox<MvmJobPtr> loaded_;
  Inbox<char> freed_;
  std::deque<MvmJobPtr> jobs_;
  int phase_ = 0;
  Cycle free_at_ = 0;
  int holds_ = kHolds;
  bool starved_ = false;  ///< has an MVM, but no hold
  int next_hold_ = 0;
  std::array<Hold, kHolds> hold_;
  PhaseSums phase_sums_;
  std::vector<std::int32_t> ahead_;  ///< sums of the MVM that is driven: of each of its blocks [phases][columns]
  std::map<int, std::vector<std::uint64_t>> conductances_;  ///< by block, [rows]
  std::vector<std::uint8_t> digits_;
  UnitTime time_;
};

}  // namespace nvcim::sim
