// SPDX-License-Identifier: Apache-2.0
#include "device/write_verify.h"

#include <algorithm>
#include <cmath>

#include "arch/check.h"
#include "device/read_noise.h"

namespace nvcim::device {
namespace {

WriteAction other(WriteAction polarity) {
  return polarity == WriteAction::set ? WriteAction::reset : WriteAction::set;
}

}  // namespace

WriteCounts& WriteCounts::operator+=(const WriteCounts& o) {
  read_operations += o.read_operations;
  set_operations += o.set_operations;
  reset_operations += o.reset_operations;
  read_bits += o.read_bits;
  set_bits += o.set_bits;
  reset_bits += o.reset_bits;
  success += o.success;
  failure += o.failure;
  rounds += o.rounds;
  false_pass += o.false_pass;
  false_fail += o.false_fail;
  return *this;
}

RowWriter::RowWriter(const WriteRules& rules, const WriteDraws& draws)
    : rules_(rules),
      quantile_(NormalQuantile::instance()),
      pulse_stream_(draws.seed, Purpose::write_pulse, draws.instance, draws.layer, draws.copy),
      read_stream_(draws.seed, Purpose::verify_read, draws.instance, draws.layer, draws.copy),
      outcome_stream_(draws.seed, Purpose::write_outcome, draws.instance, draws.layer, draws.copy) {}

void RowWriter::start(const WriteRow& row, std::uint32_t round) {
  const std::size_t columns = row.columns.size();
  NVCIM_CHECK(row.targets.size() == columns && row.codes.size() == columns && row.selected.size() == columns &&
                  row.attempts.size() == columns && columns <= 65536,
              "columns {}, targets {}, codes {}, selected {}, attempts {}", columns, row.targets.size(),
              row.codes.size(), row.selected.size(), row.attempts.size());
  NVCIM_CHECK(
      (row.stuck.empty() || row.stuck.size() == columns) && (row.offset.empty() || row.offset.size() == columns),
      "columns {}, stuck {}, offset {}", columns, row.stuck.size(), row.offset.size());
  row_ = row;
  round_ = round;
  rounds_ = 0;
  ramp_step_ = 0;
  polarity_ = WriteAction::set;
  if (cells_.size() < columns) cells_.resize(columns);
  pending_.clear();
  low_.clear();
  high_.clear();
  unconverged_.clear();
  for (std::size_t column = 0; column < columns; ++column) {
    if (row.selected[column] == 0) continue;
    pending_.push_back(static_cast<std::uint16_t>(column));
    cells_[column].pulses = 0;
    cells_[column].reads = 0;
  }
  const bool read_first =
      rules_.process == WriteProcess::incremental || (rules_.process == WriteProcess::redraw && round > 0);
  stage_ = read_first ? Stage::first_read : Stage::pulse;
  if (pending_.empty()) stage_ = Stage::finished;
  if (rules_.process == WriteProcess::measured) draw_outcomes();
}

const WriteOperation& RowWriter::step() {
  if (stage_ == Stage::finished) {
    operation_ = {};
    return operation_;
  }
  switch (rules_.process) {
    case WriteProcess::redraw:
      step_redraw();
      break;
    case WriteProcess::incremental:
      step_incremental();
      break;
    case WriteProcess::fixed_mean:
      step_fixed();
      break;
    case WriteProcess::measured:
      step_measured();
      break;
  }
  return operation_;
}

void RowWriter::read(const Columns& columns) {
  ++counts_.read_operations;
  counts_.read_bits += columns.size();
  operation_ = {WriteAction::read, columns, {}, 0};
}

void RowWriter::pulse(WriteAction action, const Columns& columns, int ramp_step) {
  const bool set = action == WriteAction::set;
  ++(set ? counts_.set_operations : counts_.reset_operations);
  (set ? counts_.set_bits : counts_.reset_bits) += columns.size();
  operation_ = describe(action, columns, ramp_step);
}

WriteOperation RowWriter::describe(WriteAction action, const Columns& columns, int ramp_step) const {
  const PolarityRules& rules = action == WriteAction::set ? rules_.set : rules_.reset;
  return {action, columns, rules.ramp.at(ramp_step), ramp_step};
}

WriteOperation RowWriter::peek() {
  if (stage_ == Stage::finished) return {};
  if (rules_.process == WriteProcess::measured) return peek_measured();
  if (rules_.process == WriteProcess::fixed_mean) return peek_fixed();
  if (stage_ != Stage::pulse) return {WriteAction::read, pending_, {}, 0};
  return describe(rules_.process == WriteProcess::redraw ? WriteAction::set : polarity_, pending_, ramp_step_);
}

void RowWriter::finish() {
  stage_ = Stage::finished;
  pending_.clear();
}

void RowWriter::give_up(std::uint16_t column) {
  ++counts_.failure;
  unconverged_.push_back(column);
}

/// One Philox block serves four attempts of a cell.
inline std::uint32_t RowWriter::pulse_bits(std::uint16_t column) {
  Cell& cell = cells_[column];
  const std::uint32_t attempt = cell.pulses++;
  ++row_.attempts[column];
  if (attempt % 4 == 0) cell.pulse_draws = pulse_stream_.block(row_.row, row_.columns[column], attempt / 4, round_);
  return cell.pulse_draws[attempt % 4];
}

/// What a verify read of the cell gives, in grid steps.
inline double RowWriter::reading(std::uint16_t column) {
  double value = row_.codes[column];
  if (rules_.read_sigma > 0 || rules_.noise_by_cell) {
    Cell& cell = cells_[column];
    const std::uint32_t use = cell.reads++;
    if (use % 4 == 0) cell.read_draws = read_stream_.block(row_.row, row_.columns[column], use / 4, round_);
    double sigma = rules_.read_sigma;
    if (rules_.noise_by_cell)
      sigma = std::sqrt(read_variance(rules_.parameters, rules_.range.span, std::abs(value + rules_.range.pedestal)));
    value += sigma * quantile_(cell.read_draws[use % 4]);
  }
  if (rules_.verify_lsb > 0) value = round_to_even(value / rules_.verify_lsb) * rules_.verify_lsb;
  return value;
}

/// Verifies a cell; one that fails with attempts left goes to low_ or high_.
inline bool RowWriter::passes(std::uint16_t column) {
  const double target = row_.targets[column];
  const double error = reading(column) - target;
  const bool inside = std::abs(row_.codes[column] - target) <= rules_.tolerance;
  if (std::abs(error) <= rules_.tolerance) {
    ++counts_.success;
    counts_.false_pass += !inside;
    return true;
  }
  counts_.false_fail += inside;
  if (cells_[column].pulses >= static_cast<std::uint32_t>(rules_.max_attempts))
    give_up(column);
  else
    (error < 0 ? low_ : high_).push_back(column);
  return false;
}

void RowWriter::step_redraw() {
  if (stage_ == Stage::pulse) {
    ++rounds_;
    ++counts_.rounds;
    for (const std::uint16_t column : pending_) {
      const std::uint32_t bits = pulse_bits(column);
      if (is_stuck(column)) continue;
      const int level = std::abs(row_.targets[column]) / rules_.steps_per_level;
      const double offset = row_.offset.empty() ? 0 : row_.offset[column];
      set_code(column, row_.targets[column] + offset + rules_.redraw_sigma[level] * quantile_(bits));
    }
    pulse(WriteAction::set, pending_, ramp_step_++);
    stage_ = Stage::verify;
    return;
  }
  shown_ = pending_;
  for (const std::uint16_t column : pending_) passes(column);
  read(shown_);
  pending_.swap(low_);
  pending_.insert(pending_.end(), high_.begin(), high_.end());
  low_.clear();
  high_.clear();
  stage_ = Stage::pulse;
  if (pending_.empty()) finish();
}

void RowWriter::step_incremental() {
  if (stage_ != Stage::pulse) {
    shown_.swap(pending_);
    for (const std::uint16_t column : shown_) passes(column);
    read(shown_);
    pending_.clear();
    stage_ = Stage::pulse;
    Columns* same = polarity_ == WriteAction::set ? &low_ : &high_;
    if (same->empty()) {
      polarity_ = other(polarity_);
      ramp_step_ = 0;
      same = polarity_ == WriteAction::set ? &low_ : &high_;
    }
    pending_.swap(*same);
    if (pending_.empty()) finish();
    return;
  }
  ++rounds_;
  ++counts_.rounds;
  const PolarityRules& rules = polarity_ == WriteAction::set ? rules_.set : rules_.reset;
  const std::uint64_t share = rules.switching[std::min<std::size_t>(ramp_step_, rules.switching.size() - 1)];
  // Given that a pulse switches, its bits are uniform below `share`: stretched to 32 bits they choose how far.
  const double stretch = share > 0 ? 0x1p32 / static_cast<double>(share) : 0;
  for (const std::uint16_t column : pending_) {
    const std::uint32_t bits = pulse_bits(column);
    if (bits >= share || is_stuck(column)) continue;
    const auto stretched = static_cast<std::uint32_t>(std::min(bits * stretch, 4294967295.0));
    const double target = row_.targets[column];
    set_code(column,
             target + rules_.remaining * (row_.codes[column] - target) + rules_.pulse_sigma * quantile_(stretched));
  }
  pulse(polarity_, pending_, ramp_step_++);
  stage_ = Stage::verify;
}

WriteOperation RowWriter::peek_fixed() {
  const bool reset_first = rules_.fixed_reset <= rules_.fixed_set;
  const int first = std::min(rules_.fixed_set, rules_.fixed_reset);
  const auto at = static_cast<int>(rounds_);
  const bool reset = at < first ? reset_first : !reset_first;
  return describe(reset ? WriteAction::reset : WriteAction::set, pending_, at < first ? at : at - first);
}

void RowWriter::step_fixed() {
  const int total = rules_.fixed_set + rules_.fixed_reset;
  const auto at = static_cast<int>(rounds_);
  const WriteOperation next = peek_fixed();
  ++rounds_;
  ++counts_.rounds;
  for (const std::uint16_t column : pending_) {
    ++row_.attempts[column];
    if (at + 1 < total || is_stuck(column)) continue;
    const std::uint32_t bits = outcome_stream_.block(row_.row, row_.columns[column], 1, round_)[1];
    set_code(column, row_.targets[column] + rules_.verified_sigma * quantile_(bits));
  }
  pulse(next.action, pending_, next.ramp_step);
  if (at + 1 < total) return;
  counts_.success += pending_.size();
  shown_ = pending_;
  operation_.columns = shown_;
  finish();
}

}  // namespace nvcim::device
