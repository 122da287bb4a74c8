// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "arch/choices.h"
#include "arch/components.h"
#include "arch/energy_keys.h"
#include "arch/units.h"

/// The typed architecture file. Every section is a plain struct whose member initialisers are the defaults and whose
/// `describe` names each parameter once: key, range, unit and meaning. Reading, checking, writing, the JSON Schema and
/// the reference page are all visitors of `describe` (arch/parameter_reader.h, parameter_writer.h, schema.h), so none
/// of them can disagree.
///
/// A visitor offers:
///   integer(key, int&, min, max, doc)                    whole number
///   number(key, double&, min, max, unit, doc)            dimensionless or stated unit ("LSB", "of g_max - g_min", …)
///   quantity(key, Q&, Q min, Q max, doc)                 text with a unit
///   choice(key, E&, doc)                                 one of EnumNames<E>
///   flag(key, bool&, doc) · text(key, std::string&, doc)
///   integer_map(key, map&, min, max, doc)                object: layer name → whole number
///   quantity_map(key, map<string, Q>&, Q min, Q max, allowed_keys, doc)   object: name → quantity
namespace nvcim {

struct ChipParameters {
  std::string description;
  Frequency clock = from_si<Frequency>(1e9);
  Length technology = from_si<Length>(32e-9);
  Temperature temperature = from_si<Temperature>(300.0);
  int mesh_rows = 4;
  int mesh_columns = 4;
  int links = 0;

  template <class V>
  void describe(V& v) {
    v.text("description", description, "what this architecture is and where it comes from");
    v.quantity("clock", clock, from_si<Frequency>(1e6), from_si<Frequency>(10e9),
               "clock of all digital parts; every time is rounded up to its cycles");
    v.quantity("technology", technology, from_si<Length>(1e-9), from_si<Length>(130e-9),
               "process node, used by the ADC laws");
    v.quantity("temperature", temperature, from_si<Temperature>(233.15), from_si<Temperature>(423.15),
               "temperature of the circuits, used by the neurosim_sar ADC law");
    v.integer("mesh_rows", mesh_rows, 1, 64, "rows of tiles in the mesh");
    v.integer("mesh_columns", mesh_columns, 1, 64, "columns of tiles in the mesh");
    v.integer("links", links, 0, 64,
              "links to other chips: area and power that is always on; no traffic is modelled on them");
  }
  int tiles() const { return mesh_rows * mesh_columns; }

  bool operator==(const ChipParameters&) const = default;
};

struct TileParameters {
  int crossbars = 8;
  int crossbars_per_group = 4;
  int input_register_bytes = 1024;
  int output_register_bytes = 128;
  int tile_output_register_bytes = 1024;

  template <class V>
  void describe(V& v) {
    v.integer("crossbars", crossbars, 1, 1024, "crossbars in a tile");
    v.integer("crossbars_per_group", crossbars_per_group, 1, 1024,
              "crossbars that share registers and shift-and-add units (the IMA of ISAAC), for area and power");
    v.integer("input_register_bytes", input_register_bytes, 0, 1048576, "input register of a group, for area");
    v.integer("output_register_bytes", output_register_bytes, 0, 1048576, "output register of a group, for area");
    v.integer("tile_output_register_bytes", tile_output_register_bytes, 0, 1048576,
              "output register of a tile, for area");
  }

  bool operator==(const TileParameters&) const = default;
};

struct CrossbarParameters {
  int rows = 128;
  int columns = 128;
  int cell_bits = 2;
  Encoding encoding = Encoding::differential_pair;
  Time read_time = from_si<Time>(10e-9);
  Voltage read_voltage = from_si<Voltage>(0.2);
  Resistance wire_resistance = from_si<Resistance>(0.0);
  WireModel wire_model = WireModel::none;

