// SPDX-License-Identifier: Apache-2.0
#include "sim/programming/first_writes.h"

#include <algorithm>

#include "mapping/block_writing.h"

namespace nvcim::sim {

FirstWrites::FirstWrites(const ProgramFacts& facts) : facts_(facts) {
  if (facts.job.threads < 2) return;
  ahead_ = std::make_unique<Ahead[]>(facts.job.plan.blocks.size());
  worker_ = std::thread([this] { work(); });
}

FirstWrites::~FirstWrites() {
  stop_ = true;
  if (worker_.joinable()) worker_.join();
}

std::span<const std::int16_t> FirstWrites::row(int block, int row) const {
  if (!ahead_ || !ahead_[block].ready.load(std::memory_order_acquire)) return {};
  const auto columns = static_cast<std::size_t>(facts_.job.plan.blocks[block].columns);
  return std::span<const std::int16_t>(ahead_[block].codes).subspan(std::size_t(row) * columns, columns);
}

void FirstWrites::work() {
  const ProgramJob& job = facts_.job;
  // Tiles are written at the same time, each block after block: the second of every tile, the third, …; the first ones
  // are the engine's own by the time they would be worked out here.
  std::vector<std::vector<int>> blocks;  // [tiles]
  std::size_t most = 0;
  for (const std::vector<RowJob>& rows : facts_.rows) {
    std::vector<int>& own = blocks.emplace_back();
    for (const RowJob& row : rows)
      if (row.round == RowJob::kFirstWrite && (own.empty() || own.back() != row.block)) own.push_back(row.block);
    most = std::max(most, own.size());
  }
  for (std::size_t turn = 1; turn < most; ++turn)
    for (const std::vector<int>& own : blocks) {
      if (turn >= own.size()) continue;
      if (stop_) return;
      Ahead& ahead = ahead_[own[turn]];
      const mapping::Block& block = job.plan.blocks[own[turn]];
      const auto columns = static_cast<std::size_t>(block.columns);
      ahead.codes.resize(std::size_t(block.rows) * columns);
      mapping::BlockWriting writing(job.architecture, job.network, job.plan, own[turn], job.draws);
      for (int row = 0; row < block.rows; ++row) {
        writing.load(row);
        writing.write_once(std::span(ahead.codes).subspan(std::size_t(row) * columns, columns));
      }
      ahead.ready.store(true, std::memory_order_release);
    }
}

}  // namespace nvcim::sim
