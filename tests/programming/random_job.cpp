// SPDX-License-Identifier: Apache-2.0
#include "tests/programming/random_job.h"

#include <algorithm>
#include <random>

#include "device/models/device_law.h"
#include "tests/support/random_graph.h"
#include "tests/support/random_network.h"

namespace nvcim::testing {
namespace {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  int pick(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  bool chance(int percent) { return pick(1, 100) <= percent; }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return values.begin()[pick(0, static_cast<int>(values.size()) - 1)];
  }
  Time nanoseconds(int low, int high) { return from_si<Time>(pick(low, high) * 1e-9); }

 private:
  std::mt19937_64 random_;
};

void roll_chip(Dice& dice, Architecture& a) {
  a.name = "random";
  a.chip.clock = from_si<Frequency>(dice.one_of({0.5e9, 1e9, 1.2e9}));
  a.crossbar.rows = dice.pick(2, 40);
  a.crossbar.encoding = dice.one_of(
      {Encoding::differential_pair, Encoding::differential_pair, Encoding::offset_column, Encoding::ideal_signed});
  a.crossbar.cell_bits = dice.pick(1, 4);
  a.crossbar.columns = dice.pick(17, 64);
  a.crossbar.read_time = dice.nanoseconds(1, 30);
  a.dac.bits = dice.one_of({1, 2, 8});
  a.dac.time = dice.nanoseconds(0, 3);
  a.sample_hold.time = dice.nanoseconds(0, 3);
  a.shift_add.time = dice.nanoseconds(0, 3);
  a.adc.sample_rate = from_si<Frequency>(dice.one_of({0.1e9, 0.7e9, 1e9, 2e9}));
  a.adc.model = dice.chance(30) ? AdcModel::ideal : AdcModel::sar;
  a.adc.bits = dice.pick(5, 10);
  a.adc.columns_per_adc = dice.pick(1, a.crossbar.columns);
  a.buffer.bus_bits = dice.one_of({1, 8, 64, 256});
  a.buffer.access_cycles = dice.pick(0, 3);
  a.buffer.global_bus_bits = dice.one_of({1, 8, 64, 256});
  a.buffer.global_access_cycles = dice.pick(0, 9);
  a.buffer.external_bus_bits = dice.one_of({1, 16, 64});
  a.buffer.external_access_cycles = dice.pick(0, 50);
  a.interconnect.flit_bits = dice.one_of({8, 13, 32, 256});
  a.interconnect.router_cycles = dice.pick(1, 4);
  a.interconnect.link_cycles = dice.pick(1, 3);
  a.interconnect.buffer_flits = dice.one_of({2, 3, 8, 64});
  a.tile.crossbars = dice.pick(1, 6);
  a.mapping.packing = dice.one_of({Packing::none, Packing::crossbar});
}

void roll_device(Dice& dice, Architecture& a) {
  DeviceParameters& device = a.device;
  device.model =
      dice.one_of({DeviceModel("gaussian"), DeviceModel("gaussian"), DeviceModel("fefet"), DeviceModel("ideal")});
  device.g_min = from_si<Conductance>(dice.one_of({0.0, 1e-6, 13e-6}));
  device.grid_bits = dice.pick(8, 12);
  device.sigma = dice.pick(0, 30) / 100.0;
  if (dice.chance(40)) device.read_noise = dice.pick(1, 10) / 100.0;
  device.read_noise_model = dice.one_of({ReadNoiseModel::constant, ReadNoiseModel::proportional});
  if (dice.chance(30)) device.stuck_at_g_min = 0.03;
  if (dice.chance(30)) device.stuck_at_g_max = 0.02;
  if (dice.chance(30)) device.device_to_device = 0.05;
  if (dice.chance(40)) {
    device.relaxation = RelaxationModel::technology_c;
    if (dice.chance(50)) device.relaxation_shape = RelaxationShape::gaussian;
  }
}

void roll_controller(Dice& dice, Architecture& a) {
  WriteControllerParameters& c = a.write_controller;
  c.process = dice.one_of({WriteProcess::incremental, WriteProcess::incremental, WriteProcess::redraw,
                           WriteProcess::fixed_mean, WriteProcess::measured});
  if (c.process == WriteProcess::measured) {
    a.crossbar.cell_bits = 2;
    if (a.crossbar.encoding == Encoding::ideal_signed) c.process = WriteProcess::redraw;
  }
  c.write_drivers = dice.pick(1, 64);
  c.pulse_width = dice.nanoseconds(1, 200);
  for (Time* time : {&c.set_up_time, &c.idle_to_read_time, &c.read_to_write_time, &c.write_to_read_time,
                     &c.polarity_switch_time, &c.post_read_time})
    *time = dice.nanoseconds(0, 30);
  c.tolerance = dice.pick(2, 12) / 100.0;
  c.max_attempts = dice.pick(1, 30);
  c.buffer_rows = dice.pick(1, 4);
  c.half_select = dice.one_of({HalfSelect::none, HalfSelect::half_voltage});
  const double volt =
      std::max({c.pulse_voltage.value(), a.set_pulse.amplitude_stop.value(), a.reset_pulse.amplitude_stop.value()});
  const double ampere = volt * a.device.g_max.value();
  if (dice.chance(40)) c.charge_pump_current = from_si<Current>(ampere * dice.pick(1, 40));
  if (dice.chance(50)) c.peak_power = from_si<Power>(ampere * volt * dice.pick(1, 100));
  const bool repeats = c.process == WriteProcess::incremental || c.process == WriteProcess::redraw;
  if (repeats && dice.chance(40)) {
    c.reverify_rounds = dice.pick(1, 3);
    c.reverify_wait = from_si<Time>(dice.one_of({0.01, 1.0}));
  }
  a.set_pulse.width_start = a.set_pulse.width_stop = dice.nanoseconds(1, 150);
  if (dice.chance(30)) a.set_pulse.width_stop = a.set_pulse.width_start + from_si<Time>(200e-9);
}

void place(Dice& dice, OwnedJob& owned) {
  Architecture& a = owned.architecture;
  a.chip.mesh_rows = a.chip.mesh_columns = 64;
  const int tiles = mapping::make_plan(a, owned.network).tiles_used;
  a.chip.mesh_columns = std::clamp(dice.pick(1, 5), 1, tiles);
  a.chip.mesh_rows = (tiles + a.chip.mesh_columns - 1) / a.chip.mesh_columns;
  if (a.chip.mesh_rows > 64) a.chip.mesh_rows = a.chip.mesh_columns = 64;
  owned.plan = mapping::make_plan(a, owned.network);
}

void roll_plan(Dice& dice, OwnedJob& owned) {
  const int kind = dice.pick(0, 3);
  if (kind == 0) return;
  owned.write_plan = kind == 1 ? mapping::verify_all(owned.plan) : mapping::verify_none(owned.plan);
  if (kind > 1)
    for (auto& block : owned.write_plan.verify)
      for (std::uint8_t& mark : block) mark = dice.chance(kind == 2 ? 5 : 40) ? 1 : 0;
  if (dice.chance(50))
    for (const mapping::Block& block : owned.plan.blocks) {
      auto& rows = owned.write_plan.row_priority.emplace_back();
      for (int row = 0; row < block.rows; ++row) rows.push_back(static_cast<std::uint32_t>(dice.pick(0, 1000)));
    }
}

}  // namespace

