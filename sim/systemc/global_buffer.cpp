// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/global_buffer.h"

#include "arch/input_error.h"
#include "sim/systemc/external_memory.h"

namespace nvcim::sim {

GlobalBuffer::GlobalBuffer(Context& context, NetworkInterface& interface)
    : Clocked("global_buffer"),
      context_(context),
      sender_(
          context, *this, interface,
          {mapping::kGlobalBuffer, context.run.architecture.buffer.global_bus_bits,
           static_cast<Cycle>(context.run.architecture.buffer.global_access_cycles), 0},
          [this](int, Cycle cycle, std::uint64_t done) { memory_->give_room(now(), cycle, done + capacity_pixels_); }) {
  const workloads::Network& network = context.run.network;
  const std::int64_t capacity = std::int64_t{context.run.architecture.buffer.global_kibibytes} * 8 * 1024;
  const std::int64_t pixel = std::int64_t{network.input.channels} * network.input_bits;
  const std::int64_t value = context.schedule.stages.back().code_bits;
  const std::int64_t result =
      value * (context.gives_codes() ? network.nodes.back().output.channels : network.classes());
  if (capacity < pixel + result)
    throw InputError(context.run.architecture.name, "/buffer/global_kibibytes",
                     fmt::format("{} KiB cannot hold one pixel and one result: {} bytes",
                                 context.run.architecture.buffer.global_kibibytes, (pixel + result + 7) / 8));
  capacity_pixels_ = static_cast<std::uint64_t>((capacity - result) / pixel);
  sender_.add_group("the image", 0, 0, Event::global_buffer_read, 0, network.input_bits);
}

void GlobalBuffer::take_pixel(Cycle now, Cycle cycle, std::shared_ptr<const PixelData> pixel) {
  const workloads::Network& network = context_.run.network;
  const std::int64_t bits = std::int64_t{network.input.channels} * network.input_bits;
  context_.counts.add(0, Event::global_buffer_write, static_cast<std::uint64_t>(bits));
  // Several small pixels of one bus word are written together.
  const Cycle written =
      std::max(cycle + transfer_cycles(bits, context_.run.architecture.buffer.global_bus_bits), image_free_at_);
  image_free_at_ = written;
  inbox_.post(now, written, 0, {std::move(pixel), nullptr});
  wake_at(written);
}

void GlobalBuffer::deliver(Cycle now, TransferPtr result) {
  const Cycle length = transfer_cycles(result->bits, context_.run.architecture.buffer.global_bus_bits);
  result_free_at_ = std::max(now, result_free_at_) + length;
  context_.counts.add(0, Event::global_buffer_write, static_cast<std::uint64_t>(result->bits));
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
  const BufferParameters& parameters = context_.run.architecture.buffer;
  const workloads::Shape& map = context_.run.network.nodes.back().output;
  const auto pixels = static_cast<std::uint64_t>(map.height) * static_cast<std::uint64_t>(map.width);
  const std::uint64_t sample = result.index / pixels, place = result.index % pixels;
  const std::uint64_t first = sample * static_cast<std::uint64_t>(map.size()) + place;
  for (int channel = result.channel_begin; channel < result.channel_end; ++channel) {
    const std::uint64_t at = first + static_cast<std::uint64_t>(channel) * pixels;
    const int own = channel - result.pixel->channel_begin;
    if (context_.gives_codes())
      context_.result.codes[at] = result.pixel->codes[own];
    else
      context_.result.logits[at] = result.pixel->logits[own];
  }
  context_.counts.add(0, Event::global_buffer_read, static_cast<std::uint64_t>(result.bits));
  read_free_at_ = std::max(now, read_free_at_) + transfer_cycles(result.bits, parameters.global_bus_bits);
  memory_->write(now, read_free_at_ + static_cast<Cycle>(parameters.global_access_cycles), static_cast<int>(sample),
                 result.bits);
}

}  // namespace nvcim::sim
