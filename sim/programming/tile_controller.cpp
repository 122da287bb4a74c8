// SPDX-License-Identifier: Apache-2.0
#include "sim/programming/tile_controller.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <utility>

#include "arch/check.h"
#include "mapping/cell_targets.h"

namespace nvcim::sim {

using device::WriteAction;
using device::WriteOperation;

TileController::TileController(const ProgramFacts& facts, int tile, std::vector<mapping::WrittenBlock>& cells,
                               FirstWrites* ahead)
    : facts_(facts),
      tile_(tile),
      rows_(facts.rows[tile]),
      cells_(cells),
      ahead_(ahead),
      tally_(facts, facts.job.budget.energy.has_value()) {}

void TileController::row_arrived() {
  tally_.arrived(rows_[arrived_], tile_);
  ++arrived_;
}

mapping::RowWriting& TileController::writing_of(int index) {
  std::unique_ptr<mapping::RowWriting>& writing = writings_[index];
  if (writing) return *writing;
  const ProgramJob& job = facts_.job;
  const mapping::Block& block = job.plan.blocks[index];
  writing = std::make_unique<mapping::RowWriting>(job.architecture, job.network, job.plan, index, job.draws,
                                                  facts_.rules[job.plan.layer_of_node[block.node]], cells_[index]);
  return *writing;
}

TileController::Messages TileController::act(Cycle now) {
  Messages messages;
  while (stage_ != Stage::stopped) {
    if (stage_ == Stage::asked) {
      if (!answer_) break;
      const bool granted = *answer_;
      answer_.reset();
      time_.waited_for_power += now - asked_at_;
      if (!granted) {
        stop(now);
        break;
      }
      pulse(now);
      if (stage_ == Stage::stopped) messages.release = std::exchange(held_, std::nullopt);
      continue;
    }
    if (stage_ == Stage::idle) {
      if (!begin_row(now, messages)) break;
      continue;
    }
    if (ready_at_ > now) {
      messages.wake = ready_at_;
      break;
    }
    if (stage_ == Stage::set_up) {
      PowerRequest request{held_->nanowatts, 0};
      request.pulses = row_open_ ? writing_of(rows_[next_].block).writer().peek().columns.size()
                                 : static_cast<std::uint64_t>(facts_.job.plan.blocks[rows_[next_].block].columns);
      messages.request = request;
      asked_at_ = now;
      stage_ = Stage::asked;
      continue;
    }
    if (stage_ == Stage::work && held_) {
      held_->attojoules = tally_.take_attojoules();
      messages.release = std::exchange(held_, std::nullopt);
    }
    next_operation(now, messages);
  }
  return messages;
}

bool TileController::begin_row(Cycle now, Messages& messages) {
  if (next_ == rows_.size()) return false;
  const RowJob& row = rows_[next_];
  const bool new_round = row.round > 0 && rows_[next_ - 1].round != row.round;
  const Cycle opens_at = new_round ? pass_end_ + facts_.reverify_wait : 0;
  if (arrived_ == next_ || opens_at > now) {
    if (opens_at > now) messages.wake = opens_at;
    return false;
  }
  const Cycle waited_for_round = new_round ? std::min(now, opens_at) - std::min(opens_at, idle_since_) : 0;
  time_.waited_to_reverify += waited_for_round;
  time_.waited_for_targets += now - idle_since_ - waited_for_round;
  const std::int64_t bits = facts_.bits_of(row);
  const Cycle length = facts_.timing.load(bits);
  if (!in_time(now, length)) {
    stop(now);
    return true;
  }
  tally_.loaded(row);
  before_ = {};
  row_open_ = row.round != RowJob::kFirstWrite;
  first_written_ = false;
  if (row_open_) {
    mapping::RowWriting& writing = writing_of(row.block);
    rounds_before_ = writing.writer().counts().rounds;
    writing.start(row.row, static_cast<std::uint32_t>(row.round), facts_.job.write_plan.verify[row.block]);
  }
  refresh_column_sums();
  time_.busy += length;
  ready_at_ = now + length;
  stage_ = Stage::load;
  return true;
}

/// Sums over the block's other rows, where half-selected cells count.
void TileController::refresh_column_sums() {
  if (facts_.job.architecture.write_controller.half_select == HalfSelect::none) return;
  const RowJob& row = rows_[next_];
  const mapping::Block& block = facts_.job.plan.blocks[row.block];
  const int pedestal = mapping::cell_range(facts_.job.architecture.device, facts_.layer_of(block).encoding).pedestal;
  std::vector<std::int64_t>& sums = column_sums_[row.block];
  sums.assign(block.columns, 0);
  const std::vector<std::int16_t>& codes = cells_[row.block].codes;
  for (int other = 0; other < block.rows; ++other)
    for (int column = 0; column < block.columns && other != row.row; ++column)
      sums[column] += std::abs(codes[std::size_t(other) * block.columns + column] + pedestal);
}

void TileController::next_operation(Cycle now, Messages& messages) {
  const RowJob& row = rows_[next_];
  const WriteTiming& timing = facts_.timing;
  const mapping::Block& block = facts_.job.plan.blocks[row.block];
  WriteOperation next;
  if (row_open_)
    next = writing_of(row.block).writer().peek();
  else if (!first_written_)
    next = {WriteAction::set, {}, timing.first_pulse(), 0};
  if (next.action == WriteAction::done) return end_row(now, messages);

  const Cycle set_up = timing.set_up(before_, next.action);
  if (next.action == WriteAction::read) {
    const int turns = adc_turns(block, facts_.job.architecture.adc.columns_per_adc, next.columns);
    const Cycle length = set_up + timing.read(turns);
    if (!in_time(now, length)) return stop(now);
    mapping::RowWriting& writing = writing_of(row.block);
    tally_.verify_read(row, writing.codes(), next.columns);
    writing.writer().step();
    before_.action = WriteAction::read;
    time_.busy += length;
    ready_at_ = now + length;
    stage_ = Stage::work;
    return;
  }
  const int cells = row_open_ ? static_cast<int>(next.columns.size()) : block.columns;
  const Cycle length = timing.pulses(next.pulse, timing.pulse_turns(next.pulse, cells));
  if (!in_time(now, set_up + length)) return stop(now);
  time_.busy += set_up;
  before_ = {next.action, next.action};
  if (!facts_.arbitrated) {
    pulse(now + set_up);
    return;
  }
  held_ = PowerRelease{nanowatts(timing.turn_power(next.pulse, cells)), 0};
  ready_at_ = now + set_up;
  stage_ = Stage::set_up;
}

/// Pulses from `now` on.
void TileController::pulse(Cycle now) {
  const RowJob& row = rows_[next_];
  const mapping::Block& block = facts_.job.plan.blocks[row.block];
  const WriteTiming& timing = facts_.timing;
  const WriteOperation next =
      row_open_ ? writing_of(row.block).writer().peek() : WriteOperation{WriteAction::set, {}, timing.first_pulse(), 0};
  const int cells = row_open_ ? static_cast<int>(next.columns.size()) : block.columns;
  const Cycle length = timing.pulses(next.pulse, timing.pulse_turns(next.pulse, cells));
  if (!in_time(now, length)) return stop(now);
  if (row_open_) {
    mapping::RowWriting& writing = writing_of(row.block);
    const auto kind = next.action == WriteAction::set ? PulseKind::set : PulseKind::reset;
    const int ramp_length = (kind == PulseKind::set ? facts_.rules[0].set : facts_.rules[0].reset).ramp.length();
    tally_.before_pulses(row, writing.codes(), next.columns, column_sums());
    const int ramp_step = std::min(next.ramp_step, ramp_length - 1);
    const device::Pulse shape = next.pulse;
    writing.writer().step();
    tally_.after_pulses(row, writing.codes(), kind, ramp_step, shape);
  } else {
    write_first(row);
    first_written_ = true;
    ++tally_.counts.first_writes;
  }
  time_.busy += length;
  ready_at_ = now + length;
  stage_ = Stage::work;
}

void TileController::write_first(const RowJob& row) {
  const device::Pulse shape = facts_.timing.first_pulse();
  if (ahead_ != nullptr && facts_.whole_blocks)
    return tally_.first_write(row, ahead_->conductance(row.block, row.row), shape);
  const auto columns = static_cast<std::size_t>(facts_.job.plan.blocks[row.block].columns);
  std::vector<std::uint16_t> all(columns);
  std::iota(all.begin(), all.end(), std::uint16_t{0});
  const std::span<const std::int16_t> codes(cells_[row.block].codes.data() + std::size_t(row.row) * columns, columns);
  tally_.before_pulses(row, codes, all, column_sums());
  const std::span<const std::int16_t> known =
      ahead_ == nullptr ? std::span<const std::int16_t>() : ahead_->row(row.block, row.row);
  mapping::RowWriting& writing = writing_of(row.block);
  known.empty() ? writing.write_once(row.row) : writing.write_once(row.row, known);
  tally_.after_pulses(row, codes, PulseKind::first_write, 0, shape);
}

/// Of the row being written; empty but for half_voltage.
std::span<const std::int64_t> TileController::column_sums() const {
  const auto sums = column_sums_.find(rows_[next_].block);
  return sums == column_sums_.end() ? std::span<const std::int64_t>() : std::span<const std::int64_t>(sums->second);
}

void TileController::end_row(Cycle now, Messages& messages) {
  const RowJob& row = rows_[next_];
  ProgramCounts& counts = tally_.counts;
  if (row_open_) {
    mapping::RowWriting& writing = writing_of(row.block);
    writing.finish();
    const std::uint64_t attempts = writing.writer().counts().rounds - rounds_before_;
    if (counts.row_attempts.size() <= attempts) counts.row_attempts.resize(attempts + 1);
    ++counts.row_attempts[attempts];
    ++counts.verified_rows;
    std::uint64_t cells = 0;
    const auto& marked = facts_.job.write_plan.verify[row.block];
    const int columns = facts_.job.plan.blocks[row.block].columns;
    for (int column = 0; column < columns; ++column) cells += marked[std::size_t(row.row) * columns + column];
    counts.row_attempt_cells += attempts * cells;
    counts.cell_attempts += std::accumulate(writing.attempts().begin(), writing.attempts().end(), std::uint64_t{0});
  }
  row_open_ = false;
  ++next_;
  ++messages.freed_slots;
  time_.end = idle_since_ = pass_end_ = now;
  if (row.round == RowJob::kFirstWrite && (next_ == rows_.size() || rows_[next_].round != RowJob::kFirstWrite))
    first_pass_end_ = now;
  stage_ = Stage::idle;
}

void TileController::stop(Cycle now) {
  if (row_open_) writing_of(rows_[next_].block).finish();
  row_open_ = false;
  time_.end = now;
  stage_ = Stage::stopped;
}

ProgramCounts TileController::take_counts() {
  ProgramCounts counts = std::move(tally_.counts);
  for (const auto& [block, writing] : writings_) counts.verify += writing->writer().counts();
  counts.cycles = time_.busy;
  return counts;
}

std::string TileController::waits_for() const {
  if (stage_ == Stage::asked) return fmt::format("tile{}.write_controller waits for its share of power", tile_);
  if (stage_ == Stage::idle && next_ < rows_.size())
    return fmt::format("tile{}.write_controller waits for the targets of row {} of {}", tile_, next_, rows_.size());
  return "";
}

}  // namespace nvcim::sim
