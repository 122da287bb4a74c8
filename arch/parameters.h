// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "arch/units.h"

/// The typed architecture file. Every section is a plain struct whose member initialisers are the defaults and whose
/// `describe` names each parameter once: key, range, unit and meaning. Reading, checking, writing, the JSON Schema and the
/// reference page are all visitors of `describe` (arch/parameter_visitors.h), so none of them can disagree.
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

/// Text of an enumeration's values, in declaration order. Specialised below for each enumeration of the file.
template <class E>
struct EnumName {
  E value;
  const char* text;
  const char* doc;
};
template <class E>
struct EnumNames;

enum class Encoding { differential_pair, offset_column, ideal_signed };
template <>
struct EnumNames<Encoding> {
  static constexpr EnumName<Encoding> all[] = {
      {Encoding::differential_pair, "differential_pair", "two cells per slice, positive minus negative magnitude"},
      {Encoding::offset_column, "offset_column",
       "weight + 2^(bits-1) in unsigned slices; one extra column per block removes the offset"},
      {Encoding::ideal_signed, "ideal_signed", "one signed cell holds the whole weight (abstract, as in SWIM)"},
  };
};

enum class AdcModel { sar, ideal };
template <>
struct EnumNames<AdcModel> {
  static constexpr EnumName<AdcModel> all[] = {
      {AdcModel::sar, "sar", "uniform quantiser with offset, gain, INL, clipping, round half to even"},
      {AdcModel::ideal, "ideal", "unlimited resolution and range: the column sum itself"},
  };
};

enum class AdcRange { unit_lsb, worst_case, full_scale_levels };
template <>
struct EnumNames<AdcRange> {
  static constexpr EnumName<AdcRange> all[] = {
      {AdcRange::unit_lsb, "unit_lsb", "1 LSB = one cell level at one input step; larger sums saturate"},
      {AdcRange::worst_case, "worst_case", "full scale = every row of the crossbar at full input and highest level"},
      {AdcRange::full_scale_levels, "full_scale_levels", "full scale = /adc/full_scale_levels cell levels"},
  };
};

enum class AdcEnergyLaw { constant, isaac_scaled, survey, neurosim_sar };
template <>
struct EnumNames<AdcEnergyLaw> {
  static constexpr EnumName<AdcEnergyLaw> all[] = {
      {AdcEnergyLaw::constant, "constant", "energy and area given in /energy and /area"},
      {AdcEnergyLaw::isaac_scaled, "isaac_scaled", "ISAAC's 8-bit 32 nm ADC scaled with resolution, 4 to 10 bits"},
      {AdcEnergyLaw::survey, "survey", "regression over the ADC survey (arXiv 2404.06553)"},
      {AdcEnergyLaw::neurosim_sar, "neurosim_sar", "DNN+NeuroSim's SAR fit, 130 nm to 1 nm LSTP"},
  };
};

enum class WireModel { none, effective_conductance };
template <>
struct EnumNames<WireModel> {
  static constexpr EnumName<WireModel> all[] = {
      {WireModel::none, "none", "wires without resistance"},
      {WireModel::effective_conductance, "effective_conductance",
       "exact nodal solution of each crossbar folded into one effective conductance per cell (cells are linear)"},
  };
};

enum class DeviceModel { ideal, gaussian };
template <>
struct EnumNames<DeviceModel> {
  static constexpr EnumName<DeviceModel> all[] = {
      {DeviceModel::ideal, "ideal", "every cell holds its target"},
      {DeviceModel::gaussian, "gaussian", "programming variation N(0, sigma^2), sigma of the conductance range"},
  };
};

enum class ReadNoiseModel { constant, proportional };
template <>
struct EnumNames<ReadNoiseModel> {
  static constexpr EnumName<ReadNoiseModel> all[] = {
      {ReadNoiseModel::constant, "constant", "read_noise times the conductance range, for every cell"},
      {ReadNoiseModel::proportional, "proportional", "read_noise times the cell's own programmed conductance"},
  };
};

enum class Packing { none, crossbar };
template <>
struct EnumNames<Packing> {
  static constexpr EnumName<Packing> all[] = {
      {Packing::none, "none", "a crossbar holds one block of one layer"},
      {Packing::crossbar, "crossbar", "small blocks share a crossbar on disjoint rows and columns, and wait for each other"},
  };
};

