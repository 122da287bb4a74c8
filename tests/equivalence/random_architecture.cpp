// SPDX-License-Identifier: Apache-2.0
#include "tests/equivalence/random_architecture.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "device/models/device_law.h"
#include "mapping/plan.h"

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
  Time nanoseconds(int low_tenths, int high_tenths) { return from_si<Time>(pick(low_tenths, high_tenths) * 1e-10); }

 private:
  std::mt19937_64 random_;
};

void roll_analog(Dice& dice, const workloads::Network& network, Architecture& architecture) {
  architecture.crossbar.rows = dice.pick(2, 40);
  architecture.crossbar.cell_bits = dice.pick(1, 4);
  architecture.crossbar.encoding =
      dice.one_of({Encoding::differential_pair, Encoding::offset_column, Encoding::ideal_signed});
  architecture.crossbar.columns = dice.pick(17, 64);  // a 9-bit weight takes at most 16 columns and an offset column
  architecture.dac.bits = dice.one_of({1, 1, 1, 2, 3, 4, 8});
  architecture.adc.model = dice.chance(20) ? AdcModel::ideal : AdcModel::sar;
  architecture.adc.bits = dice.pick(1, 12);
  architecture.adc.columns_per_adc = dice.pick(1, architecture.crossbar.columns);
  architecture.adc.range =
      dice.one_of({AdcRange::unit_lsb, AdcRange::worst_case, AdcRange::full_scale_levels, AdcRange::per_layer});
  if (architecture.adc.range == AdcRange::per_layer)
    for (const workloads::Node& node : network.nodes)
      if (node.kind == workloads::Node::Kind::mvm) architecture.adc.layer_full_scale[node.name] = dice.pick(1, 200);
  architecture.adc.full_scale_levels = dice.pick(2, 200);
  if (dice.chance(30)) architecture.adc.offset_sigma = 0.7;
  if (dice.chance(30)) architecture.adc.gain_sigma = 0.05;
  if (dice.chance(30)) architecture.adc.inl = dice.pick(-20, 20) / 10.0;
}

/// Conductances over which a model was measured; the abstract ones take any.
void roll_model(Dice& dice, Architecture& architecture) {
  DeviceParameters& device = architecture.device;
  // Every model there is, and gaussian once more.
  const auto& models = EnumNames<DeviceModel>::all;
  const int model = dice.pick(0, static_cast<int>(std::size(models)));
  device.model = model < static_cast<int>(std::size(models)) ? models[model].value : DeviceModel("gaussian");
  device.pcm_fit = dice.one_of({PcmFit::joshi_aihwkit, PcmFit::joshi_crosssim, PcmFit::hermes_two_devices});
  device.cmo_acceptance = dice.one_of({CmoAcceptance::fine, CmoAcceptance::coarse});
  const device::DeviceLaw& law = device::device_law(device.model);
  const double highest = law.highest(device);
  if (std::isfinite(highest)) {
    device.g_min = from_si<Conductance>(law.lowest(device));
    device.g_max = from_si<Conductance>(highest);
  } else {
    device.g_min = from_si<Conductance>(dice.one_of({0.0, 1e-6, 13e-6}));
  }
  if (device.model == DeviceModel("measured")) {  // its tables are of four levels
    architecture.crossbar.cell_bits = 2;
    if (architecture.crossbar.encoding == Encoding::ideal_signed)
      architecture.crossbar.encoding = Encoding::differential_pair;
  }
}

/// Time since programming: the drift law of the model where it has one, else relaxation where it was measured. A model
/// whose spread was itself measured some time after writing takes no relaxation.
void roll_time(Dice& dice, DeviceParameters& device) {
  const device::DeviceLaw& law = device::device_law(device.model);
  if (law.drift) {
    if (!dice.chance(60)) return;
    device.drift = DriftModel::model;
    device.age = from_si<Time>(dice.one_of({0.0, 10.0, 3600.0, 86400.0}));
    return;
  }
  if (law.after_write_verify || !dice.chance(50)) return;
  device.relaxation =
      dice.one_of({RelaxationModel::technology_a, RelaxationModel::technology_b, RelaxationModel::technology_c});
  device.relaxation_shape = dice.one_of({RelaxationShape::heavy_tailed, RelaxationShape::gaussian});
  device.age = from_si<Time>(device.relaxation == RelaxationModel::technology_a ? 6000.0 : dice.one_of({0.1, 1000.0}));
  if (device.relaxation == RelaxationModel::technology_a) device.temperature = from_si<Temperature>(273.15 + 140);
  if (device.relaxation == RelaxationModel::technology_b && dice.chance(50)) {
    device.temperature = from_si<Temperature>(273.15 + 220);
    device.age = from_si<Time>(6000.0);
  }
}