  template <class V>
  void describe(V& v) {
    v.integer("rows", rows, 1, 1024, "word lines");
    v.integer("columns", columns, 1, 1024, "bit lines");
    v.integer("cell_bits", cell_bits, 1, 8, "bits stored in one cell (ignored by ideal_signed)");
    v.choice("encoding", encoding, "how a signed weight becomes cells");
    v.quantity("read_time", read_time, from_si<Time>(0.1e-9), from_si<Time>(1e-5),
               "word-line drive until the column currents have settled, one phase");
    v.quantity("read_voltage", read_voltage, from_si<Voltage>(1e-3), from_si<Voltage>(2.0),
               "word-line voltage of the largest input digit");
    v.quantity("wire_resistance", wire_resistance, from_si<Resistance>(0.0), from_si<Resistance>(1e3),
               "one wire segment between neighbouring cells, rows and columns alike");
    v.choice("wire_model", wire_model, "what wire_resistance does to the column sums");
  }

  bool operator==(const CrossbarParameters&) const = default;
};

struct DacParameters {
  int bits = 1;
  Time time = from_si<Time>(1e-9);

  template <class V>
  void describe(V& v) {
    v.integer("bits", bits, 1, 8, "input bits driven per phase; an MVM takes ceil(input bits / bits) phases");
    v.quantity("time", time, from_si<Time>(0.0), from_si<Time>(1e-6), "loading the word-line drivers, one phase");
  }

  bool operator==(const DacParameters&) const = default;
};

struct SampleHoldParameters {
  Time time = from_si<Time>(1e-9);

  template <class V>
  void describe(V& v) {
    v.quantity("time", time, from_si<Time>(0.0), from_si<Time>(1e-6), "sampling all columns, one phase");
  }

  bool operator==(const SampleHoldParameters&) const = default;
};

struct AdcParameters {
  AdcModel model = AdcModel::sar;
  int bits = 8;
  int columns_per_adc = 8;
  Frequency sample_rate = from_si<Frequency>(1e9);
  AdcRange range = AdcRange::unit_lsb;
  double full_scale_levels = 256;
  double offset_sigma = 0;
  double gain_sigma = 0;
  double inl = 0;
  AdcEnergyLaw energy_law = AdcEnergyLaw::isaac_scaled;
  Resistance column_resistance = from_si<Resistance>(10e3);

  template <class V>
  void describe(V& v) {
    v.choice("model", model, "the converter's transfer");
    v.integer("bits", bits, 1, 14, "resolution");
    v.integer("columns_per_adc", columns_per_adc, 1, 1024,
              "neighbouring columns that share one ADC through a multiplexer");
    v.quantity("sample_rate", sample_rate, from_si<Frequency>(1e5), from_si<Frequency>(1e10),
               "conversions per second of one ADC");
    v.choice("range", range, "what full scale means");
    v.number("full_scale_levels", full_scale_levels, 1, 1e7, "cell levels",
             "full scale when range is full_scale_levels");
    v.number("offset_sigma", offset_sigma, 0, 16, "LSB",
             "standard deviation of each ADC's offset, drawn once per instance");
    v.number("gain_sigma", gain_sigma, 0, 0.5, "relative",
             "standard deviation of each ADC's gain error, drawn once per instance");
    v.number("inl", inl, -8, 8, "LSB",
             "peak of a parabolic integral non-linearity at mid scale, the same for every ADC");
    v.choice("energy_law", energy_law,
             "where energy and area of a conversion come from, unless /energy and /area give them");
    v.quantity("column_resistance", column_resistance, from_si<Resistance>(1.0), from_si<Resistance>(1e9),
               "resistance of a typical driven column, used by the neurosim_sar ADC law");
  }

  bool operator==(const AdcParameters&) const = default;
};

struct ShiftAddParameters {
  Time time = from_si<Time>(1e-9);

  template <class V>
  void describe(V& v) {
    v.quantity("time", time, from_si<Time>(0.0), from_si<Time>(1e-6),
               "shifting and adding the codes of one column turn");
  }

  bool operator==(const ShiftAddParameters&) const = default;
};

struct BufferParameters {
  int input_kibibytes = 64;
  int output_kibibytes = 4;
  int bus_bits = 256;
  int access_cycles = 1;
  int global_kibibytes = 1024;
  int global_bus_bits = 256;
  int global_access_cycles = 4;
  int external_bus_bits = 64;
  int external_access_cycles = 40;

