// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "device/write_verify.h"

/// The `measured` process of RowWriter.
namespace nvcim::device {

void RowWriter::draw_outcomes() {
  const MeasuredTable& table = *rules_.table;
  for (const std::uint16_t column : pending_) {
    const DrawStream::Block bits = outcome_stream_.block(row_.row, row_.columns[column], 1, round_);
    const int level = std::abs(row_.targets[column]) / rules_.steps_per_level;
    cells_[column].outcome = table.draw(table.table_level(level), bits[0]);
    cells_[column].outcome_bits = bits[1];
  }
  // A cell that needed no pulse at all is done before the first round.
  std::erase_if(pending_, [this](std::uint16_t column) {
    if (cells_[column].outcome.pulses > 0) return false;
    settle_outcome(column);
    return true;
  });
  if (pending_.empty()) finish();
}

void RowWriter::settle_outcome(std::uint16_t column) {
  const Cell& cell = cells_[column];
  const double target = row_.targets[column];
  const bool success = cell.outcome.success && cell.pulses >= cell.outcome.pulses;
  if (is_stuck(column)) {
    if (std::abs(row_.codes[column] - target) <= rules_.tolerance)
      ++counts_.success;
    else
      give_up(column);
    return;
  }
  if (success) {
    ++counts_.success;
    // Kept inside by rounding towards the target.
    const double inside = std::floor(rules_.tolerance);
    set_code(column,
             target + std::clamp((2 * DrawStream::uniform(cell.outcome_bits) - 1) * rules_.tolerance, -inside, inside));
    return;
  }
  const int level = std::abs(row_.targets[column]) / rules_.steps_per_level;
  const double excess = rules_.redraw_sigma[level] * quantile_(cell.outcome_bits);
  const double beyond = excess + std::copysign(std::floor(rules_.tolerance) + 1, excess);
  // Where the other side has no room, no conductance below zero, the cell failed on this one.
  const bool room = target + beyond >= rules_.range.lowest && target + beyond <= rules_.range.highest;
  set_code(column, room ? target + beyond : target - beyond);
  give_up(column);
}

/// Lists the pending cells whose current attempt has a pulse of this polarity. RESETs fill a cell's first attempts,
/// SETs its last; where they overlap an attempt has both.
bool RowWriter::show_measured(WriteAction action) {
  shown_.clear();
  for (const std::uint16_t column : pending_) {
    const MeasuredTable::Outcome& outcome = cells_[column].outcome;
    const std::uint32_t attempt = cells_[column].pulses;
    const bool needed = action == WriteAction::reset ? attempt < outcome.reset
                                                     : attempt + outcome.set >= outcome.pulses && outcome.set > 0;
    if (needed) shown_.push_back(column);
  }
  return !shown_.empty();
}

WriteOperation RowWriter::peek_measured() {
  const bool begins = stage_ == Stage::pulse;
  const int ramp_step = static_cast<int>(rounds_) - (begins ? 0 : 1);
  if (begins && show_measured(WriteAction::reset)) return describe(WriteAction::reset, shown_, ramp_step);
  if ((begins || stage_ == Stage::second_pulse) && show_measured(WriteAction::set))
    return describe(WriteAction::set, shown_, ramp_step);
  return {WriteAction::read, pending_, {}, 0};
}

void RowWriter::step_measured() {
  if (stage_ == Stage::pulse) {
    ++rounds_;
    ++counts_.rounds;
    stage_ = Stage::second_pulse;
    if (show_measured(WriteAction::reset)) {
      pulse(WriteAction::reset, shown_, static_cast<int>(rounds_) - 1);
      return;
    }
  }
  if (stage_ == Stage::second_pulse) {
    stage_ = Stage::verify;
    if (show_measured(WriteAction::set)) {
      pulse(WriteAction::set, shown_, static_cast<int>(rounds_) - 1);
      return;
    }
  }
  shown_ = pending_;
  read(shown_);
  std::erase_if(pending_, [this](std::uint16_t column) {
    Cell& cell = cells_[column];
    ++cell.pulses;
    ++row_.attempts[column];
    if (cell.pulses < cell.outcome.pulses && cell.pulses < static_cast<std::uint32_t>(rules_.max_attempts))
      return false;
    settle_outcome(column);
    return true;
  });
  stage_ = Stage::pulse;
  if (pending_.empty()) finish();
}

}  // namespace nvcim::device
