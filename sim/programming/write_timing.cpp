// SPDX-License-Identifier: Apache-2.0
#include "sim/programming/write_timing.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "arch/program_cost.h"

namespace nvcim::sim {

using device::WriteAction;

WriteTiming::WriteTiming(const Architecture& architecture)
    : architecture_(architecture), mvm_(make_mvm_timing(architecture)) {}

Cycle WriteTiming::load(std::int64_t bits) const {
  return static_cast<Cycle>(architecture_.buffer.access_cycles) + transfer_cycles(bits, architecture_.buffer.bus_bits);
}

Cycle WriteTiming::set_up(const Before& before, WriteAction next) const {
  const WriteControllerParameters& controller = architecture_.write_controller;
  const auto in_cycles = [&](Time time) { return cycles(time, architecture_.chip.clock); };
  if (next == WriteAction::read) {
    if (before.action == WriteAction::done) return in_cycles(controller.idle_to_read_time);
    return before.action == WriteAction::read ? 0 : in_cycles(controller.write_to_read_time);
  }
  Cycle sum = 0;
  if (before.action == WriteAction::done) sum = in_cycles(controller.set_up_time);
  if (before.action == WriteAction::read) sum = in_cycles(controller.read_to_write_time);
  if (before.polarity != WriteAction::done && before.polarity != next)
    sum += in_cycles(controller.polarity_switch_time);
  return sum;
}

Cycle WriteTiming::read(int turns) const {
  return mvm_.front + mvm_.back(turns) +
         cycles(architecture_.write_controller.post_read_time, architecture_.chip.clock);
}

Cycle WriteTiming::pulses(const device::Pulse& pulse, int turns) const {
  return static_cast<Cycle>(turns) * std::max<Cycle>(1, cycles(pulse.width, architecture_.chip.clock));
}

int WriteTiming::pulse_turns(const device::Pulse& pulse, int cells) const {
  const int at_once = cells_per_turn(architecture_, pulse.amplitude);
  return (cells + at_once - 1) / at_once;
}

Power WriteTiming::turn_power(const device::Pulse& pulse, int cells) const {
  const int at_once = std::min(cells, cells_per_turn(architecture_, pulse.amplitude));
  return double(at_once) * (pulse.amplitude * pulse.amplitude * architecture_.device.g_max);
}

device::Pulse WriteTiming::first_pulse() const {
  const WriteControllerParameters& controller = architecture_.write_controller;
  return {controller.pulse_voltage, controller.pulse_voltage, controller.pulse_width};
}

int adc_turns(const mapping::Block& block, int columns_per_adc, std::span<const std::uint16_t> columns) {
  std::vector<int> of_adc((block.crossbar_column + block.columns - 1) / columns_per_adc + 1, 0);
  for (const std::uint16_t column : columns) ++of_adc[(block.crossbar_column + column) / columns_per_adc];
  return std::max(1, *std::max_element(of_adc.begin(), of_adc.end()));
}

std::int64_t row_bits(const mapping::Block& block, const mapping::WeightEncoding& encoding, bool with_mask) {
  const int level_bits = encoding.encoding == Encoding::ideal_signed
                             ? encoding.weight_bits
                             : std::bit_width(static_cast<unsigned>(encoding.max_level));
  return std::int64_t{block.columns} * (level_bits + (with_mask ? 1 : 0));
}

}  // namespace nvcim::sim