struct ChipParameters {
  std::string description;
  Frequency clock = from_si<Frequency>(1e9);
  Length technology = from_si<Length>(32e-9);
  int mesh_rows = 4;
  int mesh_columns = 4;

  template <class V>
  void describe(V& v) {
    v.text("description", description, "what this architecture is and where it comes from");
    v.quantity("clock", clock, from_si<Frequency>(1e6), from_si<Frequency>(10e9), "clock of all digital parts; every time is rounded up to its cycles");
    v.quantity("technology", technology, from_si<Length>(1e-9), from_si<Length>(130e-9), "process node, used by the ADC laws");
    v.integer("mesh_rows", mesh_rows, 1, 64, "rows of tiles in the mesh");
    v.integer("mesh_columns", mesh_columns, 1, 64, "columns of tiles in the mesh");
  }
  int tiles() const { return mesh_rows * mesh_columns; }
};

struct TileParameters {
  int crossbars = 8;

  template <class V>
  void describe(V& v) {
    v.integer("crossbars", crossbars, 1, 1024, "crossbars in a tile");
  }
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
    v.quantity("read_time", read_time, from_si<Time>(0.1e-9), from_si<Time>(1e-5), "word-line drive until the column currents have settled, one phase");
    v.quantity("read_voltage", read_voltage, from_si<Voltage>(1e-3), from_si<Voltage>(2.0), "word-line voltage of the largest input digit");
    v.quantity("wire_resistance", wire_resistance, from_si<Resistance>(0.0), from_si<Resistance>(1e3), "one wire segment between neighbouring cells, rows and columns alike");
    v.choice("wire_model", wire_model, "what wire_resistance does to the column sums");
  }
};

struct DacParameters {
  int bits = 1;
  Time time = from_si<Time>(1e-9);

  template <class V>
  void describe(V& v) {
    v.integer("bits", bits, 1, 8, "input bits driven per phase; an MVM takes ceil(input bits / bits) phases");
    v.quantity("time", time, from_si<Time>(0.0), from_si<Time>(1e-6), "loading the word-line drivers, one phase");
  }
};

struct SampleHoldParameters {
  Time time = from_si<Time>(1e-9);

  template <class V>
  void describe(V& v) {
    v.quantity("time", time, from_si<Time>(0.0), from_si<Time>(1e-6), "sampling all columns, one phase");
  }
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

  template <class V>
  void describe(V& v) {
    v.choice("model", model, "the converter's transfer");
    v.integer("bits", bits, 1, 14, "resolution");
    v.integer("columns_per_adc", columns_per_adc, 1, 1024, "neighbouring columns that share one ADC through a multiplexer");
    v.quantity("sample_rate", sample_rate, from_si<Frequency>(1e5), from_si<Frequency>(1e10), "conversions per second of one ADC");
    v.choice("range", range, "what full scale means");
    v.number("full_scale_levels", full_scale_levels, 1, 1e7, "cell levels", "full scale when range is full_scale_levels");
    v.number("offset_sigma", offset_sigma, 0, 16, "LSB", "standard deviation of each ADC's offset, drawn once per instance");
    v.number("gain_sigma", gain_sigma, 0, 0.5, "relative", "standard deviation of each ADC's gain error, drawn once per instance");
    v.number("inl", inl, -8, 8, "LSB", "peak of a parabolic integral non-linearity at mid scale, the same for every ADC");
    v.choice("energy_law", energy_law, "where energy and area of a conversion come from, unless /energy and /area give them");
  }
};

struct ShiftAddParameters {
  Time time = from_si<Time>(1e-9);

  template <class V>
  void describe(V& v) {
    v.quantity("time", time, from_si<Time>(0.0), from_si<Time>(1e-6), "shifting and adding the codes of one column turn");
  }
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
    v.integer("global_access_cycles", global_access_cycles, 0, 1000, "cycles until the first bits of a global buffer access");
    v.integer("external_bus_bits", external_bus_bits, 1, 8192, "bits per cycle of the external memory port");
    v.integer("external_access_cycles", external_access_cycles, 0, 100000, "cycles until the first bits of an external memory access");
  }
};

