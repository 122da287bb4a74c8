// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "arch/random.h"
#include "device/write_rules.h"

namespace nvcim::device {

enum class WriteAction : std::uint8_t { read, set, reset, done };

/// One operation of a row: what the drivers and converters do at once, without its time. A controller looks at it,
/// waits as long as it takes with its limits (set-up, drivers, column groups), and asks for the next.
struct WriteOperation {
  WriteAction action = WriteAction::done;
  /// Columns of the row that the operation acts on (the mask), as indices into the row; in no particular order. Valid
  /// until the next call of the writer. `columns.size()` is the number of masked bits: pulses, or conversions of a
  /// read.
  std::span<const std::uint16_t> columns;
  Pulse pulse{};      ///< of set and reset
  int ramp_step = 0;  ///< of set and reset: 0 when the ramp was started for this pulse
};

/// What was counted, as a silicon controller counts it (its cycles are the controller's own).
struct WriteCounts {
  std::uint64_t read_operations = 0, set_operations = 0, reset_operations = 0;
  std::uint64_t read_bits = 0, set_bits = 0, reset_bits = 0;  ///< cells read, pulsed
  std::uint64_t success = 0;                                  ///< cells that passed their verify
  std::uint64_t failure = 0;                                  ///< cells given up
  std::uint64_t rounds = 0;      ///< attempts of rows: pulses up to and with the verify read that follows them
  std::uint64_t false_pass = 0;  ///< verify reads that passed a cell outside the tolerance
  std::uint64_t false_fail = 0;  ///< verify reads that failed a cell inside it

  WriteCounts& operator+=(const WriteCounts& other);
  bool operator==(const WriteCounts&) const = default;
};

/// The cells of one row to be written; every span is [columns] and must outlive the writing.
struct WriteRow {
  std::uint32_t row = 0;                   ///< draw address: row of the layer's whole cell matrix
  std::span<const std::uint32_t> columns;  ///< draw addresses of the columns there
  std::span<const std::int16_t> targets;   ///< codes, whole levels
  std::span<std::int16_t> codes;           ///< in: what the cells hold; out: what they hold now, after every operation
  std::span<const std::uint8_t> selected;  ///< 1: to be written
  std::span<const std::uint8_t> stuck;     ///< 1: pulses do not move the cell; empty: none
  std::span<const float> offset;           ///< device-to-device offset of an unverified write; empty: none
  std::span<std::uint32_t> attempts;       ///< out: pulses that each selected cell took in this writing are added
};

/// Where the draws of one block come from. `round` tells apart several writings of the same cells (re-verify, refresh).
struct WriteDraws {
  std::uint64_t seed = 0;
  std::uint32_t instance = 0, layer = 0, copy = 0;
};

/// Write-verify of one row, without time: pulse, verify read, mask the cells that pass, switch the polarity, until none
/// is left or the attempt limit. One process per rules:
///
///   redraw       {SET all pending; READ them} until each passed or had max_attempts. A pulse draws the cell anew. From
///                round 1 on a READ comes first: cells that still pass are left alone.
///   incremental  READ all. Then phases of one polarity, SET first: {pulse the cells on that side of their target; READ
///                them} with the ramp rising, until none is on that side; then the other polarity from its start. A
///                cell that overshoots waits for the other phase. Ends when no cell is left. As the EMBER controller,
///                but the read's code tells both sides, so a switch of polarity needs no read of its own.
///   fixed_mean   fixed_set SET and fixed_reset RESET pulses for every cell, the fewer first; no read; success for all.
///   measured     each cell draws its pulses from the table; a round is one attempt of every cell that still needs one:
///                SET and RESET those whose attempt has one (the RESETs of a cell come first), READ them. The last
///                round is the slowest cell's. Where the table leaves out the first pulse, every cell takes that before
///                the first round, without a READ. A cell that succeeds ends in its level's window, one that fails
///                outside it, where the table says; a cell that max_attempts cuts off, and one whose end the table
///                leaves to an unverified write, ends where such a write does that misses the window.
///
/// A draw is addressed by (row, column, the cell's own attempt), so neither the order of rows, the other cells of the
/// row, threads, nor tiling move it. Calling `step` until `done` gives the same codes and counts, whoever calls it;
/// stopping earlier leaves codes as they are and the unfinished cells to for_each_pending. About 15 ns per attempt.
class RowWriter {
 public:
  /// `rules` must outlive the writer. Not thread safe; a writer per thread, any number per rules.
  RowWriter(const WriteRules& rules, const WriteDraws& draws);

