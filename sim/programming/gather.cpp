// SPDX-License-Identifier: Apache-2.0
#include "sim/programming/gather.h"

#include <algorithm>
#include <utility>

namespace nvcim::sim {
namespace {

template <class T>
void add(std::vector<T>& sum, const std::vector<T>& other) {
  if (sum.size() < other.size()) sum.resize(other.size());
  for (std::size_t i = 0; i < other.size(); ++i) sum[i] += other[i];
}

void add(ProgramCounts& sum, const ProgramCounts& other) {
  sum.verify += other.verify;
  sum.first_writes += other.first_writes;
  sum.verified_rows += other.verified_rows;
  sum.row_attempt_cells += other.row_attempt_cells;
  sum.cell_attempts += other.cell_attempts;
  sum.cycles += other.cycles;
  sum.events += other.events;
  for (std::size_t node = 0; node < other.pulses.size(); ++node)
    for (int kind = 0; kind < kPulseKinds; ++kind) {
      auto& into = sum.pulses[node][kind];
      const auto& from = other.pulses[node][kind];
      if (into.size() < from.size()) into.resize(from.size());
      for (std::size_t step = 0; step < from.size(); ++step) {
        into[step].pulses += from[step].pulses;
        into[step].conductance += from[step].conductance;
        into[step].half_selected += from[step].half_selected;
      }
    }
  add(sum.row_attempts, other.row_attempts);
}

}  // namespace

mapping::WrittenCells blank_cells(const ProgramJob& job) {
  mapping::WrittenCells cells;
  cells.draws = job.draws;
  for (int index = 0; index < static_cast<int>(job.plan.blocks.size()); ++index) {
    const mapping::Block& block = job.plan.blocks[index];
    const std::size_t size = std::size_t(block.rows) * block.columns;
    mapping::WrittenBlock& written = cells.blocks.emplace_back();
    written.codes.resize(size);
    if (job.keep_history) {
      written.state.assign(size, mapping::CellState::unwritten);
      written.pulses.assign(size, 0);
    }
    if (job.architecture.device.stuck_at_g_max == 0) continue;
    mapping::BlockWriting writing(job.architecture, job.network, job.plan, index, job.draws);
    for (int row = 0; row < block.rows; ++row) {
      writing.load(row);
      writing.virgin({written.codes.data() + std::size_t(row) * block.columns, std::size_t(block.columns)});
    }
  }
  return cells;
}

ProgramResult gather(const ProgramFacts& facts, mapping::WrittenCells cells, std::deque<TileController>& controllers,
                     const RowStream& stream, const EventCounts& network) {
  ProgramResult result;
  const std::size_t nodes = facts.job.network.nodes.size();
  result.counts.events = EventCounts(nodes);
  result.counts.pulses.resize(nodes);
  bool all_written = true;
  for (TileController& controller : controllers) {
    add(result.counts, controller.take_counts());
    result.controllers.push_back(controller.time());
    result.cycles = std::max(result.cycles, controller.time().end);
    result.first_pass_cycles = std::max(result.first_pass_cycles, controller.first_pass_end());
    all_written = all_written && controller.first_pass_end() > 0;
    result.budget_spent = result.budget_spent || controller.stopped();
  }
  if (!all_written) result.first_pass_cycles = 0;
  stream.count(result.counts.events);
  result.counts.events += network;
  result.cells = std::move(cells);
  return result;
}

}  // namespace nvcim::sim