  template <class V>
  void describe(V& v) {
    v.integer("input_kibibytes", input_kibibytes, 1, 65536, "capacity of a tile's input buffer");
    v.integer("output_kibibytes", output_kibibytes, 1, 65536, "capacity of a tile's output buffer");
    v.integer("bus_bits", bus_bits, 1, 8192, "bits that a tile buffer moves to or from the crossbars per cycle");
    v.integer("access_cycles", access_cycles, 0, 1000, "cycles until the first bits of a tile buffer access");
    v.integer("global_kibibytes", global_kibibytes, 1, 1048576, "capacity of the chip's global buffer");
    v.integer("global_bus_bits", global_bus_bits, 1, 8192, "bits per cycle of the global buffer");
    v.integer("global_access_cycles", global_access_cycles, 0, 1000,
              "cycles until the first bits of a global buffer access");
    v.integer("external_bus_bits", external_bus_bits, 1, 8192, "bits per cycle of the external memory port");
    v.integer("external_access_cycles", external_access_cycles, 0, 100000,
              "cycles until the first bits of an external memory access");
  }

  bool operator==(const BufferParameters&) const = default;
};

struct InterconnectParameters {
  int flit_bits = 32;
  int router_cycles = 2;
  int link_cycles = 1;
  int buffer_flits = 64;
  int tiles_per_router = 1;

  template <class V>
  void describe(V& v) {
    v.integer("flit_bits", flit_bits, 8, 4096, "payload of one flit; a packet is one header flit and its payload");
    v.integer("router_cycles", router_cycles, 1, 1000, "cycles from a packet's head entering a router to leaving it");
    v.integer("link_cycles", link_cycles, 1, 1000, "cycles of a flit on a link");
    v.integer("buffer_flits", buffer_flits, 2, 65536,
              "flits that each router input holds (credits); packets are cut to fit");
    v.integer("tiles_per_router", tiles_per_router, 1, 16,
              "tiles that share a router, for area and power only: traffic always has one router per tile");
  }

  bool operator==(const InterconnectParameters&) const = default;
};

struct DigitalParameters {
  int accumulate_lanes = 16;
  int activation_lanes = 16;
  int pooling_lanes = 16;

  template <class V>
  void describe(V& v) {
    v.integer("accumulate_lanes", accumulate_lanes, 1, 65536, "partial sums a tile adds per cycle");
    v.integer("activation_lanes", activation_lanes, 1, 65536, "outputs a tile scales, rounds and activates per cycle");
    v.integer("pooling_lanes", pooling_lanes, 1, 65536, "pooling comparisons or additions of a tile per cycle");
  }

  bool operator==(const DigitalParameters&) const = default;
};

struct WriteControllerParameters {
  int write_drivers = 128;
  Time pulse_width = from_si<Time>(100e-9);
  Voltage pulse_voltage = from_si<Voltage>(2.0);
  Time set_up_time = from_si<Time>(19e-9);
  WriteProcess process = WriteProcess::incremental;
  double tolerance = 0.06;
  int max_attempts = 200;
  double verified_sigma = 0.03;
  int fixed_set_pulses = 9;
  int fixed_reset_pulses = 1;

  template <class V>
  void describe(V& v) {
    v.integer("write_drivers", write_drivers, 1, 1024, "columns of one row that a crossbar writes at the same time");
    v.quantity("pulse_width", pulse_width, from_si<Time>(1e-9), from_si<Time>(1e-3), "one programming pulse");
    v.quantity("pulse_voltage", pulse_voltage, from_si<Voltage>(0.1), from_si<Voltage>(20.0),
               "amplitude of a programming pulse");
    v.quantity("set_up_time", set_up_time, from_si<Time>(0.0), from_si<Time>(1e-5),
               "setting up row and drivers before the pulses of a row");
    v.choice("process", process, "what a pulse of write-verify does to a cell");
    v.number("tolerance", tolerance, 0, 1, "of g_max - g_min",
             "a verified cell is accepted within this of its target (times /device/sigma_scale)");
    v.integer("max_attempts", max_attempts, 1, 3968, "pulses of one cell before it is given up as a failure");
    v.number("verified_sigma", verified_sigma, 0, 1, "of g_max - g_min",
             "residual of a fixed_mean write (times /device/sigma_scale)");
    v.integer("fixed_set_pulses", fixed_set_pulses, 0, 3968, "SET pulses of a fixed_mean write");
    v.integer("fixed_reset_pulses", fixed_reset_pulses, 0, 3968, "RESET pulses of a fixed_mean write");
  }

