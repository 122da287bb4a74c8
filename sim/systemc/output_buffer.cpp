// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/output_buffer.h"

namespace nvcim::sim {

OutputBuffer::OutputBuffer(const sc_core::sc_module_name& name, Calendar& calendar, const MachineConstants& constants,
                           int tile)
    : Unit(name, calendar),
      constants_(constants),
      sender_(*this, statistics_, network,
              {tile, constants.run.architecture.buffer.bus_bits,
               static_cast<Cycle>(constants.run.architecture.buffer.access_cycles), from_output_buffer},
              [this](int group, Cycle cycle, std::uint64_t done) {
                room->give_room(now(), cycle, group, done + groups_[group].capacity);
              }) {}

void OutputBuffer::add_group(int stage, int column_block, std::int64_t capacity_pixels) {
  const StageFacts& facts = constants_.stages[stage];
  const std::size_t row = static_cast<std::size_t>(facts.schedule->last_node) + 1;
  const int outputs = facts.column(column_block).outputs;
  sender_.add_group(facts.last_node().name, column_block, row, Event::output_buffer_read, row,
                    facts.schedule->code_bits);
  groups_.push_back(
      {std::int64_t{outputs} * facts.schedule->code_bits, static_cast<std::uint64_t>(capacity_pixels), row});
}

void OutputBuffer::put(Cycle now, Cycle cycle, int source, int group, std::shared_ptr<PixelData> pixel) {
  inbox_.post(now, cycle, source, {group, false, std::move(pixel)});
  wake_at(cycle);
}

void OutputBuffer::act(Cycle now) {
  while (inbox_.ready(now)) {
    Message message = inbox_.take();
    const Group& group = groups_[message.group];
    if (message.written) {
      sender_.put(message.group, std::move(message.pixel));
      continue;
    }
    write_free_at_ =
        std::max(now, write_free_at_) + transfer_cycles(group.pixel_bits, constants_.run.architecture.buffer.bus_bits);
    statistics_.count(group.row, Event::output_buffer_write, static_cast<std::uint64_t>(group.pixel_bits));
    message.written = true;
    inbox_.post(now, write_free_at_, from_write_port, std::move(message));
    wake_at(write_free_at_);
  }
  sender_.act(now);
}

}  // namespace nvcim::sim