void roll_device(Dice& dice, Architecture& architecture) {
  DeviceParameters& device = architecture.device;
  roll_model(dice, architecture);
  device.grid_bits = dice.pick(7, 12);  // 127 levels of an ideal_signed cell with an 8-bit weight need 7
  device.sigma = dice.pick(0, 30) / 100.0;
  device.sigma_slope = dice.pick(-10, 10) / 100.0;
  device.mid_level_factor = dice.pick(1, 6);
  if (dice.chance(30)) device.device_to_device = dice.pick(1, 10) / 100.0;
  if (dice.chance(40)) device.read_noise = dice.pick(1, 20) / 100.0;
  device.read_noise_model = dice.one_of({ReadNoiseModel::constant, ReadNoiseModel::proportional});
  if (device::device_law(device.model).read_sigma != nullptr && dice.chance(50))
    device.read_noise_model = ReadNoiseModel::model;
  roll_time(dice, device);
  if (dice.chance(30)) device.stuck_at_g_min = 0.05;
  if (dice.chance(30)) device.stuck_at_g_max = 0.03;
  if (dice.chance(10) && architecture.crossbar.encoding != Encoding::ideal_signed && architecture.crossbar.rows <= 12) {
    architecture.crossbar.wire_model = WireModel::effective_conductance;
    architecture.crossbar.wire_resistance = from_si<Resistance>(dice.pick(1, 200) / 10.0);
  }
}

void roll_timing(Dice& dice, Architecture& architecture) {
  architecture.chip.clock = from_si<Frequency>(dice.one_of({0.5e9, 1e9, 1.2e9}));
  architecture.crossbar.read_time = dice.nanoseconds(1, 300);
  architecture.dac.time = dice.nanoseconds(0, 30);
  architecture.sample_hold.time = dice.nanoseconds(0, 30);
  architecture.shift_add.time = dice.nanoseconds(0, 30);
  architecture.adc.sample_rate = from_si<Frequency>(dice.one_of({0.1e9, 0.7e9, 1e9, 2e9}));
  architecture.buffer.bus_bits = dice.one_of({1, 8, 32, 256, 1000});
  architecture.buffer.access_cycles = dice.pick(0, 3);
  architecture.buffer.global_bus_bits = dice.one_of({8, 64, 256});
  architecture.buffer.global_access_cycles = dice.pick(0, 9);
  architecture.buffer.external_bus_bits = dice.one_of({1, 16, 64});
  architecture.buffer.external_access_cycles = dice.pick(0, 50);
  architecture.buffer.input_kibibytes = dice.one_of({1, 2, 64});
  architecture.buffer.output_kibibytes = dice.one_of({1, 4});
  architecture.interconnect.flit_bits = dice.one_of({8, 13, 32, 256});
  architecture.interconnect.router_cycles = dice.pick(1, 4);
  architecture.interconnect.link_cycles = dice.pick(1, 3);
  architecture.interconnect.buffer_flits = dice.one_of({2, 3, 8, 64});
  architecture.digital.accumulate_lanes = dice.pick(1, 32);
  architecture.digital.activation_lanes = dice.pick(1, 32);
  architecture.digital.pooling_lanes = dice.pick(1, 32);
  architecture.digital.zero_point_sum = dice.one_of({ZeroPointSum::programmed, ZeroPointSum::target});
}

void roll_mapping(Dice& dice, const workloads::Network& network, Architecture& architecture) {
  architecture.mapping.packing = dice.one_of({Packing::none, Packing::crossbar});
  for (const workloads::Node& node : network.nodes)
    if (node.kind == workloads::Node::Kind::mvm && dice.chance(30))
      architecture.mapping.duplicate[node.name] = dice.pick(2, 4);
  architecture.tile.crossbars = dice.pick(1, 8);
  architecture.chip.mesh_rows = architecture.chip.mesh_columns = 64;
  const int tiles = mapping::make_plan(architecture, network).tiles_used;
  architecture.chip.mesh_columns = std::clamp(dice.pick(1, 5), 1, tiles);
  architecture.chip.mesh_rows =
      std::max((tiles + architecture.chip.mesh_columns - 1) / architecture.chip.mesh_columns, 1);
  if (architecture.chip.mesh_rows > 64) architecture.chip.mesh_rows = architecture.chip.mesh_columns = 64;
  if (dice.chance(15)) {  // a few tiles to spare
    architecture.mapping.duplication = Duplication::automatic;
    architecture.chip.mesh_rows = std::min(architecture.chip.mesh_rows * dice.pick(1, 2), 64);
  }
}

void roll_depths(Dice& dice, Architecture& architecture) {
  architecture.crossbar.input_registers = dice.one_of({1, 2, 2, 3});
  architecture.sample_hold.holds = dice.one_of({1, 2, 2, 3});
  architecture.digital.sum_slots = dice.one_of({1, 2, 4, 4});
}

}  // namespace

Architecture random_architecture(std::uint64_t seed, const workloads::Network& network) {
  Dice dice(seed);
  Architecture architecture;
  architecture.name = "random";
  roll_analog(dice, network, architecture);
  roll_device(dice, architecture);
  roll_timing(dice, architecture);
  roll_mapping(dice, network, architecture);
  roll_depths(dice, architecture);
  return architecture;
}

}  // namespace nvcim::testing