  bool operator==(const WriteControllerParameters&) const = default;
};

/// The pulses of one polarity: three loop variables that run from start to stop, nested as `order` says; the last
/// combination is held. The ramp starts again when the polarity changes. After the EMBER controller's registers.
struct PulseParameters {
  Voltage amplitude_start = from_si<Voltage>(1.30);
  Voltage amplitude_stop = from_si<Voltage>(2.50);
  Voltage amplitude_step = from_si<Voltage>(0.05);
  Voltage gate_start = from_si<Voltage>(3.0);
  Voltage gate_stop = from_si<Voltage>(3.0);
  Voltage gate_step = from_si<Voltage>(0.1);
  Time width_start = from_si<Time>(100e-9);
  Time width_stop = from_si<Time>(100e-9);
  Time width_step = from_si<Time>(100e-9);
  LoopOrder order = LoopOrder::agw;

  template <class V>
  void describe(V& v) {
    v.quantity("amplitude_start", amplitude_start, from_si<Voltage>(0.1), from_si<Voltage>(20.0),
               "bit-line (SET) or source-line (RESET) voltage of the first pulse");
    v.quantity("amplitude_stop", amplitude_stop, from_si<Voltage>(0.1), from_si<Voltage>(20.0),
               "largest amplitude, not below amplitude_start");
    v.quantity("amplitude_step", amplitude_step, from_si<Voltage>(1e-3), from_si<Voltage>(20.0),
               "added at each step of the amplitude loop");
    v.quantity("gate_start", gate_start, from_si<Voltage>(0.1), from_si<Voltage>(20.0),
               "word-line voltage of the first pulse; the cell sees no more than this less /device/access_drop");
    v.quantity("gate_stop", gate_stop, from_si<Voltage>(0.1), from_si<Voltage>(20.0),
               "largest word-line voltage, not below gate_start");
    v.quantity("gate_step", gate_step, from_si<Voltage>(1e-3), from_si<Voltage>(20.0),
               "added at each step of the gate loop");
    v.quantity("width_start", width_start, from_si<Time>(1e-9), from_si<Time>(1e-3), "width of the first pulse");
    v.quantity("width_stop", width_stop, from_si<Time>(1e-9), from_si<Time>(1e-3),
               "largest width, not below width_start");
    v.quantity("width_step", width_step, from_si<Time>(1e-9), from_si<Time>(1e-3),
               "added at each step of the width loop");
    v.choice("order", order, "which loop variable moves fastest, next, slowest");
  }

  bool operator==(const PulseParameters&) const = default;
};

struct DeviceParameters {
  DeviceModel model = DeviceModel::gaussian;
  Conductance g_min = from_si<Conductance>(1e-6);
  Conductance g_max = from_si<Conductance>(40e-6);
  int grid_bits = 10;
  double sigma = 0.1;
  double sigma_slope = 0;
  double sigma_scale = 1;
  ReadNoiseModel read_noise_model = ReadNoiseModel::constant;
  double read_noise = 0;
  double stuck_at_g_min = 0;
  double stuck_at_g_max = 0;
  PcmFit pcm_fit = PcmFit::joshi_aihwkit;
  CmoAcceptance cmo_acceptance = CmoAcceptance::coarse;
  double mid_level_factor = 2;
  std::string table = "sdr_chip1";
  double device_to_device = 0;
  DriftModel drift = DriftModel::none;
  RelaxationModel relaxation = RelaxationModel::none;
  RelaxationShape relaxation_shape = RelaxationShape::heavy_tailed;
  Time age = from_si<Time>(0.0);
  Temperature temperature = from_si<Temperature>(298.15);
  double endurance = 0;
  Voltage set_threshold = from_si<Voltage>(2.0);
  Voltage reset_threshold = from_si<Voltage>(2.0);
  Voltage threshold_sigma = from_si<Voltage>(0.1);
  Voltage threshold_per_decade = from_si<Voltage>(0.2);
  Voltage access_drop = from_si<Voltage>(0.45);
  double pulse_part = 0.8;
  double pulse_sigma = 0.03;

