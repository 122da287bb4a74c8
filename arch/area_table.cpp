// SPDX-License-Identifier: Apache-2.0
#include "arch/area_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "arch/adc_laws.h"
#include "arch/ceil_div.h"
#include "arch/check.h"
#include "arch/component_figures.h"
#include "arch/conductance_grid.h"
#include "arch/energy_table.h"

namespace nvcim {
namespace {

/// How many units the structure asks for, and how fast each can work.
class Structure {
 public:
  Structure(const Architecture& architecture, int weight_bits)
      : arch_(architecture),
        energy_(energy_table(architecture, weight_bits)),
        adc_(adc_cost(architecture)),
        grid_(conductance_grid(architecture, weight_bits)) {}

  std::int64_t count(std::string_view name) const {
    if (name == "dac") return crossbars() * arch_.crossbar.rows;
    if (name == "crossbar") return crossbars();
    if (name == "sample_hold") return crossbars() * arch_.crossbar.columns;
    if (name == "adc") return crossbars() * adcs_per_crossbar();
    if (name == "shift_add") return groups() * shift_adds_per_group();
    if (name == "input_register" || name == "output_register") return groups();
    if (name == "accumulation") return tiles() * accumulators_per_tile();
    if (name == "activation") return tiles() * arch_.digital.activation_lanes;
    if (name == "pooling") return tiles() * arch_.digital.pooling_lanes;
    if (name == "interconnect") return ceil_div<std::int64_t>(tiles(), arch_.interconnect.tiles_per_router);
    if (name == "global_buffer" || name == "external_memory") return 1;
    if (name == "chip_link") return arch_.chip.links;
    return tiles();
  }

  /// Dynamic power of one unit at full load, and how it was made.
  std::pair<double, std::string> load(std::string_view name) const {
    const double clock = arch_.chip.clock.value();
    const double reads = 1 / arch_.crossbar.read_time.value();
    const double samples = arch_.adc.sample_rate.value();
    const double tile_bits = arch_.buffer.bus_bits * clock;
    if (name == "dac") return {joule("row_drive") * reads, "row_drive / read_time"};
    if (name == "crossbar")
      return {(joule("crossbar_read") + joule("cell_conduction") * full_conduction()) * reads,
              "(crossbar_read + cell_conduction of every cell at g_max and full input) / read_time"};
    if (name == "sample_hold") return {joule("sample_hold") * reads, "sample_hold / read_time"};
    if (name == "adc") return {joule("adc_conversion") * samples, "adc_conversion x sample_rate"};
    if (name == "shift_add") return {joule("shift_add") * figures::kShiftAddsPerCycle * clock, "shift_add x 2 clock"};
    if (name == "input_register")
      return {joule("input_register") * group_size() * reads, "input_register x crossbars_per_group / read_time"};
    if (name == "output_register")
      return {joule("output_register") * double(adcs_per_crossbar() * group_size()) * samples,
              "output_register x ADCs of the group x sample_rate"};
    if (name == "accumulation")
      return {joule("accumulate") * arch_.digital.accumulate_lanes / double(accumulators_per_tile()) * clock,
              "accumulate x lanes per unit x clock"};
    if (name == "activation") return {joule("activation") * clock, "activation x clock"};
    if (name == "pooling") return {joule("pooling") * clock, "pooling x clock"};
    if (name == "buffer")
      return {(joule("input_buffer_read") + joule("output_buffer_write")) * tile_bits,
              "(input_buffer_read + output_buffer_write) x bus_bits x clock"};
    if (name == "tile_output_register")
      return {joule("tile_output_register") * tile_bits, "tile_output_register x bus_bits x clock"};
    if (name == "bus") return {joule("bus") * tile_bits, "bus x bus_bits x clock"};
    if (name == "interconnect")
      return {(figures::kRouterPorts * joule("router_flit") + figures::kRouterLinks * joule("link_flit")) * clock,
              "(5 router_flit + 4 link_flit) x clock"};
    if (name == "global_buffer")
      return {joule("global_buffer_read") * arch_.buffer.global_bus_bits * clock,
              "global_buffer_read x global_bus_bits x clock"};
    if (name == "external_memory")
      return {joule("external_read") * arch_.buffer.external_bus_bits * clock,
              "external_read x external_bus_bits x clock"};
    if (name == "write_controller") return {0, "0: idle during inference"};
    return {0, "0: static power only"};
  }

