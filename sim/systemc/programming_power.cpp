// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/programming_power.h"

namespace nvcim::sim {

ProgrammingPower::ProgrammingPower(const sc_core::sc_module_name& name, Calendar& calendar, const ProgramFacts& facts)
    : Unit(name, calendar),
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
    answers[answer.tile]->answer(now, now + facts_.wire_cycles(answer.tile), answer.granted);
}

}  // namespace nvcim::sim
