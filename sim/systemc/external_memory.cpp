// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/external_memory.h"

namespace nvcim::sim {

ExternalMemory::ExternalMemory(const sc_core::sc_module_name& name, Calendar& calendar,
                               const MachineConstants& constants, const std::vector<std::vector<std::uint8_t>>& images,
                               std::uint64_t capacity_pixels)
    : Unit(name, calendar),
      constants_(constants),
      images_(images),
      limit_(capacity_pixels),
      bits_left_(images.size(),
                 std::int64_t{constants.schedule.stages.back().code_bits} * constants.run.network.classes()),
      samples_(images.size()) {
  wake_at(0);
}

void ExternalMemory::give_room(Cycle now, Cycle cycle, int, std::uint64_t limit) {
  inbox_.post(now, cycle, 0, {-1, limit});
  wake_at(cycle);
}

void ExternalMemory::write(Cycle now, Cycle cycle, int sample, std::int64_t bits) {
  inbox_.post(now, cycle, 1, {sample, static_cast<std::uint64_t>(bits)});
  wake_at(cycle);
}

void ExternalMemory::act(Cycle now) {
  while (inbox_.ready(now)) {
    const Message message = inbox_.take();
    if (message.sample < 0)
      limit_ = message.amount;
    else
      take_result(now, message);
  }
  stream(now);
}

void ExternalMemory::stream(Cycle now) {
  const workloads::Network& network = constants_.run.network;
  const BufferParameters& parameters = constants_.run.architecture.buffer;
  const auto per_sample =
      static_cast<std::uint64_t>(network.input.height) * static_cast<std::uint64_t>(network.input.width);
  const auto bits = static_cast<std::uint64_t>(network.input.channels) * static_cast<std::uint64_t>(network.input_bits);
  const auto bus = static_cast<std::uint64_t>(parameters.external_bus_bits);
  const std::uint64_t all = per_sample * static_cast<std::uint64_t>(constants_.samples);
  const Cycle begin = std::max(now, static_cast<Cycle>(parameters.external_access_cycles));
  bus_bit_ = std::max(bus_bit_, begin * bus);
  for (; next_ < std::min(limit_, all); ++next_) {
    const std::uint64_t sample = next_ / per_sample, place = next_ % per_sample;
    if (place == 0) samples_[sample].first_input = bus_bit_ / bus;
    const Cycle before = bus_bit_ / bus;
    bus_bit_ += bits;
    const Cycle end = (bus_bit_ + bus - 1) / bus;
    time_.busy += bus_bit_ / bus - before;
    statistics_.count(0, Event::external_read, bits);
    auto pixel = std::make_shared<PixelData>();
    for (int channel = 0; channel < network.input.channels; ++channel)
      pixel->codes.push_back(images_[sample][static_cast<std::uint64_t>(channel) * per_sample + place]);
    buffer->put(now, std::max(end, now + 1), 0, 0, std::move(pixel));
  }
  time_.set_stalled(next_ < all, now);
}

void ExternalMemory::take_result(Cycle now, const Message& message) {
  const BufferParameters& parameters = constants_.run.architecture.buffer;
  const auto bits = static_cast<std::int64_t>(message.amount);
  const Cycle length = transfer_cycles(bits, parameters.external_bus_bits);
  write_free_at_ = std::max(now, write_free_at_) + length;
  time_.busy += length;
  statistics_.count(0, Event::external_write, message.amount);
  Timeline::Sample& sample = samples_[message.sample];
  sample.last_output =
      std::max(sample.last_output, write_free_at_ + static_cast<Cycle>(parameters.external_access_cycles));
  bits_left_[message.sample] -= bits;
  if (bits_left_[message.sample] > 0) return;
  ++samples_done_;
  if (constants_.options.progress) constants_.options.progress(samples_done_, constants_.samples);
}

void ExternalMemory::describe_blockers(std::vector<std::string>& sentences) const {
  if (next_ >= limit_)
    sentences.push_back(fmt::format("external memory waits for room for pixel {} in the global buffer", next_));
}

}  // namespace nvcim::sim
