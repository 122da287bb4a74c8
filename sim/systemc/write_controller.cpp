// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/write_controller.h"

namespace nvcim::sim {

WriteController::WriteController(const sc_core::sc_module_name& name, Calendar& calendar, const ProgramFacts& facts,
                                 int tile, TileController& controller)
    : Unit(name, calendar, fmt::format("tile{}.write_controller", tile)),
      facts_(facts),
      tile_(tile),
      controller_(controller) {}

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
  for (int slot = 0; slot < messages.freed_slots; ++slot) source->free_slot(now, seen, tile_);
  if (messages.release) power->release(now, seen, tile_, *messages.release);
  if (messages.request) power->request(now, seen, tile_, *messages.request);
  if (messages.wake) wake_at(*messages.wake);
}

std::vector<std::pair<std::string, UnitTime>> WriteController::unit_times() const {
  UnitTime time;
  time.busy = controller_.time().busy;
  time.stalled = controller_.time().waited_for_power;
  return {{unit_name(), time}};
}

void WriteController::describe_blockers(std::vector<std::string>& sentences) const {
  const std::string wait = controller_.waits_for();
  if (!wait.empty()) sentences.push_back(wait);
}

}  // namespace nvcim::sim
