// SPDX-License-Identifier: Apache-2.0
#include "sim/programming/first_writes.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "mapping/block_writing.h"

namespace nvcim::sim {
namespace {

/// Sum of the conductances of a row's cells. Of a signed cell the magnitude conducts.
std::uint64_t sum(std::span<const std::int16_t> codes, int pedestal) {
  std::int64_t sum = 0;
  for (const std::int16_t code : codes) sum += std::abs(code + pedestal);
  return static_cast<std::uint64_t>(sum);
}

}  // namespace

FirstWrites::FirstWrites(const ProgramFacts& facts) : facts_(facts) {
  const bool helped = facts.job.threads >= 2;
  if (helped || facts.whole_blocks) ahead_ = std::make_unique<Ahead[]>(facts.job.plan.blocks.size());
  if (!helped) return;
  try {
    worker_ = std::thread([this] { work(); });
  } catch (const std::system_error&) {  // no more threads: the engine works alone
  }
}

FirstWrites::~FirstWrites() {
  stop_ = true;
  if (worker_.joinable()) worker_.join();
}

std::span<const std::int16_t> FirstWrites::row(int block, int row) const {
  if (!ahead_ || ahead_[block].state.load(std::memory_order_acquire) != State::ready) return {};
  const auto columns = static_cast<std::size_t>(facts_.job.plan.blocks[block].columns);
  return std::span<const std::int16_t>(ahead_[block].codes).subspan(std::size_t(row) * columns, columns);
}

std::uint64_t FirstWrites::conductance(int block, int row) {
  return finished(block).conductance[row];
}

std::vector<std::int16_t> FirstWrites::take(int block) {
  return std::move(finished(block).codes);
}

FirstWrites::Ahead& FirstWrites::finished(int block) {
  if (begin(block)) work_out(block);
  ahead_[block].state.wait(State::begun, std::memory_order_acquire);
  return ahead_[block];
}

/// Whether the caller is the one to work the block out.
bool FirstWrites::begin(int block) {
  State expected = State::untouched;
  return ahead_[block].state.compare_exchange_strong(expected, State::begun, std::memory_order_acquire);
}

void FirstWrites::work_out(int index) {
  const ProgramJob& job = facts_.job;
  Ahead& ahead = ahead_[index];
  const mapping::Block& block = job.plan.blocks[index];
  const auto columns = static_cast<std::size_t>(block.columns);
  ahead.codes.resize(std::size_t(block.rows) * columns);
  if (facts_.whole_blocks) ahead.conductance.resize(block.rows);
  mapping::BlockWriting writing(job.architecture, job.network, job.plan, index, job.draws);
  for (int row = 0; row < block.rows; ++row) {
    const std::span<std::int16_t> codes = std::span(ahead.codes).subspan(std::size_t(row) * columns, columns);
    writing.load(row);
    if (facts_.whole_blocks) {
      writing.virgin(codes);
      ahead.conductance[row] = sum(codes, writing.range().pedestal);
    }
    writing.write_once(codes);
    if (facts_.whole_blocks) ahead.conductance[row] += sum(codes, writing.range().pedestal);
  }
  ahead.state.store(State::ready, std::memory_order_release);
  ahead.state.notify_all();
}

void FirstWrites::work() {
  // Tiles are written at the same time, each block after block: the first of every tile, the second, … Where the engine
  // needs codes row by row, the first ones are its own by the time they would be worked out here.
  std::vector<std::vector<int>> blocks;  // [tiles]
  std::size_t most = 0;
  for (const std::vector<RowJob>& rows : facts_.rows) {
    std::vector<int>& own = blocks.emplace_back();
    for (const RowJob& row : rows)
      if (row.round == RowJob::kFirstWrite && (own.empty() || own.back() != row.block)) own.push_back(row.block);
    most = std::max(most, own.size());
  }
  for (std::size_t turn = facts_.whole_blocks ? 0 : 1; turn < most; ++turn)
    for (const std::vector<int>& own : blocks) {
      if (turn >= own.size()) continue;
      if (stop_) return;
      if (begin(own[turn])) work_out(own[turn]);
    }
}

}  // namespace nvcim::sim
