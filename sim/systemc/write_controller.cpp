// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/write_controller.h"

namespace nvcim::sim {

TargetSource::TargetSource(const ProgramFacts& facts, MeshContext& context, RowStream& stream)
    : Clocked("target_source"),
      facts_(facts),
      stream_(stream),
      interface_(context, "target_source.interface", mapping::kGlobalBuffer, *this) {
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
    interface_.send(now, sent->at, 0, std::move(transfer));
  }
  if (const auto next = stream_.next(); next && *next > now) wake_at(*next);
}

void TargetSource::tell_waits(std::vector<std::string>& sentences) const {
  if (stream_.has_rows_left() && !stream_.next())
    sentences.push_back("target_source waits for a place in a write controller's buffer");
}

ProgrammingPower::ProgrammingPower(const ProgramFacts& facts)
    : Clocked("programming_power"),
      facts_(facts),
      unit_(facts.job.architecture.write_controller.peak_power, facts.job.budget) {}

void ProgrammingPower::release(Cycle now, Cycle cycle, int tile, const PowerRelease& release) {
  inbox_.post(now, cycle, tile, {tile, release, std::nullopt});
  wake_at(cycle);
}

void ProgrammingPower::request(Cycle now, Cycle cycle, int tile, const PowerRequest& request) {
  inbox_.post(now, cycle, tile, {tile, std::nullopt, request});
  wake_at(cycle);
}

void ProgrammingPower::act(Cycle now) {
  while (inbox_.ready(now)) {
    const Message message = inbox_.take();
    if (message.release) unit_.release(*message.release);
    if (message.request) unit_.request(message.tile, *message.request);
  }
  for (const PowerUnit::Answer& answer : unit_.serve())
    writers_[answer.tile]->answer(now, now + facts_.wire_cycles(answer.tile), answer.granted);
}

WriteController::WriteController(const ProgramFacts& facts, MeshContext& context, int tile, TileController& controller,
                                 TargetSource& source, ProgrammingPower& power)
    : Clocked(fmt::format("tile{}.write_controller", tile)),
      facts_(facts),
      tile_(tile),
      controller_(controller),
      source_(source),
      power_(power),
      interface_(context, fmt::format("tile{}.interface", tile), tile, *this) {}

void WriteController::answer(Cycle now, Cycle cycle, bool granted) {
  inbox_.post(now, cycle, 1, granted ? Message::granted : Message::refused);
  wake_at(cycle);
}

void WriteController::deliver(Cycle now, TransferPtr) {
  inbox_.post(now, now + 1, 0, Message::row);
  wake_at(now + 1);
}

void WriteController::act(Cycle now) {
  while (inbox_.ready(now)) {
    const Message message = inbox_.take();
    if (message == Message::row)
      controller_.row_arrived();
    else
      controller_.answer(message == Message::granted);
  }
  const TileController::Messages messages = controller_.act(now);
  const Cycle seen = now + facts_.wire_cycles(tile_);
  for (int slot = 0; slot < messages.freed_slots; ++slot) source_.free_slot(now, seen, tile_);
  if (messages.release) power_.release(now, seen, tile_, *messages.release);
  if (messages.request) power_.request(now, seen, tile_, *messages.request);
  if (messages.wake) wake_at(*messages.wake);
}

std::vector<std::pair<std::string, UnitTime>> WriteController::unit_times() const {
  UnitTime time;
  time.busy = controller_.time().busy;
  time.stalled = controller_.time().waited_for_power;
  return {{unit_name(), time}};
}

void WriteController::tell_waits(std::vector<std::string>& sentences) const {
  const std::string wait = controller_.waits_for();
  if (!wait.empty()) sentences.push_back(wait);
}

}  // namespace nvcim::sim