std::unique_ptr<OwnedJob> random_job(std::uint64_t seed) {
  Dice dice(seed);
  auto owned = std::make_unique<OwnedJob>();
  owned->threads = 1 + static_cast<int>(seed % 2);
  owned->network = seed % 3 == 0 ? random_graph(seed) : random_network(seed);
  roll_chip(dice, owned->architecture);
  roll_device(dice, owned->architecture);
  roll_controller(dice, owned->architecture);
  place(dice, *owned);
  roll_plan(dice, *owned);
  owned->draws = {seed, static_cast<std::uint32_t>(dice.pick(0, 9))};
  if (dice.chance(50)) {
    const std::int64_t cells = mapping::verify_all(owned->plan).cells();
    const int kind = dice.pick(0, 3);
    if (kind == 0 || kind == 3) owned->budget.time = from_si<Time>(double(cells) * dice.pick(1, 60) * 1e-9);
    if (kind == 1 || kind == 3)
      owned->budget.pulses = static_cast<std::uint64_t>(cells) * static_cast<std::uint64_t>(dice.pick(1, 60)) / 20;
    if (kind == 2) owned->budget.energy = from_si<Energy>(double(cells) * dice.pick(1, 60) * 1e-12);
  }
  return owned;
}

}  // namespace nvcim::testing