  struct Figure {
    double square_metre;
    std::string formula, source;
    double node = figures::kNode;  ///< 0: none
  };
  Figure area(std::string_view name) const {
    using namespace figures;
    if (name == "adc") return {adc_.area.value(), adc_.area_formula, adc_.area_source, 0};
    if (name == "dac") {
      Figure figure = times(kDacArea, arch_.dac.bits, "bits");
      figure.source = kDacSource;
      return figure;
    }
    if (name == "crossbar") return times(kCellArea, arch_.crossbar.rows * arch_.crossbar.columns, "cells");
    if (name == "sample_hold") return one(kSampleHoldArea);
    if (name == "shift_add" || name == "accumulation") return one(kShiftAddArea);
    if (name == "input_register") return times(kInputRegisterAreaPerByte, arch_.tile.input_register_bytes, "bytes");
    if (name == "output_register") return times(kOutputRegisterAreaPerByte, arch_.tile.output_register_bytes, "bytes");
    if (name == "activation") return one(kActivationArea);
    if (name == "pooling") return one(kPoolingArea);
    if (name == "buffer")
      return times(kEdramAreaPerKibibyte, arch_.buffer.input_kibibytes + arch_.buffer.output_kibibytes, "KiB");
    if (name == "tile_output_register")
      return times(kTileOutputRegisterAreaPerByte, arch_.tile.tile_output_register_bytes, "bytes");
    if (name == "bus") return times(kBusAreaPerBit, arch_.buffer.bus_bits, "bits");
    if (name == "interconnect") return times(kRouterAreaPerFlitBit, arch_.interconnect.flit_bits, "flit bits");
    if (name == "global_buffer") return times(kEdramAreaPerKibibyte, arch_.buffer.global_kibibytes, "KiB");
    if (name == "chip_link") return one(kChipLinkArea);
    if (name == "write_controller") return {0, "0: no published figure", "none", 0};
    return {0, "0: off the chip", "definition", 0};
  }

 private:
  static Figure one(double square_metre) {
    return {square_metre, format_si_rounded(square_metre, "m^2"), figures::kIsaac};
  }
  static Figure times(double each, int n, const char* what) {
    return {each * n, fmt::format("{} x {} {}", format_si_rounded(each, "m^2"), n, what), figures::kIsaac};
  }

  double joule(std::string_view name) const { return energy_.entry(name).per_count.value(); }
  std::int64_t tiles() const { return arch_.chip.tiles(); }
  std::int64_t crossbars() const { return tiles() * arch_.tile.crossbars; }
  int group_size() const { return std::min(arch_.tile.crossbars, arch_.tile.crossbars_per_group); }
  std::int64_t groups() const { return tiles() * ceil_div<std::int64_t>(arch_.tile.crossbars, group_size()); }
  std::int64_t adcs_per_crossbar() const {
    return ceil_div<std::int64_t>(arch_.crossbar.columns, arch_.adc.columns_per_adc);
  }
  std::int64_t shift_adds_per_group() const {
    const double codes = double(adcs_per_crossbar() * group_size()) * arch_.adc.sample_rate.value();
    // Rates are given in decimal; a rounding in the last place must not cost a unit.
    return static_cast<std::int64_t>(
        std::ceil(codes / (figures::kShiftAddsPerCycle * arch_.chip.clock.value()) * (1 - 1e-12)));
  }
  std::int64_t accumulators_per_tile() const {
    return ceil_div<std::int64_t>(arch_.digital.accumulate_lanes, figures::kShiftAddsPerCycle);
  }
  /// Event::cell_conduction of one phase with every cell at g_max and every row at the largest digit.
  double full_conduction() const {
    const double digit = (1 << arch_.dac.bits) - 1;
    const double steps = arch_.device.g_max.value() / grid_.step.value();
    return digit * digit * steps * arch_.crossbar.rows * arch_.crossbar.columns;
  }