  template <class V>
  void describe(V& v) {
    v.choice("model", model, "programming variation, drawn once per instance");
    v.quantity("g_min", g_min, from_si<Conductance>(0.0), from_si<Conductance>(1e-2),
               "conductance of level 0; its share of the column current is removed by an ideal reference");
    v.quantity("g_max", g_max, from_si<Conductance>(1e-9), from_si<Conductance>(1e-2),
               "conductance of the highest level");
    v.integer("grid_bits", grid_bits, 8, 14,
              "the conductance grid has about 2^grid_bits steps from g_min to g_max (contract C1)");
    v.number("sigma", sigma, 0, 1, "of g_max - g_min", "standard deviation of the programmed conductance at level 0");
    v.number("sigma_slope", sigma_slope, -1, 1, "of g_max - g_min",
             "added to sigma at the highest level, linear in g between");
    v.number("sigma_scale", sigma_scale, 0, 10, "",
             "factor on sigma (kappa of the SWIM papers, 0.57735, in swim_paper)");
    v.choice("read_noise_model", read_noise_model, "how a cell's read noise depends on its conductance");
    v.number("read_noise", read_noise, 0, 1, "relative",
             "standard deviation of one cell's read noise, drawn per read, summed over a column's cells");
    v.number("stuck_at_g_min", stuck_at_g_min, 0, 1, "share of cells",
             "cells that stay at g_min whatever is written, drawn once per instance");
    v.number("stuck_at_g_max", stuck_at_g_max, 0, 1, "share of cells",
             "cells that stay at g_max whatever is written, drawn once per instance");
    v.choice("pcm_fit", pcm_fit, "which fit pcm_joshi_2020 uses");
    v.choice("cmo_acceptance", cmo_acceptance, "acceptance window behind the spread of reram_cmo");
    v.number(
        "mid_level_factor", mid_level_factor, 1, 6, "",
        "spread of fefet's middle levels over that of its outer ones: 1 RRAM1, 2 FeFET2, 4 RRAM4, 6 FeFET6 (TRICE)");
    v.text("table", table,
           "measured pulses per cell: sdr_chip1, ispp_chip2 (Levy et al., TED 2021) or a CSV file of the same columns");
    v.number("device_to_device", device_to_device, 0, 1, "of g_max - g_min",
             "standard deviation of a cell's own offset of every unverified write, drawn once per chip");
    v.choice("drift", drift, "what time does to the mean and spread of the programmed conductances");
    v.choice("relaxation", relaxation, "measured relaxation after programming, over age and temperature");
    v.choice("relaxation_shape", relaxation_shape, "distribution of the relaxation");
    v.quantity("age", age, from_si<Time>(0.0), from_si<Time>(1e9), "time between programming and reading");
    v.quantity("temperature", temperature, from_si<Temperature>(233.15), from_si<Temperature>(573.15),
               "temperature between programming and reading");
    v.number("endurance", endurance, 0, 1e15, "pulses",
             "rated endurance of a cell, for the share used; 0 when not stated");
    v.quantity(
        "set_threshold", set_threshold, from_si<Voltage>(0.1), from_si<Voltage>(20.0),
        "amplitude at which half of the SET pulses of width /set_pulse/width_start switch the cell (incremental)");
    v.quantity("reset_threshold", reset_threshold, from_si<Voltage>(0.1), from_si<Voltage>(20.0), "the same for RESET");
    v.quantity("threshold_sigma", threshold_sigma, from_si<Voltage>(0.0), from_si<Voltage>(5.0),
               "standard deviation of the threshold, drawn per pulse");
    v.quantity("threshold_per_decade", threshold_per_decade, from_si<Voltage>(0.0), from_si<Voltage>(5.0),
               "fall of the threshold per decade of pulse width");
    v.quantity("access_drop", access_drop, from_si<Voltage>(0.0), from_si<Voltage>(5.0),
               "threshold of the access transistor: the cell sees at most gate minus this");
    v.number("pulse_part", pulse_part, 0, 1, "", "part of the error that a switching pulse removes (incremental)");
    v.number("pulse_sigma", pulse_sigma, 0, 1, "of g_max - g_min", "spread of a switching pulse (times sigma_scale)");
  }

