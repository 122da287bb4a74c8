// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "arch/adc_energy_laws.h"
#include "arch/choices.h"
#include "arch/components.h"
#include "arch/device_parameters.h"
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
  int input_registers = 2;

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
    v.integer("input_registers", input_registers, 1, 16,
              "MVMs whose inputs a crossbar holds at a time, for timing; 2: one is driven while the next is fetched");
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
  int holds = 2;

  template <class V>
  void describe(V& v) {
    v.quantity("time", time, from_si<Time>(0.0), from_si<Time>(1e-6), "sampling all columns, one phase");
    v.integer(
        "holds", holds, 1, 16,
        "sampled phases that a crossbar holds at a time, for timing; 2: one is converted while the next is sampled");
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
  std::map<std::string, int> layer_full_scale;
  double offset_sigma = 0;
  double gain_sigma = 0;
  double inl = 0;
  AdcEnergyLaw energy_law{"isaac_scaled"};
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
    v.integer_map("layer_full_scale", layer_full_scale, 1, 10000000,
                  "full scale of each layer's converters in cell levels when range is per_layer");
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
  int sum_slots = 4;
  ZeroPointSum zero_point_sum = ZeroPointSum::programmed;

  template <class V>
  void describe(V& v) {
    v.integer("accumulate_lanes", accumulate_lanes, 1, 65536, "partial sums a tile adds per cycle");
    v.integer("activation_lanes", activation_lanes, 1, 65536, "outputs a tile scales, rounds and activates per cycle");
    v.integer("pooling_lanes", pooling_lanes, 1, 65536, "pooling comparisons or additions of a tile per cycle");
    v.integer("sum_slots", sum_slots, 1, 1024,
              "output positions of one copy of a layer whose partial sums a tile holds at a time, for timing");
    v.choice("zero_point_sum", zero_point_sum,
             "what is taken off an output, times the input code that stands for 0, before it is scaled");
  }

  bool operator==(const DigitalParameters&) const = default;
};

struct MappingParameters {
  Packing packing = Packing::none;
  std::map<std::string, int> duplicate;
  Duplication duplication = Duplication::given;
  Area area_limit = from_si<Area>(0.0);

  template <class V>
  void describe(V& v) {
    v.choice("packing", packing, "whether small blocks share a crossbar");
    v.integer_map("duplicate", duplicate, 1, 1024, "copies of a layer's weights, which share its output positions");
    v.choice("duplication", duplication, "copies of the layers that `duplicate` does not name");
    v.quantity("area_limit", area_limit, from_si<Area>(0.0), from_si<Area>(1.0),
               "with duplication auto: most area of the tiles that hold weights, each its share of the chip's; 0: all "
               "tiles");
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
  /// What the file says in "comment": JSON pointer of the object ("" is the file itself) → text. Decides nothing.
  std::map<std::string, std::string> comments;

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
