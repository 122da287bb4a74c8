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
    cells_[column].outcome = table.draw(level_of(column).table_level, bits[0]);
    cells_[column].outcome_bits = bits[1];
  }
  if (table.first_pulse_apart() && !pending_.empty())
    stage_ = Stage::first_pulse;
  else
    settle_without_attempt();
}

const MeasuredLevel& RowWriter::level_of(std::uint16_t column) const {
  return rules_.measured[std::abs(row_.targets[column]) / rules_.steps_per_level];
}

/// A cell that needs no attempt is done before the first round.
void RowWriter::settle_without_attempt() {
  std::erase_if(pending_, [this](std::uint16_t column) {
    if (cells_[column].outcome.pulses > 0) return false;
    settle_outcome(column);
    return true;
  });
  if (pending_.empty()) finish();
}

void RowWriter::settle_outcome(std::uint16_t column) {
  const Cell& cell = cells_[column];
  const MeasuredLevel& level = level_of(column);
  const double target = row_.targets[column];
  const bool finished = cell.pulses >= cell.outcome.pulses;
  const bool success = is_stuck(column) ? level.passes(row_.codes[column] - target) : finished && cell.outcome.success;
  if (success)
    ++counts_.success;
  else
    give_up(column);
  if (is_stuck(column)) return;
  // Rounding to the grid moves no cell across the edge of its window.
  const double least = std::ceil(-level.below), most = std::floor(level.above);
  if (success) {
    const double deviation = rules_.range.span * rules_.table->passed(level.table_level, cell.outcome_bits);
    set_code(column, target + std::clamp(round_to_even(deviation), least, most));
    return;
  }
  const std::optional<double> ended =
      finished ? rules_.table->failed(level.table_level, cell.outcome_bits) : std::nullopt;
  const double deviation = ended ? *ended * rules_.range.span : unverified_outside(column);
  const double rounded = round_to_even(deviation);
  if (!level.passes(rounded))
    set_code(column, target + rounded);
  else
    set_code(column, target + (deviation > 0 && most < rules_.range.highest - target ? most + 1 : least - 1));
}

/// Deviation of an unverified write that ends outside the cell's window.
double RowWriter::unverified_outside(std::uint16_t column) {
  const MeasuredLevel& level = level_of(column);
  const double sigma = rules_.redraw_sigma[std::abs(row_.targets[column]) / rules_.steps_per_level];
  const double lowest = -std::floor(level.below) - 1, highest = std::floor(level.above) + 1;
  const double tails = level.low_tail + level.high_tail;
  // Without a spread, or too little to leave the window, just outside it.
  if (tails == 0) return row_.targets[column] + highest <= rules_.range.highest ? highest : lowest;
  const double at = DrawStream::uniform(cells_[column].outcome_bits) * tails;
  const auto quantile = [this](double probability) {
    return quantile_(static_cast<std::uint32_t>(std::min(std::ldexp(probability, 32), 4294967295.0)));
  };
  if (at < level.low_tail) return std::min(sigma * quantile(at), lowest);
  return std::max(-sigma * quantile(tails - at), highest);
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

/// The same of the pulse before the first attempt.
bool RowWriter::show_first_pulse(WriteAction action) {
  shown_.clear();
  for (const std::uint16_t column : pending_)
    if (cells_[column].outcome.reset_first == (action == WriteAction::reset)) shown_.push_back(column);
  return !shown_.empty();
}

WriteOperation RowWriter::peek_measured() {
  if (stage_ == Stage::first_pulse && show_first_pulse(WriteAction::reset))
    return describe(WriteAction::reset, shown_, 0);
  if (stage_ == Stage::first_pulse || stage_ == Stage::other_first_pulse) {
    show_first_pulse(WriteAction::set);
    return describe(WriteAction::set, shown_, 0);
  }
  const bool begins = stage_ == Stage::pulse;
  const int ramp_step = measured_ramp_step() + (begins ? 1 : 0);
  if (begins && show_measured(WriteAction::reset)) return describe(WriteAction::reset, shown_, ramp_step);
  if ((begins || stage_ == Stage::second_pulse) && show_measured(WriteAction::set))
    return describe(WriteAction::set, shown_, ramp_step);
  return {WriteAction::read, pending_, {}, 0};
}

/// Of the round that has begun last.
int RowWriter::measured_ramp_step() const {
  return static_cast<int>(rounds_) - (rules_.table->first_pulse_apart() ? 0 : 1);
}

void RowWriter::step_first_pulse() {
  const bool reset = stage_ == Stage::first_pulse && show_first_pulse(WriteAction::reset);
  if (!reset) show_first_pulse(WriteAction::set);
  pulse(reset ? WriteAction::reset : WriteAction::set, shown_, 0);
  const bool more = reset && shown_.size() < pending_.size();
  stage_ = more ? Stage::other_first_pulse : Stage::pulse;
  if (!more) settle_without_attempt();
}

void RowWriter::step_measured() {
  if (stage_ == Stage::first_pulse || stage_ == Stage::other_first_pulse) {
    step_first_pulse();
    return;
  }
  if (stage_ == Stage::pulse) {
    ++rounds_;
    ++counts_.rounds;
    stage_ = Stage::second_pulse;
    if (show_measured(WriteAction::reset)) {
      pulse(WriteAction::reset, shown_, measured_ramp_step());
      return;
    }
  }
  if (stage_ == Stage::second_pulse) {
    stage_ = Stage::verify;
    if (show_measured(WriteAction::set)) {
      pulse(WriteAction::set, shown_, measured_ramp_step());
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