  bool operator==(const DeviceParameters&) const = default;
};

struct MappingParameters {
  Packing packing = Packing::none;
  std::map<std::string, int> duplicate;

  template <class V>
  void describe(V& v) {
    v.choice("packing", packing, "whether small blocks share a crossbar");
    v.integer_map("duplicate", duplicate, 1, 1024,
                  "copies of a layer's weights, which share its output positions; 1 where not named");
  }

  bool operator==(const MappingParameters&) const = default;
};

/// Per-event energies, powers and areas that replace the laws. Keys of `energy`: kEnergyKeys; of the others:
/// kComponents, each value per one unit of the component.
struct OverrideParameters {
  std::map<std::string, Energy> energy;
  std::map<std::string, Power> static_power;
  std::map<std::string, Power> peak_power;
  std::map<std::string, Area> area;

  bool operator==(const OverrideParameters&) const = default;
};

/// The `name` of every entry of a table.
template <class Table>
constexpr auto names_of(const Table& table) {
  std::array<std::string_view, std::tuple_size_v<Table>> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = table[i].name;
  return names;
}

struct Architecture {
  std::string name;  ///< as the file says, else the preset's name or the file's name without its ending
  ChipParameters chip;
  TileParameters tile;
  CrossbarParameters crossbar;
  DacParameters dac;
  SampleHoldParameters sample_hold;
  AdcParameters adc;
  ShiftAddParameters shift_add;
  BufferParameters buffer;
  InterconnectParameters interconnect;
  DigitalParameters digital;
  WriteControllerParameters write_controller;
  PulseParameters set_pulse;
  PulseParameters reset_pulse;
  DeviceParameters device;
  MappingParameters mapping;
  OverrideParameters overrides;

  /// Visits every section: `v.section(key, struct, doc)`; overrides come as quantity_map at the top level.
  template <class V>
  void describe(V& v) {
    v.text("name", name, "name in reports; the preset's or file's name where not given");
    v.section("chip", chip, "the chip: clock, process, mesh of tiles");
    v.section("tile", tile, "one tile of the mesh");
    v.section("crossbar", crossbar, "rows x columns of cells");
    v.section("dac", dac, "word-line drivers and digital-to-analog converters");
    v.section("sample_hold", sample_hold, "sample-and-hold of the columns");
    v.section("adc", adc, "column multiplexer and analog-to-digital converters");
    v.section("shift_add", shift_add, "adds codes over phases and slices");
    v.section("buffer", buffer, "tile buffers, global buffer, external memory");
    v.section("interconnect", interconnect, "2-D mesh, X-Y routing, flits and credits");
    v.section("digital", digital, "accumulation, activation and pooling units of a tile");
    v.section("write_controller", write_controller, "programming of rows");
    v.section("set_pulse", set_pulse, "ramp of the SET pulses of write-verify");
    v.section("reset_pulse", reset_pulse, "ramp of the RESET pulses of write-verify");
    v.section("device", device, "what one cell does");
    v.section("mapping", mapping, "which weight goes to which cell");
    v.quantity_map("energy", overrides.energy, from_si<Energy>(0.0), from_si<Energy>(1e-3), names_of(kEnergyKeys),
                   "energy per event, in place of the built-in figure");
    v.quantity_map("static_power", overrides.static_power, from_si<Power>(0.0), from_si<Power>(1e3),
                   names_of(kComponents), "power that one unit of a component always draws");
    v.quantity_map(
        "peak_power", overrides.peak_power, from_si<Power>(0.0), from_si<Power>(1e3), names_of(kComponents),
        "power of one unit of a component at full load, static power included, in place of energy times rate");
    v.quantity_map("area", overrides.area, from_si<Area>(0.0), from_si<Area>(1e-2), names_of(kComponents),
                   "area of one unit of a component, in place of the built-in figure");
  }

  bool operator==(const Architecture&) const = default;
};

}  // namespace nvcim