struct InterconnectParameters {
  int flit_bits = 32;
  int router_cycles = 2;
  int link_cycles = 1;
  int buffer_flits = 64;

  template <class V>
  void describe(V& v) {
    v.integer("flit_bits", flit_bits, 8, 4096, "payload of one flit; a packet is one header flit and its payload");
    v.integer("router_cycles", router_cycles, 1, 1000, "cycles from a packet's head entering a router to leaving it");
    v.integer("link_cycles", link_cycles, 1, 1000, "cycles of a flit on a link");
    v.integer("buffer_flits", buffer_flits, 2, 65536, "flits that each router input holds (credits); packets are cut to fit");
  }
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
};

struct WriteControllerParameters {
  int write_drivers = 128;
  Time pulse_width = from_si<Time>(100e-9);
  Voltage pulse_voltage = from_si<Voltage>(2.0);
  Time set_up_time = from_si<Time>(19e-9);

  template <class V>
  void describe(V& v) {
    v.integer("write_drivers", write_drivers, 1, 1024, "columns of one row that a crossbar writes at the same time");
    v.quantity("pulse_width", pulse_width, from_si<Time>(1e-9), from_si<Time>(1e-3), "one programming pulse");
    v.quantity("pulse_voltage", pulse_voltage, from_si<Voltage>(0.1), from_si<Voltage>(20.0), "amplitude of a programming pulse");
    v.quantity("set_up_time", set_up_time, from_si<Time>(0.0), from_si<Time>(1e-5), "setting up row and drivers before the pulses of a row");
  }
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

  template <class V>
  void describe(V& v) {
    v.choice("model", model, "programming variation, drawn once per instance");
    v.quantity("g_min", g_min, from_si<Conductance>(0.0), from_si<Conductance>(1e-2), "conductance of level 0; its share of the column current is removed by an ideal reference");
    v.quantity("g_max", g_max, from_si<Conductance>(1e-9), from_si<Conductance>(1e-2), "conductance of the highest level");
    v.integer("grid_bits", grid_bits, 6, 14, "the conductance grid has about 2^grid_bits steps from g_min to g_max (contract C1)");
    v.number("sigma", sigma, 0, 1, "of g_max - g_min", "standard deviation of the programmed conductance at level 0");
    v.number("sigma_slope", sigma_slope, -1, 1, "of g_max - g_min", "added to sigma at the highest level, linear in g between");
    v.number("sigma_scale", sigma_scale, 0, 10, "", "factor on sigma (kappa of the SWIM papers, 0.57735, in swim_paper)");
    v.choice("read_noise_model", read_noise_model, "how a cell's read noise depends on its conductance");
    v.number("read_noise", read_noise, 0, 1, "relative", "standard deviation of one cell's read noise, drawn per read, summed over a column's cells");
    v.number("stuck_at_g_min", stuck_at_g_min, 0, 1, "share of cells", "cells that stay at g_min whatever is written, drawn once per instance");
    v.number("stuck_at_g_max", stuck_at_g_max, 0, 1, "share of cells", "cells that stay at g_max whatever is written, drawn once per instance");
  }
};

struct MappingParameters {
  Packing packing = Packing::none;
  std::map<std::string, int> duplicate;

  template <class V>
  void describe(V& v) {
    v.choice("packing", packing, "whether small blocks share a crossbar");
    v.integer_map("duplicate", duplicate, 1, 1024, "copies of a layer's weights, which share its output positions; 1 where not named");
  }
};

/// Per-event energies, static powers and areas that replace the laws; keys are the names of arch/events.h and
/// arch/components.h.
struct OverrideParameters {
  std::map<std::string, Energy> energy;
  std::map<std::string, Power> static_power;
  std::map<std::string, Area> area;
};

struct Architecture {
  std::string name;  ///< preset's name or file name without its ending
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
  DeviceParameters device;
  MappingParameters mapping;
  OverrideParameters overrides;

  /// Visits every section: `v.section(key, struct, doc)`; overrides come as the sections energy, static_power and area.
  template <class V>
  void describe(V& v) {
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
    v.section("device", device, "what one cell does");
    v.section("mapping", mapping, "which weight goes to which cell");
  }
};

}  // namespace nvcim
