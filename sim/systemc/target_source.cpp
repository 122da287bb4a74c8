// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/target_source.h"

namespace nvcim::sim {

TargetSource::TargetSource(const sc_core::sc_module_name& name, Calendar& calendar, const ProgramFacts& facts,
                           RowStream& stream)
    : Unit(name, calendar), facts_(facts), stream_(stream) {
  wake_at(0);
}

void TargetSource::free_slot(Cycle now, Cycle cycle, int tile) {
  slots_.post(now, cycle, tile, tile);
  wake_at(cycle);
}

void TargetSource::deliver(Cycle, TransferPtr) {
  NVCIM_CHECK(false, "something came back to the global buffer");
}

void TargetSource::act(Cycle now) {
  while (slots_.ready(now)) stream_.slot_freed(slots_.take());
  if (const auto sent = stream_.send(now)) {
    const RowJob& row = facts_.rows[sent->tile][sent->row];
    auto transfer = std::make_unique<Transfer>();
    transfer->kind = Transfer::Kind::row_targets;
    transfer->from = mapping::kGlobalBuffer;
    transfer->to = sent->tile;
    transfer->row = static_cast<std::size_t>(facts_.job.plan.blocks[row.block].node) + 1;
    transfer->bits = facts_.bits_of(row);
    network->send(now, sent->at, 0, std::move(transfer));
  }
  if (const auto next = stream_.next(); next && *next > now) wake_at(*next);
}

void TargetSource::describe_blockers(std::vector<std::string>& sentences) const {
  if (stream_.has_rows_left() && !stream_.next())
    sentences.push_back("target_source waits for a place in a write controller's buffer");
}

}  // namespace nvcim::sim
