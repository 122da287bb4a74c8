// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "mapping/row_writing.h"
#include "sim/programming/first_writes.h"
#include "sim/programming/power_unit.h"
#include "sim/programming/program_facts.h"
#include "sim/programming/row_tally.h"

namespace nvcim::sim {

/// The write controller of one tile, without a kernel: whoever drives it calls `act` in every cycle at which it wished
/// to be woken or something reached it, and carries its messages. Rows are written one after another:
///
///   targets of the row arrived → load them into the drivers → first write: one pulse of every cell
///                                                           → verify: {pulses | read} as device::RowWriter says
///
/// each pulse and read after its set-up. Where the chip's power or a budget of pulses or energy is to be kept, pulses
/// wait after their set-up for the power unit's answer, which takes the wires both ways. The row's place in the buffer
/// is free when the row is done. Before a round of re-verify the controller waits from the end of the round before.
class TileController {
 public:
  /// @param cells  [plan.blocks] of the whole chip, sized; the controller writes those of its tile
  /// @param ahead  unverified writes that are worked out elsewhere, or null
  TileController(const ProgramFacts& facts, int tile, std::vector<mapping::WrittenBlock>& cells,
                 FirstWrites* ahead = nullptr);

  struct Messages {
    std::optional<PowerRequest> request;
    std::optional<PowerRelease> release;
    int freed_slots = 0;
    std::optional<Cycle> wake;  ///< to be called again then, if nothing happens before
  };
  /// The targets of the next row are in the buffer, visible from the next `act` on.
  void row_arrived();
  /// The power unit's answer, visible from the next `act` on.
  void answer(bool granted) { answer_ = granted; }
  Messages act(Cycle now);

  bool done() const { return stage_ == Stage::stopped || next_ == rows_.size(); }
  bool stopped() const { return stage_ == Stage::stopped; }
  const ControllerTime& time() const { return time_; }
  /// Everything it counted; once, at the end.
  ProgramCounts take_counts();
  Cycle first_pass_end() const { return first_pass_end_; }  ///< 0 before
  /// What it waits for, for a watchdog; empty when it does not.
  std::string waits_for() const;

 private:
  enum class Stage { idle, load, set_up, asked, work, stopped };

  bool begin_row(Cycle now, Messages& messages);
  void next_operation(Cycle now, Messages& messages);
  void pulse(Cycle now);
  void write_first(const RowJob& row);
  std::span<const std::int64_t> column_sums() const;
  void end_row(Cycle now, Messages& messages);
  void stop(Cycle now);
  bool in_time(Cycle now, Cycle length) const { return length <= facts_.deadline && now <= facts_.deadline - length; }
  mapping::RowWriting& writing_of(int block);
  void refresh_column_sums();

  const ProgramFacts& facts_;
  const int tile_;
  const std::vector<RowJob>& rows_;
  std::vector<mapping::WrittenBlock>& cells_;
  FirstWrites* ahead_;
  std::map<int, std::unique_ptr<mapping::RowWriting>> writings_;  ///< by block, made when its first row begins
  std::map<int, std::vector<std::int64_t>> column_sums_;          ///< by block, [columns], half_voltage only
  RowTally tally_;

  std::size_t next_ = 0;     ///< row being written, or the next one
  std::size_t arrived_ = 0;  ///< rows whose targets came
  Stage stage_ = Stage::idle;
  Cycle ready_at_ = 0;
  bool row_open_ = false;  ///< next_ is being write-verified
  bool first_written_ = false;
  std::optional<bool> answer_;
  std::optional<PowerRelease> held_;  ///< power asked for or granted
  WriteTiming::Before before_;
  std::uint64_t rounds_before_ = 0;

  Cycle idle_since_ = 0, asked_at_ = 0;
  Cycle pass_end_ = 0;  ///< of the last row that was done
  Cycle first_pass_end_ = 0;
  ControllerTime time_;
};

}  // namespace nvcim::sim