  /// Takes a row. @param round  0 for the first writing of these cells, 1, 2, … for later ones
  void start(const WriteRow& row, std::uint32_t round = 0);

  /// What the next step will do; changes nothing. Its columns are valid until the next call of the writer.
  WriteOperation peek();
  /// Executes the next operation and describes it; `done` when none is left.
  const WriteOperation& step();

  /// Runs all remaining operations.
  void drain() {
    while (step().action != WriteAction::done) {
    }
  }

  /// Calls visit(column) for each cell that still needs a pulse; none after `done`.
  template <class Visit>
  void for_each_pending(Visit visit) const {
    if (stage_ == Stage::finished) return;
    for (const Columns* list : {&pending_, &low_, &high_})
      for (const std::uint16_t column : *list) visit(column);
  }
  /// Columns of this row given up at the attempt limit, in no particular order.
  std::span<const std::uint16_t> unconverged() const { return unconverged_; }
  /// Sum over all rows since construction.
  const WriteCounts& counts() const { return counts_; }
  /// Rounds of this row so far: its attempts.
  std::uint32_t rounds() const { return rounds_; }

 private:
  using Columns = std::vector<std::uint16_t>;
  enum class Stage : std::uint8_t { first_read, first_pulse, other_first_pulse, pulse, second_pulse, verify, finished };

  void step_incremental();
  void step_redraw();
  void step_fixed();
  void step_measured();
  void draw_outcomes();
  void step_first_pulse();
  void settle_without_attempt();
  void settle_outcome(std::uint16_t column);
  double unverified_outside(std::uint16_t column);
  const MeasuredLevel& level_of(std::uint16_t column) const;
  int measured_ramp_step() const;

  void read(const Columns& columns);
  void pulse(WriteAction action, const Columns& columns, int ramp_step);
  WriteOperation describe(WriteAction action, const Columns& columns, int ramp_step) const;
  WriteOperation peek_fixed();
  WriteOperation peek_measured();
  bool show_measured(WriteAction action);
  bool show_first_pulse(WriteAction action);
  void finish();
  void give_up(std::uint16_t column);
  bool passes(std::uint16_t column);
  double reading(std::uint16_t column);
  void set_code(std::uint16_t column, double code);
  std::uint32_t pulse_bits(std::uint16_t column);
  bool is_stuck(std::uint16_t column) const { return !row_.stuck.empty() && row_.stuck[column] != 0; }

  const WriteRules& rules_;
  const NormalQuantile& quantile_;
  DrawStream pulse_stream_, read_stream_, outcome_stream_;

  WriteRow row_;
  std::uint32_t round_ = 0;
  WriteOperation operation_;
  WriteCounts counts_;
  std::uint32_t rounds_ = 0;
  Stage stage_ = Stage::finished;
  WriteAction polarity_ = WriteAction::set;
  int ramp_step_ = 0;

  Columns pending_;     ///< being pulsed and verified
  Columns low_, high_;  ///< failed their verify: below, above their target
  Columns shown_;       ///< what operation_.columns points at when the lists have moved on
  Columns unconverged_;
  struct Cell {
    DrawStream::Block pulse_draws;  ///< of the current four attempts
    DrawStream::Block read_draws;
    std::uint32_t pulses;  ///< in this writing
    std::uint32_t reads;
    MeasuredTable::Outcome outcome;
    std::uint32_t outcome_bits;
  };
  std::vector<Cell> cells_;  ///< [columns]
};

/// std::nearbyint is a call without SSE4.1, and rounding is in the innermost loop. Exact for |x| < 2^51, ties to even.
inline double round_to_even(double x) {
  constexpr double kMagic = 0x1.8p52;
  return (x + kMagic) - kMagic;
}

inline void RowWriter::set_code(std::uint16_t column, double code) {
  const double rounded = round_to_even(code);
  row_.codes[column] =
      static_cast<std::int16_t>(std::min(std::max(rounded, double(rules_.range.lowest)), double(rules_.range.highest)));
}

}  // namespace nvcim::device
