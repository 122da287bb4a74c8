// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/global_buffer.h"

#include "arch/input_error.h"

namespace nvcim::sim {

GlobalBuffer::GlobalBuffer(const sc_core::sc_module_name& name, Calendar& calendar, const MachineConstants& constants)
    : Unit(name, calendar),
      constants_(constants),
      sender_(*this, statistics_, network,
              {mapping::kGlobalBuffer, constants.run.architecture.buffer.global_bus_bits,
               static_cast<Cycle>(constants.run.architecture.buffer.global_access_cycles), 0},
              [this](int group, Cycle cycle, std::uint64_t done) {
                room->give_room(now(), cycle, group, done + capacity_pixels_);
              }) {
  const workloads::Network& job = constants.run.network;
  const std::int64_t capacity = std::int64_t{constants.run.architecture.buffer.global_kibibytes} * 8 * 1024;
  const std::int64_t pixel = std::int64_t{job.input.channels} * job.input_bits;
  const std::int64_t value = constants.schedule.stages.back().code_bits;
  const std::int64_t result = value * (constants.gives_codes() ? job.nodes.back().output.channels : job.classes());
  if (capacity < pixel + result)
    throw InputError(constants.run.architecture.name, "/buffer/global_kibibytes",
                     fmt::format("{} KiB cannot hold one pixel and one result: {} bytes",
                                 constants.run.architecture.buffer.global_kibibytes, (pixel + result + 7) / 8));
  capacity_pixels_ = static_cast<std::uint64_t>((capacity - result) / pixel);
  sender_.add_group("the image", 0, 0, Event::global_buffer_read, 0, job.input_bits);
  const std::size_t values = static_cast<std::size_t>(job.classes()) * static_cast<std::size_t>(constants.samples);
  if (constants.gives_codes())
    outputs_.codes.resize(values);
  else
    outputs_.logits.resize(values);
}

void GlobalBuffer::put(Cycle now, Cycle cycle, int, int, std::shared_ptr<PixelData> pixel) {
  const workloads::Network& job = constants_.run.network;
  const std::int64_t bits = std::int64_t{job.input.channels} * job.input_bits;
  statistics_.count(0, Event::global_buffer_write, static_cast<std::uint64_t>(bits));
  // Several small pixels of one bus word are written together.
  const Cycle written =
      std::max(cycle + transfer_cycles(bits, constants_.run.architecture.buffer.global_bus_bits), image_free_at_);
  image_free_at_ = written;
  inbox_.post(now, written, 0, {std::move(pixel), nullptr});
  wake_at(written);
}

void GlobalBuffer::deliver(Cycle now, TransferPtr result) {
  const Cycle length = transfer_cycles(result->bits, constants_.run.architecture.buffer.global_bus_bits);
  result_free_at_ = std::max(now, result_free_at_) + length;
  statistics_.count(0, Event::global_buffer_write, static_cast<std::uint64_t>(result->bits));
  inbox_.post(now, result_free_at_, 1, {nullptr, std::move(result)});
  wake_at(result_free_at_);
}

void GlobalBuffer::act(Cycle now) {
  while (inbox_.ready(now)) {
    Message message = inbox_.take();
    if (message.pixel)
      sender_.put(0, std::move(message.pixel));
    else
      collect(now, *message.result);
  }
  sender_.act(now);
}

void GlobalBuffer::collect(Cycle now, const Transfer& result) {
  const BufferParameters& parameters = constants_.run.architecture.buffer;
  const workloads::Shape& map = constants_.run.network.nodes.back().output;
  const auto pixels = static_cast<std::uint64_t>(map.height) * static_cast<std::uint64_t>(map.width);
  const std::uint64_t sample = result.index / pixels, place = result.index % pixels;
  const std::uint64_t first = sample * static_cast<std::uint64_t>(map.size()) + place;
  for (int channel = result.channel_begin; channel < result.channel_end; ++channel) {
    const std::uint64_t at = first + static_cast<std::uint64_t>(channel) * pixels;
    const int in_pixel = channel - result.pixel->channel_begin;
    if (constants_.gives_codes())
      outputs_.codes[at] = result.pixel->codes[in_pixel];
    else
      outputs_.logits[at] = result.pixel->logits[in_pixel];
  }
  statistics_.count(0, Event::global_buffer_read, static_cast<std::uint64_t>(result.bits));
  read_free_at_ = std::max(now, read_free_at_) + transfer_cycles(result.bits, parameters.global_bus_bits);
  results->write(now, read_free_at_ + static_cast<Cycle>(parameters.global_access_cycles), static_cast<int>(sample),
                 result.bits);
}

}  // namespace nvcim::sim