  const Architecture& arch_;
  EnergyTable energy_;
  AdcCost adc_;
  ConductanceGrid grid_;
};

template <class Map>
const typename Map::mapped_type* given(const Map& values, std::string_view name) {
  const auto found = values.find(std::string(name));
  return found == values.end() ? nullptr : &found->second;
}

}  // namespace

const AreaEntry& AreaTable::entry(std::string_view name) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const AreaEntry& e) { return e.name == name; });
  NVCIM_CHECK(found != entries.end(), "no component {}", name);
  return *found;
}

Area AreaTable::area() const {
  Area sum = from_si<Area>(0.0);
  for (const AreaEntry& e : entries) sum += e.area();
  return sum;
}

Power AreaTable::static_power() const {
  Power sum = from_si<Power>(0.0);
  for (const AreaEntry& e : entries) sum += e.static_power();
  return sum;
}

Power AreaTable::peak_power() const {
  Power sum = from_si<Power>(0.0);
  for (const AreaEntry& e : entries) sum += e.peak_power();
  return sum;
}

AreaTable area_table(const Architecture& architecture, int weight_bits) {
  const Structure structure(architecture, weight_bits);
  const OverrideParameters& overrides = architecture.overrides;
  const std::string file = "the architecture file";
  AreaTable table;
  for (const ComponentInfo& component : kComponents) {
    AreaEntry entry;
    entry.name = component.name;
    entry.unit = component.unit;
    entry.count = structure.count(component.name);

    auto area = structure.area(component.name);
    entry.area_each = from_si<Area>(area.square_metre);
    entry.area_formula = std::move(area.formula);
    entry.area_source = std::move(area.source);
    entry.node = from_si<Length>(area.node);
    if (const Area* value = given(overrides.area, component.name)) {
      entry.area_each = *value;
      entry.area_formula = "given in /area/" + entry.name;
      entry.area_source = file;
      entry.node = from_si<Length>(0.0);
    }

    entry.static_each = from_si<Power>(component.name == "chip_link" ? figures::kChipLinkPower : 0.0);
    if (const Power* value = given(overrides.static_power, component.name)) entry.static_each = *value;

    auto [watt, formula] = structure.load(component.name);
    entry.peak_each = from_si<Power>(watt) + entry.static_each;
    entry.peak_formula = std::move(formula);
    entry.peak_source = component.name == "chip_link" ? figures::kIsaac : "energy table";
    if (entry.static_each.value() > 0)
      entry.peak_formula += fmt::format(" + {} always on", format_quantity(entry.static_each));
    if (const Power* value = given(overrides.peak_power, component.name)) {
      entry.peak_each = *value;
      entry.peak_formula = "given in /peak_power/" + entry.name;
      entry.peak_source = file;
    }
    table.entries.push_back(std::move(entry));
  }
  return table;
}

PeakThroughput peak_throughput(const Architecture& architecture, int weight_bits, int input_bits) {
  const CrossbarParameters& crossbar = architecture.crossbar;
  std::int64_t planes = 1;
  if (crossbar.encoding == Encoding::differential_pair)
    planes = 2 * ceil_div<std::int64_t>(weight_bits - 1, crossbar.cell_bits);
  if (crossbar.encoding == Encoding::offset_column) planes = ceil_div<std::int64_t>(weight_bits, crossbar.cell_bits);
  const std::int64_t weights = crossbar.rows * (crossbar.columns / planes);
  const auto reads = double(ceil_div<std::int64_t>(input_bits, architecture.dac.bits));
  const AreaTable table = area_table(architecture, weight_bits);

  PeakThroughput peak;
  peak.ops_per_second = 2.0 * double(weights * architecture.chip.tiles() * architecture.tile.crossbars) /
                        (reads * crossbar.read_time.value());
  if (table.area().value() > 0) peak.ops_per_second_per_mm2 = peak.ops_per_second / (table.area().value() * 1e6);
  if (table.peak_power().value() > 0) peak.ops_per_joule = peak.ops_per_second / table.peak_power().value();
  return peak;
}

}  // namespace nvcim
